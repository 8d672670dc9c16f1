/** From the hours of a coin to what its charts draw. */
import { withGaps, type Candle, type Line, type Point } from '../../chart/series.ts'

export const HOUR_MS = 3_600_000

/** Numbers of an hour in the data set `indicators` that may be unknown. */
const NULLABLE = [
  'open',
  'high',
  'low',
  'volume',
  'rsi',
  'stoch_rsi',
  'macd',
  'macd_signal',
  'macd_histogram',
  'sma',
  'upper_band',
  'lower_band',
  'adx',
] as const
type NullableColumn = (typeof NULLABLE)[number]
/** These columns alone: with all of them a year is 10 MB. */
export const HOUR_COLUMNS = ['timestamp', 'price', ...NULLABLE].join()

/** What is drawn of an hour. */
export interface Hour extends Record<NullableColumn, number | null> {
  timestamp: string
  price: number
}

/** What is said of the newest one besides. */
export interface NewestHour extends Hour {
  source: string
  change_percent: number | null
}

/** The beginnings of hours in milliseconds: a dozen lines are drawn of the same hours, and reading a time is slow. */
const TIMES = new WeakMap<readonly Hour[], number[]>()
function timesOf(hours: readonly Hour[]): number[] {
  const times = TIMES.get(hours) ?? hours.map(({ timestamp }) => Date.parse(timestamp))
  TIMES.set(hours, times)
  return times
}

/** A column over time, with a gap where hours are missing. */
export function lineOf(hours: readonly Hour[], column: 'price' | NullableColumn, name: string): Line {
  const times = timesOf(hours)
  return {
    name,
    points: withGaps(
      hours.map((hour, at): Point => [times[at] ?? NaN, hour[column]]),
      HOUR_MS,
    ),
  }
}

/** The hours of which all four prices are known. */
export function candlesOf(hours: readonly Hour[]): Candle[] {
  return hours.flatMap(({ timestamp, open, high, low, price }) =>
    open === null || high === null || low === null
      ? []
      : [{ time: Date.parse(timestamp), open, high, low, close: price }],
  )
}

/** Prices of the hours of which nothing else is known, as a line of their own; none if there is no such hour. */
export function closesOf(hours: readonly Hour[], name: string): Line[] {
  const without = hours.filter(({ open, high, low }) => open === null || high === null || low === null)
  return without.length === 0 ? [] : [lineOf(without, 'price', name)]
}

/** How many hours are missing between the first and the last one. */
export function missingHours(hours: readonly Hour[]): number {
  const times = timesOf(hours)
  if (times.length === 0) return 0
  return (Math.max(...times) - Math.min(...times)) / HOUR_MS + 1 - times.length
}

/** A forecast in the data set `predictions`. */
export interface Forecast {
  target_time: string
  horizon: string
  model_version: string
  /** Beginning of the hour from which it was made. */
  timestamp: string
  made_at: string
  predicted_price: number
  lower: number | null
  upper: number | null
  last_price: number
  decision: 'BUY' | 'SELL' | 'HOLD'
  actual_price: number | null
  error: number | null
  naive_error: number | null
  direction_right: boolean | null
  within_interval: boolean | null
}

/** From the last known price to the forecast one, the interval opening on the way. */
export function forecastLine(forecast: Forecast, name: string): Line {
  const { timestamp, target_time, last_price, predicted_price, lower, upper } = forecast
  // The price is that of the end of its hour.
  const from = Date.parse(timestamp) + HOUR_MS
  const to = Date.parse(target_time)
  const points: Point[] = [
    [from, last_price],
    [to, predicted_price],
  ]
  if (lower === null || upper === null) return { name, points, isComputed: true }
  const band = [
    [from, last_price, last_price],
    [to, lower, upper],
  ] as const
  return { name, points, isComputed: true, band }
}

/** Expected change in percent. */
export const changeOf = ({ predicted_price, last_price }: Forecast) =>
  100 * (predicted_price / last_price - 1)
