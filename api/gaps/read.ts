/** Reads what a calendar is made of. */
import { sql } from 'drizzle-orm'
import type { Config } from '../../config/load-config.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import type { DataSet } from '../data-set.ts'
import { INTERVALS, type Expectation } from '../expectation.ts'
import { calendarOf, type Calendar } from './calendar.ts'
import { firstStatement, knownStatement, presentStatement } from './presence.ts'

/** An interval that has just ended is being collected. */
const GRACE_MS = 15 * MINUTE_MS

export interface LineCalendar extends Calendar {
  line: string
  /** Beginning of the first expected interval, in milliseconds since 1970; undefined if nothing was collected yet. */
  sinceMs: number | undefined
}

export interface Asked {
  config: Config
  /** Whether something is collected now; otherwise nothing is expected behind what is there. */
  isOn: boolean
  fromMs: number
  toMs: number
  now: Date
}

/** The calendars of all lines of an expectation, for the time from `fromMs` to `toMs`. */
export async function readCalendars(
  db: Database,
  set: DataSet,
  expected: Expectation,
  { config, isOn, fromMs, toMs, now }: Asked,
): Promise<LineCalendar[]> {
  const everyMs = INTERVALS[expected.every]
  const lines = expected.lines?.(config) ?? ['']
  if (lines.length === 0) return []
  const perInterval = expected.counted?.perInterval(config) ?? 1
  const declared = expected.since?.(config, now).getTime()
  const asked = { lines, fromMs, toMs }
  const [firsts, present, known] = await Promise.all([
    rowsOf<{ line: string; first: number | null }>(db, firstStatement(set, expected, lines)),
    rowsOf<{ line: string; at: number; present: number }>(db, presentStatement(set, expected, asked)),
    expected.excused === undefined
      ? []
      : rowsOf<{ line: string; at: number }>(db, knownStatement(expected.excused, asked)),
  ])
  const overMs = Math.floor((now.getTime() - GRACE_MS) / everyMs) * everyMs
  return lines.map((line) => {
    const there = new Map(present.filter((one) => one.line === line).map((one) => [one.at, one.present]))
    const first = firsts.find((one) => one.line === line)?.first ?? undefined
    // A line without a row may be new: nothing was missed.
    const sinceMs = first === undefined ? undefined : beginning(everyMs, first, declared)
    const newestMs = Math.max(0, ...there.keys())
    const facts = {
      everyMs,
      perInterval,
      fromMs: Math.max(fromMs, sinceMs ?? toMs),
      untilMs: Math.min(toMs, isOn ? overMs : newestMs + everyMs),
      present: there,
      known: new Set(known.filter((one) => one.line === line).map(({ at }) => at)),
    }
    return { line, sinceMs, ...calendarOf(facts) }
  })
}

async function rowsOf<Row>(db: Database, statement: string): Promise<Row[]> {
  const { rows } = await db.execute(sql.raw(statement))
  return rows as Row[]
}

/** The interval of the first row, or the first one that begins after the declared moment. */
function beginning(everyMs: number, firstMs: number, declaredMs: number | undefined): number {
  if (declaredMs === undefined) return Math.floor(firstMs / everyMs) * everyMs
  return Math.ceil(declaredMs / everyMs) * everyMs
}
