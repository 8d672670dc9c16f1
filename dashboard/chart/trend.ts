/** Lines that are computed from lines. */
import type { Line, Point } from './series.ts'

const DAY_MS = 86_400_000
/** Two points make a line, but no trend. */
const LEAST_POINTS = 3

export interface Trend {
  /** What the values gain a day. */
  perDay: number
  /** The straight line at the times of the points. */
  points: Point[]
}

/** The straight line with the least squares; undefined for fewer than three values. */
export function trendOf(points: readonly Point[]): Trend | undefined {
  const known = points.flatMap(([time, value]) => (value === null ? [] : [[time, value] as const]))
  const first = known[0]
  if (first === undefined || known.length < LEAST_POINTS) return undefined
  const days = known.map(([time]) => (time - first[0]) / DAY_MS)
  const meanDay = mean(days)
  const meanValue = mean(known.map(([, value]) => value))
  const spread = days.reduce((sum, day) => sum + (day - meanDay) ** 2, 0)
  if (spread === 0) return undefined
  const together = known.reduce(
    (sum, [, value], at) => sum + ((days[at] ?? 0) - meanDay) * (value - meanValue),
    0,
  )
  const perDay = together / spread
  return {
    perDay,
    points: known.map(([time], at) => [time, meanValue + perDay * ((days[at] ?? 0) - meanDay)] as const),
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * The lines with the times of all of them, so that they can be stacked. A sum is known once every line that has begun has a
 * value: where one lacks it, all have a gap, since a sum without it would be a fall that never was.
 */
export function stackable(lines: readonly Line[]): Line[] {
  const values = lines.map(
    ({ points }) => new Map(points.flatMap(([time, value]) => (value === null ? [] : [[time, value]]))),
  )
  const begins = values.map((line) => Math.min(...line.keys()))
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([time]) => time)))].toSorted(
    (a, b) => a - b,
  )
  const isKnown = (time: number) => values.every((line, at) => time < (begins[at] ?? 0) || line.has(time))
  return lines.map(({ name }, at) => ({
    name,
    points: times.map((time) => [time, isKnown(time) ? (values[at]?.get(time) ?? null) : null] as const),
  }))
}
