/** housekeeping: the backup first, so that it holds what is removed after it. */
import type { HousekeepingActivities } from '../activities/housekeeping/index.ts'
import { HOUR_MS, MINUTE_MS } from '../core/durations.ts'
import type { RunEnding } from '../core/run-outcome.ts'
import type { RunInput } from '../core/run.ts'
import { CLOSING_MS, computation, databaseWork, wholeDatabase } from './policies.ts'
import { activitiesOf, boundMsOf, recordedRun, remainingMs, runOf, settleSource } from './recorded-run.ts'

/** A night: a hundred million rows are dumped and restored in less than one hour. */
const BOUND_MS = 5 * HOUR_MS

/** Of them reserved for what follows the backup, however long that takes. */
const AFTER_BACKUP_MS = HOUR_MS

/** Of that reserved for what follows the removal of rows. */
const MEASURING_MS = 10 * MINUTE_MS

const activities = activitiesOf<HousekeepingActivities>()

/** Makes a backup, removes what is too old, and measures what grows. Each fails alone. */
export async function housekeepingWorkflow(input: RunInput): Promise<RunEnding> {
  const run = runOf('housekeeping', input)
  const boundMs = boundMsOf(input, BOUND_MS)
  const left = (reservedMs = 0) => remainingMs(run, boundMs - Math.min(reservedMs, boundMs / 2))
  const hooks = {
    open: () => activities(databaseWork(left()), 'Take the run lock').openHousekeeping(run),
    close: (_: unknown, ending: RunEnding) =>
      activities(databaseWork(CLOSING_MS), `Close the record: ${ending.outcome}`).closeHousekeeping(
        run,
        ending,
      ),
  }
  return recordedRun(run, hooks, input, async (counts) => {
    counts['backup'] = await settleSource(undefined, () =>
      activities(wholeDatabase(left(AFTER_BACKUP_MS)), 'A backup, restored and compared').makeNightlyBackup(
        run,
      ),
    )
    counts['rows'] = await settleSource(undefined, async () => {
      const remove = activities(
        wholeDatabase(left(MEASURING_MS)),
        'Rows that are older than they are to be kept',
      )
      return (await remove.removeOldRows(run)).counts
    })
    counts['files'] = await settleSource(undefined, () =>
      activities(computation(left()), 'Old CSV and log files').archiveFiles(run),
    )
    counts['sizes'] = await settleSource(undefined, () =>
      activities(computation(left()), 'Sizes of tables and disks').measureGrowth(run),
    )
  })
}
