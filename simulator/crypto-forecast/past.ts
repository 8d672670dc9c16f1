/** What an Almanac with a model of its own forecast of the coins: its data set `predictions`, as it exports it. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/durations.ts'
import { csvOf, type Cell } from '../../system/csv.ts'
import type { PastFiles } from '../part.ts'
import { daysBefore } from '../past-days.ts'
import type { Coin } from './coin-list.ts'
import { createCoins } from './coins.ts'

/** Four weeks: four times what a judgement of a day's forecasts needs. */
const DAYS = 28
/** That Almanac, too, ran ten minutes after each hour. */
const MADE_AFTER_MS = 10 * MINUTE_MS
const HORIZONS = [
  { horizon: '1h', hours: 1 },
  { horizon: '24h', hours: 24 },
] as const

/** It believes that half of the last day's change goes on for a day. A random walk does not do so. */
const MODEL = 'momentum-1'
const SHARE = 0.5
const CHANGE_HOURS = 24
/** Its interval is that of a walk whose steps are as wide as those of the last week. */
const WIDTH_HOURS = 7 * 24
/** Eight of ten normal outcomes lie within this many deviations. */
const DEVIATIONS = 1.2816
/** From 1 % on a change is worth a decision. */
const DECISION_SHARE = 0.01

const HEAD = [
  'target_time',
  'crypto',
  'horizon',
  'model_version',
  'timestamp',
  'made_at',
  'predicted_price',
  'lower',
  'upper',
  'last_price',
  'decision',
] as const

/** Forecasts of four weeks that have come due until `now`; none from an hour that the exchange lacks. */
export function coinPast({
  seed,
  now,
  coins: count,
}: {
  seed: number
  now: Date
  coins: number
}): PastFiles[] {
  const coins = createCoins({ count, seed, clock: () => now, klines: {} })
  const [firstDay = ''] = daysBefore(now, DAYS)
  const fromMs = Date.parse(`${firstDay}T00:00:00Z`)
  const lines = coins.list().flatMap((coin) => {
    const closes = closesOf(coin, fromMs - WIDTH_HOURS * HOUR_MS)
    return Array.from({ length: DAYS * (DAY_MS / HOUR_MS) }, (_, hour) => {
      return forecastsFrom(coin, closes, { at: WIDTH_HOURS + hour, openMs: fromMs + hour * HOUR_MS })
    }).flat()
  })
  const due = lines.filter(({ dueMs }) => dueMs <= now.getTime()).map(({ cells }) => cells)
  return [{ files: { 'forecasts.csv': csvOf([HEAD, ...due]) }, options: {} }]

  function closesOf({ symbol }: Coin, sinceMs: number): (number | undefined)[] {
    const hours = WIDTH_HOURS + DAYS * (DAY_MS / HOUR_MS)
    return Array.from({ length: hours }, (_, at) => coins.candle(symbol, sinceMs + at * HOUR_MS)?.close)
  }
}

/** The forecasts made when the hour at `openMs` had ended, whose close is `closes[at]`: from that one and those before. */
function forecastsFrom(
  { id, decimals }: Coin,
  closes: readonly (number | undefined)[],
  { at, openMs }: { at: number; openMs: number },
): { dueMs: number; cells: Cell[] }[] {
  const [last, before] = [closes[at], closes[at - CHANGE_HOURS]]
  if (last === undefined || before === undefined) return []
  const endMs = openMs + HOUR_MS
  const time = (ms: number) => new Date(ms).toISOString()
  return HORIZONS.map(({ horizon, hours }) => {
    const share = SHARE * (last / before - 1) * (hours / CHANGE_HOURS)
    const predicted = last * (1 + share)
    const width = last * DEVIATIONS * stepDeviation(closes.slice(at - WIDTH_HOURS, at + 1)) * Math.sqrt(hours)
    const price = (value: number) => value.toFixed(decimals)
    const decision = share > DECISION_SHARE ? 'BUY' : share < -DECISION_SHARE ? 'SELL' : 'HOLD'
    const dueMs = endMs + hours * HOUR_MS
    const [due, base, made] = [time(dueMs), time(openMs), time(endMs + MADE_AFTER_MS)]
    const prices = [predicted, predicted - width, predicted + width, last].map(price)
    return { dueMs, cells: [due, id, horizon, MODEL, base, made, ...prices, decision] }
  })
}

/** Root mean square of the changes from hour to hour, as shares of the price; a missing hour has none. */
function stepDeviation(closes: readonly (number | undefined)[]): number {
  const squares = closes.flatMap((close, at) => {
    const before = closes[at - 1]
    return close === undefined || before === undefined ? [] : [(close / before - 1) ** 2]
  })
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length)
}
