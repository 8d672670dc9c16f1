/** The activities of housekeeping. */
import type { HousekeepingDependencies } from './activity-context.ts'
import { activity, type CallsOf } from '../checked-activity.ts'
import { forAttempt } from '../dependencies.ts'
import { endingSchema } from '../run-input.ts'
import { finishRun, openOrContinue } from '../run-record.ts'
import { archiveFiles } from './archive-files.ts'
import { runSchema } from './inputs.ts'
import { measureGrowth } from './measure-growth.ts'
import { nightlyBackup } from './nightly-backup.ts'
import { removeAllOldRows } from './old-rows.ts'

export type HousekeepingActivities = CallsOf<ReturnType<typeof createHousekeepingActivities>>

export function createHousekeepingActivities(dependencies: HousekeepingDependencies) {
  const { db, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    openHousekeeping: activity([runSchema], (run) => openOrContinue(dependencies, run)),
    makeNightlyBackup: activity([runSchema], () => nightlyBackup(context())),
    removeOldRows: activity([runSchema], (run) => removeAllOldRows(context(), run)),
    archiveFiles: activity([runSchema], () => archiveFiles(context())),
    measureGrowth: activity([runSchema], (run) => measureGrowth(context(), run)),
    closeHousekeeping: activity([runSchema, endingSchema], (run, ending) =>
      finishRun(db, { run, ending, at: clock() }, () => Promise.resolve(ending)),
    ),
  }
}
