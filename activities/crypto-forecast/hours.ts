/** The grid's hours, and which of them are closed. */

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** When the newest closed hour began, for this moment; milliseconds since 1970. */
export function newestClosedHour(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS
}
