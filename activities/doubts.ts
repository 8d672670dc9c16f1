/**
 * Judges the values of one source's answer by their rules, and keeps the doubted ones for `quarantine` and the run's
 * reasons.
 */
import { DAY_MS } from '../core/durations.ts'
import {
  DAYS_UNTIL_BELIEVED,
  doubtOf,
  isBelievedNow,
  type Believed,
  type ChangeRule,
} from '../core/plausibility.ts'
import type { Reason } from '../core/reason.ts'
import type { Database } from '../db/database.ts'
import type { RetryBudget } from '../db/database-retry.ts'
import { readOr } from '../db/last-known.ts'
import { doubtedDays, doubtKey, type DoubtedDay, type DoubtedRow } from '../db/queries/doubts.ts'
import type { RejectedRow } from '../db/write-call.ts'
import { implausible } from '../wording/reason.ts'

export interface Observation {
  /** Name of its column. */
  measure: string
  /** A stable key of what it was reported of. */
  of: string
  /** That as a person knows it. Default: the key. */
  name?: string
  before: Believed | null | undefined
  now: number
}

export interface Judge<Measure extends string> {
  /** Whether a value may be stored. */
  believes: (observation: Observation & { measure: Measure }) => boolean
  /** The doubted values so far, as rows for `quarantine`. */
  rejected: () => RejectedRow[]
  /** One reason a measure. */
  why: () => Reason[]
}

/** Doubts of a value whose believed day is unknown count for a week; older ones say nothing about today's. */
const REMEMBERED_DAYS = 7

/**
 * Returns a judge of what a source reports on a UTC day. Reads which of its values were doubted before; without the
 * database none is known, and a change that lasts is believed once it is back.
 */
export async function judgeFor<Measure extends string>(
  { db, retryBudget }: { db: Database; retryBudget: RetryBudget },
  rules: Readonly<Record<Measure, ChangeRule>>,
  { source, date }: { source: string; date: string },
): Promise<Judge<Measure>> {
  const doubted = await readOr(
    db,
    retryBudget,
    () => doubtedDays(db, source, date),
    () => new Map<string, never>(),
  )
  return judgeOf(rules, { source, date }, doubted)
}

/** Returns a judge that knows the values that were doubted before, by `doubtKey`. */
export function judgeOf<Measure extends string>(
  rules: Readonly<Record<Measure, ChangeRule>>,
  { source, date }: { source: string; date: string },
  known: ReadonlyMap<string, DoubtedDay[]>,
): Judge<Measure> {
  const weekAgo = new Date(Date.parse(date) - REMEMBERED_DAYS * DAY_MS).toISOString().slice(0, 10)
  const doubts: Doubted[] = []
  return {
    believes: ({ measure, of: key, name = key, before, now }) => {
      if (before === null || before === undefined || doubtOf(rules[measure], before.value, now) === undefined)
        return true
      const since = before.date ?? weekAgo
      const days = known.get(doubtKey({ doubted: measure, of: key })) ?? []
      const earlier = days.filter(({ date: day }) => day > since).map(({ now: then }) => then)
      if (isBelievedNow(rules[measure], { before: before.value, earlier, now })) return true
      doubts.push({ row: { doubted: measure, of: key, date, before: before.value, now }, name })
      return false
    },
    rejected: () => doubts.map(({ row }) => ({ source, reason: 'value-doubted', row })),
    why: () => doubtReasons(Object.keys(rules), doubts),
  }
}

/** A doubted value, and what it was reported of as a person knows it. */
export interface Doubted {
  row: DoubtedRow
  name: string
}

/** One reason for each of these measures that was doubted. */
export function doubtReasons(measures: readonly string[], doubts: readonly Doubted[]): Reason[] {
  return measures.flatMap((measure) => {
    const [first, ...others] = doubts.filter(({ row }) => row.doubted === measure)
    if (first === undefined) return []
    const { before, now } = first.row
    const counts = { before, now, others: others.length, days: DAYS_UNTIL_BELIEVED }
    return [implausible('value-doubted', { measure, of: first.name, ...counts })]
  })
}

/** Returns the value to store: as reported if it can be read and is believed, else what its day already holds. */
export function storable<Measure extends string>(
  judge: Judge<Measure>,
  { now, ...observation }: Omit<Observation, 'now'> & { measure: Measure; now: number | null },
  date: string,
): number | null {
  const { before } = observation
  if (now !== null && judge.believes({ ...observation, now })) return now
  return before?.date === date ? before.value : null
}
