/** The calendar of one line: for each UTC day how many intervals are expected and present, and which ones are missing. */
import { DAY_MS } from '../../core/durations.ts'

export interface LineFacts {
  everyMs: number
  /** What a whole interval counts. */
  perInterval: number
  /** Beginning of the first interval of the calendar, and what lies behind the last expected one; ms since 1970. */
  fromMs: number
  untilMs: number
  /** How much there is of an interval, by its beginning; intervals without anything are left out. */
  present: ReadonlyMap<number, number>
  /** Beginnings of intervals that the source does not have. */
  known: ReadonlySet<number>
}

export interface CalendarDay {
  day: string
  expected: number
  present: number
  excused: number
}

/** Intervals in a row that are missing, or there in part. */
export interface Stretch {
  fromMs: number
  /** End of the last one. */
  toMs: number
  intervals: number
}

export interface Calendar {
  /** Oldest first; days before and behind the calendar are left out. */
  days: CalendarDay[]
  /** Newest first. */
  missing: Stretch[]
}

/** What an interval counts for: expected, of that present, and excused. An interval that is not over counts if it is there. */
function judged({ perInterval, untilMs, present, known }: LineFacts, atMs: number) {
  const there = Math.min(present.get(atMs) ?? 0, perInterval)
  if (there === 0 && known.has(atMs)) return { expected: 0, present: 0, excused: perInterval }
  const expected = atMs < untilMs ? perInterval : there
  return { expected, present: there, excused: 0 }
}

export function calendarOf(facts: LineFacts): Calendar {
  const { everyMs, fromMs, untilMs, present } = facts
  const days: CalendarDay[] = []
  const missing: Stretch[] = []
  const endMs = Math.max(untilMs, ...[...present.keys()].map((atMs) => atMs + everyMs))
  for (let atMs = fromMs; atMs < endMs; atMs += everyMs) {
    const found = judged(facts, atMs)
    addTo(days, atMs, found)
    if (found.present < found.expected) extend(missing, atMs, everyMs)
  }
  return { days, missing: missing.toReversed() }
}

function addTo(days: CalendarDay[], atMs: number, found: Omit<CalendarDay, 'day'>): void {
  const day = new Date(Math.floor(atMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
  const last = days.at(-1)
  if (last?.day !== day) {
    days.push({ day, ...found })
    return
  }
  last.expected += found.expected
  last.present += found.present
  last.excused += found.excused
}

function extend(missing: Stretch[], atMs: number, everyMs: number): void {
  const last = missing.at(-1)
  if (last?.toMs === atMs) {
    last.toMs += everyMs
    last.intervals++
  } else missing.push({ fromMs: atMs, toMs: atMs + everyMs, intervals: 1 })
}
