/** The steps of library-context. Names and numbers travel through history; lists and texts stay in the database. */
import { cancellationSignal } from '@temporalio/activity'
import type { Patience } from '../../db/patience.ts'
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import type { RunEnding } from '../../run-outcome.ts'
import type { Tracked } from '../../tracked.ts'
import type { Run, RunInput } from '../../workflows/recorded-run.ts'
import { attemptPatience } from '../attempt-patience.ts'
import type { ActivityDependencies } from '../index.ts'
import { finishRun, openRecord } from '../run-record.ts'
import { recordAttempt, type Reason } from './attempts.ts'
import { collectFrom } from './catalogue.ts'
import { claimThisHost, cloneOf, removeCloneOf, type Clone } from './clones.ts'
import { findChanged } from './find-changes.ts'
import { readClone } from './make-context.ts'
import { tellLateNights, tellNight } from './night.ts'
import { publishAll } from './publish.ts'
import { rankAll } from './stars.ts'

/** Where names of libraries come from. */
export type CatalogueSource = 'ascl' | 'lists' | 'search'

/** What a step of a night takes. */
export interface NightInput {
  run: Run
  params: NonNullable<RunInput['params']>
}

/** A library whose context is to be made. */
export interface LibraryTodo {
  /** `owner/name` in small letters. */
  library: string
  /** As GitHub shows it. */
  name: string
  why: 'new' | 'changed' | 'failed before' | 'forced'
  /** Failures in a row so far, of the kind that another night does not mend. */
  failures: number
}

/** How chains run, by the settings. Times in milliseconds. */
export interface ChainSettings {
  atOnce: number
  cloneMs: number
  readMs: number
}

/** How a chain ended. `reason` also where a context was made, but not by the engine that should have. */
export interface ChainEnding {
  outcome: 'made' | 'title-only' | 'failed'
  reason?: string
  /** What is missing on the host, in one sentence: the same for every library. */
  notice?: string
  /** Bytes of the clone. */
  bytes: number
  /** Rows of it that lie in the spool because the database is away. */
  spooled?: number
}

/** What a step of a chain takes. */
export interface ChainStep {
  run: Run
  todo: LibraryTodo
}

/** What the steps' own files get: the dependencies, the settings, and how this attempt waits and ends. */
export interface StepContext extends ActivityDependencies {
  settings: Tracked['library-context']
  signal: AbortSignal
  patience: Patience
}

export type LibraryContextActivities = ReturnType<typeof createLibraryContextActivities>

export function createLibraryContextActivities(dependencies: ActivityDependencies) {
  const { db, temporal, clock } = dependencies
  const context = (): StepContext => {
    const signal = cancellationSignal()
    const settings = dependencies.tracked['library-context']
    const patience = attemptPatience({ ms: dependencies.patienceMs['library-context'] })
    return { ...dependencies, settings, signal, patience }
  }
  return {
    async openLibraryContext({ run, params }: NightInput) {
      const opened = await openRecord(db, temporal, run)
      return { ...opened, sources: sourcesOf(context().settings, params.domain) }
    },

    collectCatalogue: (input: NightInput & { source: CatalogueSource }) => collectFrom(context(), input),
    rankLibraries: (input: NightInput) => rankAll(context(), input),
    findChanges: (input: NightInput & { after: number }) => findChanged(context(), input),
    publishLibraries: () => publishAll(context()),

    claimHost: (run: Run) => claimThisHost(context(), run),
    cloneLibrary: (input: ChainStep) => cloneOf(context(), input),
    makeContext: (input: ChainStep & { clone: Clone }) => readClone(context(), input),
    removeClone: (input: ChainStep) => removeCloneOf(context(), input),
    recordFailedAttempt: (input: ChainStep & { reason: Reason }) => recordAttempt(context(), input),

    async closeLibraryContext(run: Run, ending: RunEnding) {
      await finishRun(db, { run, ending, at: clock() }, async () => {
        await (run.trigger === 'drain' ? tellLateNights(context(), run) : tellNight(context(), run))
        await pruneRawPayloads(db, dependencies.rawPayloadCaps, clock())
      })
    },
  }
}

/** The domains of a run: all, or the one that was asked for. */
export function domainsOf(settings: Tracked['library-context'], only?: string) {
  return Object.entries(settings.domains)
    .map(([id, domain]) => ({ id, ...domain }))
    .filter(({ id }) => only === undefined || id === only)
}

/** The sources that these domains need, each once. */
function sourcesOf(settings: Tracked['library-context'], only?: string): CatalogueSource[] {
  const needed = domainsOf(settings, only).map(({ source }) => sourceOf(source))
  return (['ascl', 'lists', 'search'] as const).filter((source) => needed.includes(source))
}

/** Which source a domain's setting names. */
export function sourceOf(source: ReturnType<typeof domainsOf>[number]['source']): CatalogueSource {
  if (source === 'ascl') return 'ascl'
  return 'list' in source ? 'lists' : 'search'
}
