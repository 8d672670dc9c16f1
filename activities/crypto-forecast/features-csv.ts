/** `data/{coin}_features.csv`: the last days of the grid under the document's column names. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { fearGreedClasses, priceColumns } from '../../db/queries/crypto-forecast/prices.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { csvOf, type Cell } from '../../system/csv.ts'
import { insideFolder } from '../../system/inside-folder.ts'
import { intermediatesOf } from './features.ts'
import { newestClosedHour } from './hours.ts'
import type { ActivityContext } from './activity-context.ts'

/** The document's columns in its order, each with the column that it is made from. */
const COLUMNS = {
  price: 'price',
  volume: 'volume',
  price_change: 'priceChange',
  gain: 'gain',
  loss: 'loss',
  RSI: 'rsi',
  RSI_Min: 'rsiMin',
  RSI_Max: 'rsiMax',
  Stoch_RSI: 'stochRsi',
  SMA: 'sma',
  STD: 'std',
  Upper_Band: 'upperBand',
  Lower_Band: 'lowerBand',
  EMA: 'ema',
  EMA_12: 'ema12',
  EMA_26: 'ema26',
  MACD: 'macd',
  MACD_Signal: 'macdSignal',
  MACD_Histogram: 'macdHistogram',
  // The document's High_Low is the change against the row before, and its ADX the variant from closes.
  High_Low: 'priceChange',
  pos_DI: 'posDi',
  neg_DI: 'negDi',
  DX: 'dx',
  ADX: 'adxClose',
  Volume_Avg: 'volumeAvg',
  Fibo_23: 'fibo23',
  Fibo_38: 'fibo38',
  Fibo_50: 'fibo50',
  Fibo_61: 'fibo61',
  Fibo_78: 'fibo78',
  Fear_Greed_Index: 'fearGreed',
  Fear_Greed_Classification: 'classification',
  Volume_Avg_7d: 'volumeAvg7d',
  Volume_Avg_14d: 'volumeAvg14d',
  Volume_Avg_30d: 'volumeAvg30d',
  Change_Percent: 'changePercent',
  SMA_7: 'sma7',
  SMA_14: 'sma14',
  SMA_30: 'sma30',
  Fear_Greed_7d: 'fearGreed7d',
  Fear_Greed_14d: 'fearGreed14d',
  Fear_Greed_30d: 'fearGreed30d',
} as const

/** Columns of the table that the file holds, or that its intermediate columns are made from. */
const STORED = [
  ...(['price', 'volume', 'rsi', 'stochRsi', 'sma', 'upperBand', 'lowerBand', 'ema', 'adxClose'] as const),
  ...(['macd', 'macdSignal', 'macdHistogram', 'fibo23', 'fibo38', 'fibo50', 'fibo61', 'fibo78'] as const),
  ...(['fearGreed', 'volumeAvg7d', 'volumeAvg14d', 'volumeAvg30d', 'changePercent'] as const),
  ...(['sma7', 'sma14', 'sma30', 'fearGreed7d', 'fearGreed14d', 'fearGreed30d'] as const),
]
/** Days read before the first line: after them, the start of an average of 26 rows no longer affects its last digit. */
const LEAD_DAYS = 30

type StoredColumns = Awaited<ReturnType<typeof priceColumns<(typeof STORED)[number]>>>

/** Writes one file per coin, atomically. */
export async function exportCsv(context: ActivityContext): Promise<SourceCounts> {
  const { db, settings, dataDir, signal, retryBudget, clock } = context
  const fromMs = newestClosedHour(clock().getTime()) - settings.csv_days * DAY_MS
  const classes = await withDatabaseRetry(retryBudget, () => fearGreedClasses(db))
  for (const { id: crypto } of settings.coins) {
    signal.throwIfAborted()
    const table = await withDatabaseRetry(retryBudget, () =>
      priceColumns(db, crypto, STORED, fromMs - LEAD_DAYS * DAY_MS),
    )
    writeFileAtomically(insideFolder(dataDir, `${crypto}_features.csv`), featuresCsv(table, classes, fromMs))
  }
  return NOTHING
}

function featuresCsv(table: StoredColumns, classes: Map<number, string>, fromMs: number): string {
  const { openMs, columns: stored } = table
  const series = { open: stored.price, high: stored.price, low: stored.price, close: stored.price }
  const columns: Record<string, Float64Array> = {
    ...stored,
    ...intermediatesOf({ stepMs: HOUR_MS, openMs, volume: stored.volume, ...series }),
  }
  const lines: Cell[][] = []
  for (const [index, opened] of openMs.entries()) {
    if (opened <= fromMs) continue
    const cells = Object.values(COLUMNS).map((name) => {
      if (name === 'classification') return classes.get(Math.floor(opened / DAY_MS)) ?? ''
      const value = columns[name]?.[index] ?? NaN
      return Number.isNaN(value) ? '' : value
    })
    lines.push([new Date(opened).toISOString().slice(0, 19).replace('T', ' '), ...cells])
  }
  return csvOf([['timestamp', ...Object.keys(COLUMNS)], ...lines], { delimiter: ';' })
}
