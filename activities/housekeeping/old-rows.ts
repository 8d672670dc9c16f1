/** Removing what is older than it is to be kept. */
import { log } from '@temporalio/activity'
import { DAY_MS } from '../../core/durations.ts'
import type { Reason } from '../../core/reason.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { KEPT_TABLES } from '../../db/kept-tables.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { removeOldRows, type OldRows, type RemovedRows } from '../../db/queries/housekeeping/old-rows.ts'
import { reason } from '../../wording/reason.ts'
import type { ActivityContext } from './activity-context.ts'

type Days = Pick<ActivityContext['settings'], 'keep_days' | 'thin_days'>

/** What was removed: of a table that is thinned as well, twice. */
export interface Removed {
  counts: SourceCounts
  removed: RemovedRows[]
}

/** Removes the old rows of all tables that lose any, and thins old days; a table in the settings that cannot makes the source partial. */
export async function removeAllOldRows(context: ActivityContext, run: Run): Promise<Removed> {
  const { db, settings, signal, retryBudget } = context
  const removed: RemovedRows[] = []
  for (const { afterDays, ...old } of tablesThatLose(settings)) {
    const before = dayBefore(run.startedAt, afterDays)
    const ofTable = await withDatabaseRetry(retryBudget, () => removeOldRows(db, old, { before, signal }))
    removed.push(ofTable)
    if (ofTable.rows > 0) log.info('removed old rows', { event: 'rows.removed', ...ofTable })
  }
  const rows = removed.reduce((sum, one) => sum + one.rows, 0)
  const why = [...wrongTables(settings.keep_days), ...neverThinned(settings.thin_days)]
  const outcome = why.length === 0 ? 'complete' : 'partial'
  return { counts: { ...NOTHING, outcome, fetched: rows, written: rows, why }, removed }
}

/** Of each table what goes whole, then what is thinned of the rest. */
function tablesThatLose({ keep_days, thin_days }: Days): (OldRows & { afterDays: number })[] {
  return Object.entries(KEPT_TABLES).flatMap(([table, { age, days, where, daily }]) => {
    if (age === undefined) return []
    const keptDays = keep_days[table] ?? days
    const thinDays = thin_days[table]
    return [
      ...(keptDays === undefined ? [] : [{ table, age, where, afterDays: keptDays }]),
      ...(thinDays === undefined || daily === undefined
        ? []
        : [{ table, age, where, daily, afterDays: thinDays }]),
    ]
  })
}

/** The beginning of the UTC day so many days before that of the run. */
function dayBefore(startedAt: string, days: number): Date {
  const started = Date.parse(startedAt)
  return new Date(started - (started % DAY_MS) - days * DAY_MS)
}

/** Tables in the settings whose rows have no age, or that do not exist. */
function wrongTables(keepDays: Readonly<Record<string, number>>): Reason[] {
  return Object.keys(keepDays)
    .filter((table) => KEPT_TABLES[table]?.age === undefined)
    .map((table) => {
      const grows = KEPT_TABLES[table]?.grows
      return grows === undefined
        ? reason('kept-unknown', { table })
        : reason('kept-without-age', { table, grows })
    })
}

/** Tables in the settings that have no several rows a day of one thing. */
const neverThinned = (thinDays: Readonly<Record<string, number>>): Reason[] =>
  Object.keys(thinDays)
    .filter((table) => KEPT_TABLES[table]?.daily === undefined)
    .map((table) => reason('never-thinned', { table }))
