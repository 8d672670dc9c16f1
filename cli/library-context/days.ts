/** Days as people count them. */
import { DAY_MS } from '../../core/durations.ts'

/** The UTC date of a moment, `2026-11-21`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** How long ago a moment was: `today` within 24 hours, then `1 d`, `2 d` … */
export function ageOf(moment: Date, now: Date): string {
  const days = Math.floor((now.getTime() - moment.getTime()) / DAY_MS)
  return days <= 0 ? 'today' : `${days} d`
}
