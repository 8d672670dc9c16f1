/**
 * Recorded daily candles under the model's feature names: simple trailing sums, added up in the very order of
 * tests/golden/crypto-forecast/make-model-golden.py, so that both sides see the same bits.
 */
import { DAY_MS } from '../../../../../core/durations.ts'
import {
  FEATURE_COLUMNS,
  IMPUTED,
  type FeatureColumn,
  type FeatureTable,
} from '../../../../../activities/crypto-forecast/model/feature-columns.ts'
import { recording } from '../../../upstreams/recordings.ts'
const WARM_UP = 30
const FIBONACCI = { fibo23: 0.236, fibo38: 0.382, fibo50: 0.5, fibo61: 0.618, fibo78: 0.786 }

/** `holes`: some volumes are missing. `away`: no sentiment, and one column never changes. */
export type Variant = 'whole' | 'holes' | 'away'

const made = new Map<string, FeatureTable>()

/** Made once for each symbol and variant: nobody changes it. */
export function dailyTable(symbol: string, variant: Variant): FeatureTable {
  const key = `${symbol} ${variant}`
  const table = made.get(key) ?? tableOf(symbol, variant)
  made.set(key, table)
  return table
}

function tableOf(symbol: string, variant: Variant): FeatureTable {
  const candles = records(`prices/binance_klines12_${symbol}_1d_2024-07_2026-07.csv`)
  const index = new Map(
    records('fear-greed/fng_history_2018-02-01_2026-03-31.csv').map((day) => [
      day['date'],
      Number(day['fear_greed_index']),
    ]),
  )
  const price = candles.map((candle) => Number(candle['close']))
  const volume = candles.map((candle, row) =>
    variant === 'holes' && [3, 4, 5].includes(row % 17) ? NaN : Number(candle['volume']),
  )
  const fear = candles.map((candle) =>
    variant === 'away' ? NaN : (index.get(candle['datetime']?.slice(0, 10)) ?? NaN),
  )
  const rows: Record<FeatureColumn, number>[] = []
  for (const row of price.keys()) rows.push(featuresAt({ price, volume, fear }, row, rows))
  const kept = [...price.keys()].filter((row) => row % 97 !== 60)
  return {
    stepMs: DAY_MS,
    openMs: Float64Array.from(kept, (row) => Number(candles[row]?.['open_time'])),
    columns: Object.fromEntries(
      FEATURE_COLUMNS.map((name) => {
        const value = (row: number): number => {
          if (row < WARM_UP && !IMPUTED.includes(name)) return NaN
          return variant === 'away' && name === 'adx' ? 25 : (rows[row]?.[name] ?? NaN)
        }
        return [name, Float64Array.from(kept, value)]
      }),
    ) as Record<FeatureColumn, Float64Array>,
  }
}

function featuresAt(
  { price, volume, fear }: Record<'price' | 'volume' | 'fear', number[]>,
  row: number,
  before: Record<FeatureColumn, number>[],
): Record<FeatureColumn, number> {
  const at = (place: number): number => price[place] ?? NaN
  let [gain, loss] = [0, 0]
  for (let place = Math.max(1, row - 13); place <= row; place++) {
    const change = at(place) - at(place - 1)
    gain += Math.max(change, 0)
    loss += Math.max(-change, 0)
  }
  const moved = gain + loss > 0 ? gain + loss : 1
  const window = price.slice(Math.max(0, row - 19), row + 1)
  const month = price.slice(Math.max(0, row - 29), row + 1)
  const [low, high] = [Math.min(...month), Math.max(...month)]
  const macd = mean(price, row, 12) - mean(price, row, 26)
  const macdSignal = mean([...before.map((earlier) => earlier.macd), macd], row, 9)
  const level = (ratio: number): number => low + (high - low) * ratio
  return {
    price: at(row),
    rsi: gain / moved,
    macd,
    macdSignal,
    macdHistogram: macd - macdSignal,
    sma: mean(price, row, 20),
    upperBand: Math.max(...window),
    lowerBand: Math.min(...window),
    adx: Math.abs(gain - loss) / moved,
    stochRsi: (at(row) - low) / (high > low ? high - low : 1),
    volume: volume[row] ?? NaN,
    changePercent: (at(row) / at(Math.max(0, row - 1)) - 1) * 100,
    fibo23: level(FIBONACCI.fibo23),
    fibo38: level(FIBONACCI.fibo38),
    fibo50: level(FIBONACCI.fibo50),
    fibo61: level(FIBONACCI.fibo61),
    fibo78: level(FIBONACCI.fibo78),
    sma7: mean(price, row, 7),
    sma14: mean(price, row, 14),
    sma30: mean(price, row, 30),
    volumeAvg7d: mean(volume, row, 7),
    volumeAvg14d: mean(volume, row, 14),
    volumeAvg30d: mean(volume, row, 30),
    fearGreed7d: mean(fear, row, 7),
    fearGreed14d: mean(fear, row, 14),
    fearGreed30d: mean(fear, row, 30),
  }
}

/** Of the known among the last `size` values; NaN of none. */
function mean(values: number[], row: number, size: number): number {
  let [total, count] = [0, 0]
  for (const value of values.slice(Math.max(0, row - size + 1), row + 1)) {
    if (Number.isNaN(value)) continue
    total += value
    count++
  }
  return count > 0 ? total / count : NaN
}

function records(path: string): Record<string, string>[] {
  const [header = '', ...lines] = recording(path).trim().split(/\r?\n/)
  const names = header.split(',')
  return lines.map((line) => {
    const fields = line.split(',')
    return Object.fromEntries(names.map((name, place) => [name, fields[place] ?? '']))
  })
}
