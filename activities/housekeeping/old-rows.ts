/** Removing what is older than it is to be kept. */
import { log } from '@temporalio/activity'
import { DAY_MS } from '../../core/durations.ts'
import type { Reason } from '../../core/reason.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { KEPT_TABLES } from '../../db/kept-tables.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { removeOldRows, type RemovedRows } from '../../db/queries/housekeeping/old-rows.ts'
import { reason } from '../../wording/reason.ts'
import type { ActivityContext } from './activity-context.ts'

/** What was removed, table by table. */
export interface Removed {
  counts: SourceCounts
  removed: RemovedRows[]
}

/** Removes the old rows of all tables that lose any; a table in the settings that cannot makes the source partial. */
export async function removeAllOldRows(context: ActivityContext, run: Run): Promise<Removed> {
  const { db, settings, signal, retryBudget } = context
  const removed: RemovedRows[] = []
  for (const [table, { age, days, where }] of Object.entries(KEPT_TABLES)) {
    const keptDays = settings.keep_days[table] ?? days
    if (age === undefined || keptDays === undefined) continue
    const before = dayBefore(run.startedAt, keptDays)
    const ofTable = await withDatabaseRetry(retryBudget, () =>
      removeOldRows(db, { table, age, where }, { before, signal }),
    )
    removed.push(ofTable)
    if (ofTable.rows > 0) log.info('removed old rows', { event: 'rows.removed', ...ofTable })
  }
  const rows = removed.reduce((sum, one) => sum + one.rows, 0)
  const why = wrongTables(settings.keep_days)
  const outcome = why.length === 0 ? 'complete' : 'partial'
  return { counts: { ...NOTHING, outcome, fetched: rows, written: rows, why }, removed }
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
