/** The days of a calendar as months, as people know them: weeks from Monday on. */
import type { Gaps } from '../../../api/gaps/gaps-schema.ts'

export type Line = Gaps['pipelines'][number]['calendars'][number]['lines'][number]
export type LineDay = Line['days'][number]

/** How a day stands. `before`: nothing is expected of it; `excused`: the source has nothing of it. */
export const DAY_STATES = ['whole', 'part', 'missing', 'excused', 'before'] as const
export type DayState = (typeof DAY_STATES)[number]

export interface MonthDay {
  day: string
  state: DayState
  /** Undefined for a day of which nothing is expected. */
  counts: LineDay | undefined
}

export interface Month {
  /** Its first day. */
  first: string
  /** Days of the first week that are not shown. */
  skipped: number
  days: MonthDay[]
}

const DAY_MS = 86_400_000

export function stateOf(counts: LineDay | undefined): DayState {
  if (counts === undefined) return 'before'
  const { expected, present, excused } = counts
  if (expected === 0) return excused > 0 ? 'excused' : 'before'
  if (present === 0) return 'missing'
  return present < expected ? 'part' : 'whole'
}

/** The months from one UTC day to another, both included. */
export function monthsOf(days: readonly LineDay[], from: string, to: string): Month[] {
  const known = new Map(days.map((one) => [one.day, one]))
  const months: Month[] = []
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += DAY_MS) {
    const day = new Date(ms).toISOString().slice(0, 10)
    const first = `${day.slice(0, 7)}-01`
    if (months.at(-1)?.first !== first) months.push({ first, skipped: weekday(ms), days: [] })
    const counts = known.get(day)
    months.at(-1)?.days.push({ day, state: stateOf(counts), counts })
  }
  return months
}

/** Days since Monday. */
const weekday = (ms: number) => (new Date(ms).getUTCDay() + 6) % 7

/** Sums of a line over its days. */
export function sumsOf({ days }: Pick<Line, 'days'>): Omit<LineDay, 'day'> {
  const sums = { expected: 0, present: 0, excused: 0 }
  for (const one of days) for (const key of ['expected', 'present', 'excused'] as const) sums[key] += one[key]
  return sums
}
