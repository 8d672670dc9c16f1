/** What indicators and features cost: one long series, and two years of hours for fifty coins. No database. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import type { CandleSeries } from '../../activities/crypto-forecast/candle-series.ts'
import { featuresOf, type DailyIndex } from '../../activities/crypto-forecast/features.ts'
import { indicatorsOf } from '../../activities/crypto-forecast/indicators.ts'
import { median, spread, type Figure } from '../figure.ts'

const CANDLES = 100_000
const INDICATORS_TARGET_MS = 40
/** Passes before the measured ones: the compiler needs some to know the loops. */
const WARM_UP = 5
const REPETITIONS = 25
const COINS = 50
const TWO_YEARS_OF_HOURS = 17_520
/** Of the 15 s that recomputing fifty coins may take with the database, this is the computing's. */
const COINS_TARGET_MS = 5_000
const FIRST_DAY = 16_000
/** Park and Miller's generator: the same walk in every run. */
const MULTIPLIER = 48_271
const MODULUS = 2_147_483_647

/** A random walk of hourly candles; every 97th volume is unknown. */
function walk(rows: number, seed: number): CandleSeries {
  const [openMs, open, high, low, close, volume] = Array.from({ length: 6 }, () => new Float64Array(rows))
  if (!openMs || !open || !high || !low || !close || !volume) throw new RangeError('six columns are six')
  let state = seed
  const random = () => (state = (state * MULTIPLIER) % MODULUS) / MODULUS
  let price = 50_000
  for (let row = 0; row < rows; row++) {
    openMs[row] = FIRST_DAY * DAY_MS + row * HOUR_MS
    open[row] = price
    const before = price
    price *= 1 + (random() - 0.5) / 100
    close[row] = price
    high[row] = Math.max(before, price) * (1 + random() / 500)
    low[row] = Math.min(before, price) * (1 - random() / 500)
    volume[row] = row % 97 === 0 ? NaN : random() * 1000
  }
  return { stepMs: HOUR_MS, openMs, open, high, low, close, volume }
}

/** Fear & Greed for every day of the longest walk. */
function dailyIndex(): DailyIndex {
  const days = CANDLES / 24 + 1
  const day = Int32Array.from({ length: days }, (_, at) => FIRST_DAY + at)
  return { day, value: Float64Array.from(day, (number) => number % 100) }
}

/** Milliseconds of each repetition after the warm-up. */
function times(work: () => unknown): number[] {
  for (let pass = 0; pass < WARM_UP; pass++) work()
  return Array.from({ length: REPETITIONS }, () => {
    const startedAt = performance.now()
    work()
    return performance.now() - startedAt
  })
}

/** Indicators of 100,000 candles, their features, and both for two years of fifty coins. */
export function indicators(): Promise<Figure[]> {
  const series = walk(CANDLES, 1)
  const fearGreed = dailyIndex()
  const ofIndicators = times(() => indicatorsOf(series))
  const ofFeatures = times(() => featuresOf(series, fearGreed))
  const coins = Array.from({ length: COINS }, (_, coin) => walk(TWO_YEARS_OF_HOURS, coin + 1))
  const startedAt = performance.now()
  for (const coin of coins) {
    indicatorsOf(coin)
    featuresOf(coin, fearGreed)
  }
  const allCoins = performance.now() - startedAt
  const how = (values: number[]) => `median of ${REPETITIONS}, ${spread(values, 'ms')}`
  return Promise.resolve([
    {
      what: '18 indicators of 100,000 candles',
      value: median(ofIndicators),
      unit: 'ms',
      atMost: INDICATORS_TARGET_MS,
      note: how(ofIndicators),
    },
    { what: '11 features of 100,000 candles', value: median(ofFeatures), unit: 'ms', note: how(ofFeatures) },
    {
      what: `both for ${COINS} coins of two years (${(COINS * TWO_YEARS_OF_HOURS).toLocaleString('en-US')} candles)`,
      value: allCoins,
      unit: 'ms',
      atMost: COINS_TARGET_MS,
      note: 'once, computing alone',
    },
  ])
}
