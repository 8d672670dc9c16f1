/** `data/{coin}_features.csv`: the last days of the grid under the document's column names. */
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { withPatience } from '../../db/patience.ts'
import { fearGreedClasses, fearGreedColumns } from '../../db/queries/prices.ts'
import { NOTHING, type SourceCounts } from '../../run-outcome.ts'
import { writeFileAtomically } from '../atomic-file.ts'
import { intermediatesOf } from './features.ts'
import { gridSeries, type GridSeries } from './grid-series.ts'
import { DAY_MS, HOUR_MS } from './hours.ts'
import type { StepContext } from './index.ts'

/** The document's columns in its order, each with the column that it is made from. */
const COLUMNS = {
  ...{ price: 'close', volume: 'volume', price_change: 'priceChange', gain: 'gain', loss: 'loss' },
  ...{ RSI: 'rsi', RSI_Min: 'rsiMin', RSI_Max: 'rsiMax', Stoch_RSI: 'stochRsi' },
  ...{ SMA: 'sma', STD: 'std', Upper_Band: 'upperBand', Lower_Band: 'lowerBand' },
  ...{ EMA: 'ema', EMA_12: 'ema12', EMA_26: 'ema26' },
  ...{ MACD: 'macd', MACD_Signal: 'macdSignal', MACD_Histogram: 'macdHistogram' },
  // The document's High_Low is the change against the row before, and its ADX the variant from closes.
  ...{
    High_Low: 'priceChange',
    pos_DI: 'posDi',
    neg_DI: 'negDi',
    DX: 'dx',
    ADX: 'adxClose',
    Volume_Avg: 'volumeAvg',
  },
  ...{ Fibo_23: 'fibo23', Fibo_38: 'fibo38', Fibo_50: 'fibo50', Fibo_61: 'fibo61', Fibo_78: 'fibo78' },
  ...{ Fear_Greed_Index: 'fearGreed', Fear_Greed_Classification: 'classification' },
  ...{ Volume_Avg_7d: 'volumeAvg7d', Volume_Avg_14d: 'volumeAvg14d', Volume_Avg_30d: 'volumeAvg30d' },
  ...{ Change_Percent: 'changePercent', SMA_7: 'sma7', SMA_14: 'sma14', SMA_30: 'sma30' },
  ...{ Fear_Greed_7d: 'fearGreed7d', Fear_Greed_14d: 'fearGreed14d', Fear_Greed_30d: 'fearGreed30d' },
} as const

/** Writes one file a coin, whole or not at all. */
export async function exportCsv({
  db,
  settings,
  dataDir,
  signal,
  patience,
}: StepContext): Promise<SourceCounts> {
  const [fearGreed, classes] = await withPatience(patience, () =>
    Promise.all([fearGreedColumns(db), fearGreedClasses(db)]),
  )
  for (const { id: crypto } of settings.coins) {
    signal.throwIfAborted()
    const grid = await withPatience(patience, () => gridSeries(db, crypto, fearGreed))
    writeFileAtomically(join(dataDir, `${crypto}_features.csv`), csvOf(grid, classes, settings.csv_days))
  }
  return NOTHING
}

function csvOf(grid: GridSeries, classes: Map<number, string>, days: number): string {
  const { candles, indicators, features } = grid
  const columns: Record<string, Float64Array> = {
    ...{ close: candles.close, volume: candles.volume },
    ...intermediatesOf({ stepMs: HOUR_MS, ...candles }),
    ...indicators,
    ...features,
  }
  const newest = candles.openMs.at(-1) ?? 0
  const first = Math.max(
    0,
    candles.openMs.findIndex((opened) => opened > newest - days * DAY_MS),
  )
  const lines = Array.from({ length: candles.openMs.length - first }, (_, offset) => {
    const index = first + offset
    const openMs = candles.openMs[index] ?? NaN
    const cells = Object.values(COLUMNS).map((name) => {
      if (name === 'classification') return classes.get(Math.floor(openMs / DAY_MS)) ?? ''
      const value = columns[name]?.[index] ?? NaN
      return Number.isNaN(value) ? '' : String(value)
    })
    return [new Date(openMs).toISOString().slice(0, 19).replace('T', ' '), ...cells]
  })
  return stringify([['timestamp', ...Object.keys(COLUMNS)], ...lines], { delimiter: ';' })
}
