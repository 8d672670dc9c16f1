/**
 * The activities of library-context. Names and numbers travel through history; lists and texts stay in the database.
 */
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { forAttempt } from '../dependencies.ts'
import { finishRun, openRecord } from '../run-record.ts'
import { recordAttempt, type NamedFailure } from './attempts.ts'
import { collectFrom } from './catalogue.ts'
import { claimThisHost, cloneOf, removeCloneOf, type Clone } from './clones.ts'
import { sourcesOf } from './domains.ts'
import { findChanged } from './find-changes.ts'
import { readClone } from './make-context.ts'
import { reportLateNights, reportNight } from './night.ts'
import { publishAll } from './publish.ts'
import { rankAll } from './stars.ts'
import type {
  CatalogueSource,
  ChildStep,
  LibraryContextDependencies,
  NightInput,
} from './activity-context.ts'

export type LibraryContextActivities = ReturnType<typeof createLibraryContextActivities>

export function createLibraryContextActivities(dependencies: LibraryContextDependencies) {
  const { db, temporal, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    async openLibraryContext({ run, params }: NightInput) {
      const opened = await openRecord(db, temporal, run)
      return { ...opened, sources: sourcesOf(dependencies.settings, params.domain) }
    },

    collectCatalogue: (input: NightInput & { source: CatalogueSource }) => collectFrom(context(), input),
    rankLibraries: (input: NightInput) => rankAll(context(), input),
    findChanges: (input: NightInput & { after: number }) => findChanged(context(), input),
    publishLibraries: () => publishAll(context()),

    claimHost: (run: Run) => claimThisHost(context(), run),
    cloneLibrary: (input: ChildStep) => cloneOf(context(), input),
    makeContext: (input: ChildStep & { clone: Clone }) => readClone(context(), input),
    removeClone: (input: ChildStep) => removeCloneOf(context(), input),
    recordFailedAttempt: (input: ChildStep & { reason: NamedFailure }) => recordAttempt(context(), input),

    async closeLibraryContext(run: Run, ending: RunEnding) {
      await finishRun(db, { run, ending, at: clock() }, async () => {
        await (run.trigger === 'drain' ? reportLateNights(context(), run) : reportNight(context(), run))
        await pruneRawPayloads(db, dependencies.rawPayloadCaps, clock())
      })
    },
  }
}
