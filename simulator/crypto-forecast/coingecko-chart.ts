/** CoinGecko's series: prices near the exchange's, at times that fit no grid, and the volume of all markets. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'
import { fraction } from '../chance.ts'
import type { Coin } from './coin-list.ts'
import { type Coins } from './coins.ts'
const FIVE_MINUTES_MS = 300_000

/** Twice the mean distance from the exchange's price. */
const LARGEST_DISTANCE = 0.001
/** All markets trade this many times what the exchange does. */
const MARKETS = 25
/** One hour in this many has its point only in the next hour, before that hour's own: as recorded (4 of 720). */
const HOURS_PER_LATE_POINT = 180
/** Salt of the market's chances. */
const DRAW = { distance: 41, late: 42, offset: 43, offsetClass: 44, fiveMinutes: 45 }

/** How offsets of hourly points lie, as recorded: upper bound of the share, first and last minute. */
const OFFSETS: readonly (readonly [number, number, number])[] = [
  [0.7, 0.2, 5],
  [0.82, 5, 12],
  [0.92, 12, 25],
  [1, 25, 58],
]

export type Spacing = 'five-minutes' | 'hour' | 'day'

export interface ChartQuery {
  coins: Coins
  seed: number
  coin: Coin
  days: number
  spacing: Spacing
}

export interface ChartPoint {
  atMs: number
  /** USD. */
  price: number
  /** USD traded in the 24 hours before, in all markets. */
  volume: number
}

/** Time of the newest price: the clock's second. */
export function lastUpdate(nowMs: number): number {
  return Math.floor(nowMs / SECOND_MS) * SECOND_MS
}

/** The market's price in USD: some 0.05 % from the exchange's; `undefined` before the coin's first hour. */
export function marketPrice(coins: Coins, seed: number, coin: Coin, ms: number): number | undefined {
  const price = coins.market(coin).priceAt(ms, coins.nowMs())
  if (price === undefined) return undefined
  const distance = 2 * fraction(seed, DRAW.distance, coin.key, Math.floor(ms / MINUTE_MS)) - 1
  return price * (1 + LARGEST_DISTANCE * distance)
}

/** USD traded in all markets in the 24 hours before `ms`. */
export function volume24h(coins: Coins, coin: Coin, ms: number): number {
  return createVolumes(coins, coin)(ms)
}

/** Points of the last `days` days, oldest first; the last one is "now" and on no grid. */
export function chart({ coins, seed, coin, days, spacing }: ChartQuery): ChartPoint[] {
  const nowMs = lastUpdate(coins.nowMs())
  const volumes = createVolumes(coins, coin)
  const times = [...timesOf(spacing, { seed, key: coin.key, days, nowMs }), nowMs]
  return times.flatMap((atMs) => {
    const price = marketPrice(coins, seed, coin, atMs)
    return price === undefined ? [] : [{ atMs, price, volume: volumes(atMs) }]
  })
}

interface Times {
  seed: number
  key: number
  days: number
  nowMs: number
}

function timesOf(spacing: Spacing, { seed, key, days, nowMs }: Times): number[] {
  if (spacing === 'day') {
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS
    const midnights = Array.from({ length: days }, (_, index) => today - (days - 1 - index) * DAY_MS)
    return midnights.filter((atMs) => atMs < nowMs)
  }
  const [stepMs, pointOf] = spacing === 'hour' ? [HOUR_MS, hourlyPoint] : [FIVE_MINUTES_MS, fiveMinutePoint]
  const fromMs = nowMs - days * DAY_MS
  const first = Math.floor(fromMs / stepMs) - 1
  const count = Math.floor(nowMs / stepMs) - first + 1
  return Array.from({ length: count }, (_, index) => pointOf(seed, key, first + index)).filter(
    (atMs) => atMs >= fromMs && atMs < nowMs,
  )
}

/** Time of the point of an hour (counted since 1970): mostly minutes after its beginning, sometimes much later. */
function hourlyPoint(seed: number, key: number, hour: number): number {
  const isLate = fraction(seed, DRAW.late, key, hour) < 1 / HOURS_PER_LATE_POINT
  const nextMs = HOUR_MS + hourOffset(seed, key, hour + 1)
  return Math.floor(hour * HOUR_MS + (isLate ? (HOUR_MS + nextMs) / 2 : hourOffset(seed, key, hour)))
}

function hourOffset(seed: number, key: number, hour: number): number {
  const share = fraction(seed, DRAW.offsetClass, key, hour)
  const [, from, to] = OFFSETS.find(([bound]) => share < bound) ?? [1, 0, 1]
  return (from + (to - from) * fraction(seed, DRAW.offset, key, hour)) * MINUTE_MS
}

function fiveMinutePoint(seed: number, key: number, slot: number): number {
  return Math.floor((slot + 0.7 * fraction(seed, DRAW.fiveMinutes, key, slot)) * FIVE_MINUTES_MS)
}

/** Rolling volumes of a coin; each hour is computed once, in running sums. */
function createVolumes(coins: Coins, coin: Coin): (ms: number) => number {
  const { quoteVolume } = coins.market(coin)
  const held = new Map<number, number>()
  const hourly = (openMs: number): number => {
    const known = held.get(openMs)
    if (known !== undefined) return known
    const quote = quoteVolume(openMs)
    held.set(openMs, quote)
    return quote
  }
  return (ms) => {
    const openMs = Math.floor(ms / HOUR_MS) * HOUR_MS
    const done = (ms - openMs) / HOUR_MS
    let sum = hourly(openMs) * done + hourly(openMs - DAY_MS) * (1 - done)
    for (let at = openMs - DAY_MS + HOUR_MS; at < openMs; at += HOUR_MS) sum += hourly(at)
    return sum * MARKETS
  }
}
