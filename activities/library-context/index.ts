/**
 * The activities of library-context. Names and numbers travel through history; lists and texts stay in the database.
 */
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import { activity, type CallsOf } from '../checked-activity.ts'
import { forAttempt } from '../dependencies.ts'
import { endingSchema } from '../run-input.ts'
import { finishRun, openOrContinue } from '../run-record.ts'
import { recordAttempt } from './attempts.ts'
import { collectFrom } from './catalogue.ts'
import { claimThisHost, cloneOf, removeCloneOf } from './clones.ts'
import { sourcesOf } from './domains.ts'
import { findChanged } from './find-changes.ts'
import { readClone } from './make-context.ts'
import { reportLateNights, reportNight } from './night.ts'
import { publishAll } from './publish.ts'
import { rankAll } from './stars.ts'
import type { LibraryContextDependencies } from './activity-context.ts'
import {
  catalogueInput,
  changesInput,
  childStep,
  failedAttempt,
  nightInput,
  readInput,
  runSchema,
} from './inputs.ts'

export type LibraryContextActivities = CallsOf<ReturnType<typeof createLibraryContextActivities>>

export function createLibraryContextActivities(dependencies: LibraryContextDependencies) {
  const { db, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    openLibraryContext: activity([nightInput], async ({ run, params }) => {
      const opened = await openOrContinue(dependencies, run)
      return { ...opened, sources: sourcesOf(dependencies.settings, params.domain) }
    }),

    collectCatalogue: activity([catalogueInput], (input) => collectFrom(context(), input)),
    rankLibraries: activity([nightInput], (input) => rankAll(context(), input)),
    findChanges: activity([changesInput], (input) => findChanged(context(), input)),
    publishLibraries: activity([], () => publishAll(context())),

    claimHost: activity([runSchema], (run) => claimThisHost(context(), run)),
    cloneLibrary: activity([childStep], (input) => cloneOf(context(), input)),
    makeContext: activity([readInput], (input) => readClone(context(), input)),
    removeClone: activity([childStep], (input) => removeCloneOf(context(), input)),
    recordFailedAttempt: activity([failedAttempt], (input) => recordAttempt(context(), input)),

    closeLibraryContext: activity([runSchema, endingSchema], (run, ending) =>
      finishRun(db, { run, ending, at: clock() }, async () => {
        await (run.trigger === 'drain' ? reportLateNights(context(), run) : reportNight(context(), run))
        await pruneRawPayloads(db, dependencies.rawPayloadCaps, clock())
        return ending
      }),
    ),
  }
}
