/** Judges the values of one source's answer by their rules, and keeps the doubted ones for `quarantine` and the run. */
import { DAY_MS } from '../core/durations.ts'
import { DAYS_UNTIL_BELIEVED, doubtOf, isBelievedNow, type ChangeRule } from '../core/plausibility.ts'
import type { Reason } from '../core/reason.ts'
import type { Database } from '../db/database.ts'
import { doubtedDays, doubtKey, type DoubtedRow } from '../db/queries/doubts.ts'
import type { RejectedRow } from '../db/write-call.ts'
import { implausible } from '../wording/reason.ts'

/** A value as it was believed last, and on which UTC day; without a day, doubts of the last week count. */
export interface Believed {
  value: number
  date?: string
}

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
  believes(observation: Observation & { measure: Measure }): boolean
  /** The doubted values so far, as rows for `quarantine`. */
  rejected(): RejectedRow[]
  /** One reason a measure. */
  why(): Reason[]
}

/** Without the day of the believed value: doubts older than a week say nothing about today's. */
const REMEMBERED_DAYS = 7

/** Returns a judge of what a source reports on a UTC day of these keys. Reads on which days they were doubted before. */
export async function judgeFor<Measure extends string>(
  db: Database,
  rules: Readonly<Record<Measure, ChangeRule>>,
  { source, date, of }: { source: string; date: string; of: readonly string[] },
): Promise<Judge<Measure>> {
  const days = await doubtedDays(db, { source, date, of })
  const weekAgo = new Date(Date.parse(date) - REMEMBERED_DAYS * DAY_MS).toISOString().slice(0, 10)
  const doubts: { row: DoubtedRow; name: string }[] = []
  return {
    believes: ({ measure, of: key, name = key, before, now }) => {
      if (before === null || before === undefined || doubtOf(rules[measure], before.value, now) === undefined)
        return true
      const since = before.date ?? weekAgo
      const earlier = days.get(doubtKey({ doubted: measure, of: key })) ?? []
      if (isBelievedNow(earlier.filter((day) => day > since).length)) return true
      doubts.push({ row: { doubted: measure, of: key, date, before: before.value, now }, name })
      return false
    },
    rejected: () => doubts.map(({ row }) => ({ source, reason: 'value-doubted', row })),
    why: () =>
      Object.keys(rules).flatMap((measure) => {
        const [first, ...others] = doubts.filter(({ row }) => row.doubted === measure)
        if (first === undefined) return []
        const { before, now } = first.row
        const counts = { before, now, others: others.length, days: DAYS_UNTIL_BELIEVED }
        return [implausible('value-doubted', { measure, of: first.name, ...counts })]
      }),
  }
}
