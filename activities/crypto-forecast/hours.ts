/** The grid's hours, and which of them are closed. */

export const HOUR_MS = 3_600_000
/** A UTC day: no leap seconds, as in every exchange's timestamps. */
export const DAY_MS = 24 * HOUR_MS

/** When the newest closed hour began, for this moment; milliseconds since 1970. */
export function newestClosedHour(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS
}
