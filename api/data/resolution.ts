/** How finely a series is drawn: a screen has a thousand points across, and a year has 8,760 hours. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/durations.ts'

/** Steps that a person can name, in milliseconds. */
const STEPS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  30 * DAY_MS,
  365 * DAY_MS,
]

/** The finest step from `leastMs` on that needs no more than `points` buckets for this span. */
export function resolutionMs(spanMs: number, points: number, leastMs: number): number {
  const fits = STEPS_MS.find((step) => step >= leastMs && spanMs / step <= points)
  return fits ?? STEPS_MS.at(-1) ?? DAY_MS
}
