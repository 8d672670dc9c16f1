/** The grid's hours, and which of them are closed. */
import { HOUR_MS } from '../../core/durations.ts'

/** When the newest closed hour began, for this moment; milliseconds since 1970. */
export function newestClosedHour(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS
}
