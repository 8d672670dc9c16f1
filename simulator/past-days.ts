/** The days of which an older collector of the demo's world kept files. */
import { DAY_MS } from '../core/durations.ts'

/** Eight weeks: enough for a trend, and for what a week or a month changes. */
const DAYS = 56

/** UTC days before that of `now`, oldest first. Default: eight weeks of them. */
export function daysBefore(now: Date, days = DAYS): string[] {
  const day = (before: number) => new Date(now.getTime() - before * DAY_MS).toISOString().slice(0, 10)
  return Array.from({ length: days }, (_, at) => day(days - at))
}
