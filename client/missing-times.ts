/** Days on which a time of day does not exist, because the clocks go forward over it. Pure. */
import { DAY_MS } from '../core/durations.ts'
import type { Timing } from '../pipelines/definition.ts'

/** A moment of a calendar: `month` from 1, all in the zone's own time. */
export interface LocalTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

/**
 * Returns, for each day of these years on which the time does not exist in its zone, the time that the clocks show instead:
 * later by as much as they went forward. Temporal skips a calendar's time on such a day, and takes one that occurs twice
 * once.
 */
export function missingTimes(
  { hour, minute, timezone }: NonNullable<Timing['daily']>,
  firstYear: number,
  years: number,
): LocalTime[] {
  const offsetMs = offsetsIn(timezone)
  const found: LocalTime[] = []
  const end = Date.UTC(firstYear + years, 0, 1, hour, minute)
  // Written as if the zone were UTC. No zone is that far from it: at the ends of a stretch its offset is that before and after.
  for (let local = Date.UTC(firstYear, 0, 1, hour, minute); local < end; local += STRETCH_MS) {
    const [before, after] = [offsetMs(local - DAY_MS), offsetMs(local + STRETCH_MS)]
    if (after <= before) continue
    for (let day = local; day < local + STRETCH_MS; day += DAY_MS)
      if (offsetMs(day - before) !== before && offsetMs(day - after) !== after)
        found.push(localTime(day + after - before))
  }
  return found
}

/** Asking for a zone's offset takes microseconds; no zone changes it twice within this time. */
const STRETCH_MS = 7 * DAY_MS

function localTime(atMs: number): LocalTime {
  const shown = new Date(atMs)
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
  }
}

/** Returns a zone's offset from UTC at a moment, both in milliseconds. */
function offsetsIn(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  return (atMs) => {
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(atMs)) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  }
}
