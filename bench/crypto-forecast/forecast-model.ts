/** The forecast model alone, without database: one forecast over two years of hours, and three coins walked forward. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import type { CandleSeries } from '../../activities/crypto-forecast/candle-series.ts'
import { featuresOf, type DailyIndex } from '../../activities/crypto-forecast/features.ts'
import { indicatorsOf } from '../../activities/crypto-forecast/indicators.ts'
import { backtest } from '../../activities/crypto-forecast/model/backtest.ts'
import { forecast, type FeatureTable } from '../../activities/crypto-forecast/model/forecast.ts'
import { median, spread, type Figure } from '../figure.ts'
import { sentence } from '../../wording/sentence.ts'
const START_MS = Date.UTC(2024, 0, 1)
/** Two years of hours that can be used, after the 30 days that the longest window needs. */
const WARM_UP_ROWS = 30 * 24
const ROWS = 17_520 + WARM_UP_ROWS
const COINS = 3
const HORIZONS_MS = [HOUR_MS, DAY_MS]
const REPETITIONS = 15
const BACKTEST_REPETITIONS = 3

/** Nothing is awaited: returns a promise, as all benchmarks do. */
export function forecastModel(): Promise<Figure[]> {
  const tables = Array.from({ length: COINS }, (_, coin) => madeTable(coin + 1))
  return Promise.resolve([...forecastFigures(tables[0] ?? madeTable(1)), backtestFigure(tables)])
}

function forecastFigures(table: FeatureTable): Figure[] {
  const times = Array.from({ length: REPETITIONS }, () =>
    milliseconds(() => {
      const results = forecast(table, HORIZONS_MS)
      const why = results.flatMap((result) => ('why' in result ? [sentence(result.why)] : []))
      if (why.length > 0) throw new Error(why.join(' '))
    }),
  )
  const note = `two horizons with five folds each, ${REPETITIONS} times; ${spread(times, 'ms')}`
  return [
    { what: 'forecast from 17,520 hours', value: median(times), unit: 'ms', atMost: 150, note },
    { what: '  the first one of a process', value: times[0] ?? NaN, unit: 'ms' },
  ]
}

function backtestFigure(tables: readonly FeatureTable[]): Figure {
  const toMs = START_MS + ROWS * HOUR_MS
  let count = 0
  const times = Array.from({ length: BACKTEST_REPETITIONS }, () => {
    count = 0
    return milliseconds(() => {
      for (const table of tables) {
        const results = backtest(table, { horizonsMs: HORIZONS_MS, fromMs: START_MS, toMs })
        for (const result of results) count += result.count
      }
    })
  })
  const seconds = times.map((time) => time / 1000)
  return {
    what: 'walk-forward over 2 years, 3 coins',
    value: median(seconds),
    unit: 's',
    atMost: 30,
    note: `refitted daily, ${count.toLocaleString('en-US')} forecasts; ${spread(seconds, 's')}`,
  }
}

function milliseconds(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

/** A random walk with its real indicators and features; the same for the same seed. */
function madeTable(seed: number): FeatureTable {
  const random = randomNumbers(seed)
  const close = new Float64Array(ROWS).fill(50_000)
  for (let row = 1; row < ROWS; row++) close[row] = (close[row - 1] ?? NaN) * (1 + (random() - 0.5) * 0.02)
  const open = close.map((price, row) => close[row - 1] ?? price)
  const series: CandleSeries = {
    stepMs: HOUR_MS,
    openMs: close.map((_, row) => START_MS + row * HOUR_MS),
    open,
    high: close.map((price, row) => Math.max(price, open[row] ?? NaN) * (1 + random() * 0.003)),
    low: close.map((price, row) => Math.min(price, open[row] ?? NaN) * (1 - random() * 0.003)),
    close,
    volume: close.map(() => 1_000 + random() * 1_000),
  }
  const columns = { ...indicatorsOf(series), ...featuresOf(series, madeIndex(random)) }
  return {
    stepMs: HOUR_MS,
    openMs: series.openMs,
    columns: { ...columns, price: close, volume: series.volume },
  }
}

/** An index that reaches back before the first candle, as Fear & Greed does. */
function madeIndex(random: () => number): DailyIndex {
  const day = Int32Array.from({ length: ROWS / 24 + 40 }, (_, place) => START_MS / DAY_MS - 40 + place)
  return { day, value: Float64Array.from(day, () => Math.floor(random() * 100)) }
}

/** Numbers between 0 and 1 (Park and Miller's generator). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
