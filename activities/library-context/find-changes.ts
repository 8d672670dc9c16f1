/** Which listed libraries need a new context, and why the others do not. */
import pMap from 'p-map'
import { DAY_MS } from '../../core/durations.ts'
import { listedLibraries, type ListedLibrary } from '../../db/queries/library-context/contexts.ts'
import { Failure } from '../../core/failures.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'
import { domainsOf } from './domains.ts'
import { type ChildSettings, type ActivityContext } from './activity-context.ts'
import type { LibraryTodo, NightInput } from './inputs.ts'
import { TREE_MS } from './tree-reader.ts'
import { failureReason, type Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Libraries per activity: their child workflows (nine events each) must not fill the history before it is checked. */
const BATCH = 50
/** Each is a process that mostly waits for a server. */
const ASKED_AT_ONCE = 8

/** Libraries of one batch to process, and the cursor of the next; null after the last. */
export interface Changes {
  counts: SourceCounts
  todo: LibraryTodo[]
  next: number | null
  chain: ChildSettings
}

/** Why a library is processed, or is not; with the newest commit if it was requested. */
export type Decision = { todo: LibraryTodo['why'] } | { skip: Reason; isTrouble?: boolean }

/** Examines the libraries from place `after` on: asks git for the newest commit of those that have a context. */
export async function findChanged(
  context: ActivityContext,
  { run, params, after }: NightInput & { after: number },
): Promise<Changes> {
  const { settings } = context
  const listed = await listedFor(context, params)
  const batch = listed.slice(after, after + BATCH)
  // Libraries that this run has done already (its activity was killed before it could report them) stay done.
  const left = batch.filter(({ triedBy }) => triedBy !== run.runId)
  const decisions = await decideAll(context, left, params.force === true)
  const todo = decisions.flatMap(({ library, decision }) =>
    'todo' in decision
      ? [{ library: library.library, name: library.name, why: decision.todo, failures: library.failures }]
      : [],
  )
  const trouble = decisions.flatMap(({ decision, library }) =>
    'skip' in decision && decision.isTrouble
      ? [reason('library', { library: library.name, reason: decision.skip })]
      : [],
  )
  const counts = { ...NOTHING, fetched: batch.length, written: todo.length, why: troubleOf(trouble) }
  if (listed.length === 0) Object.assign(counts, { why: [reason('no-list')] })
  const outcome = trouble.length > 0 ? 'partial' : listed.length === 0 ? 'skipped' : 'complete'
  return {
    counts: { ...counts, outcome },
    todo,
    next: after + BATCH < listed.length ? after + BATCH : null,
    chain: {
      atOnce: settings.chains,
      cloneMs: settings.clone_seconds * 1000,
      readMs: readMsOf(context),
    },
  }
}

/**
 * Returns how long reading one library may take: both modes of contextmaker may use up their time before our own engine
 * reads, and the text is kept as long as the database may be unavailable, which is not the library's fault.
 */
export function readMsOf({
  settings,
  retryBudgetMs,
}: Pick<ActivityContext, 'settings' | 'retryBudgetMs'>): number {
  return 2 * settings.contextmaker_seconds * 1000 + READINGS * settings.chains * TREE_MS + retryBudgetMs
}

/** A tree is read for both modes of contextmaker and for our own engine, and trees are read one at a time. */
const READINGS = 3

/** Returns libraries of the lists, or the requested one. Throws `NotFound` if that one is unknown. */
async function listedFor(
  { db, settings }: Pick<ActivityContext, 'db' | 'settings'>,
  params: NightInput['params'],
): Promise<ListedLibrary[]> {
  const domains = domainsOf(settings, params.domain).map(({ id }) => id)
  const only = params.library === undefined ? undefined : foldCase(params.library)
  const listed = await listedLibraries(db, domains, only)
  if (only !== undefined && listed.length === 0) {
    const remedy = 'Add it to a domain of almanac.yaml ("always"), and run the pipeline once.'
    throw new Failure('NotFound', `No list holds ${params.library ?? only}. ${remedy}`)
  }
  return listed
}

/** Decides about each; git is asked only for those whose context could be stale. */
export async function decideAll(
  context: Pick<ActivityContext, 'git' | 'signal' | 'clock' | 'settings' | 'contextmaker'>,
  libraries: readonly ListedLibrary[],
  isForced: boolean,
): Promise<{ library: ListedLibrary; decision: Decision }[]> {
  const now = context.clock()
  const isReady =
    libraries.some(({ lacksContextmaker }) => lacksContextmaker) && (await context.contextmaker.ready()).ok
  return pMap(
    libraries,
    async (library) => {
      const early = beforeAsking(library, isForced, now)
      if (early !== undefined) return { library, decision: early }
      try {
        const head = await context.git.head(library.name, context.signal)
        const withinDays = context.settings.changed_within_days
        return { library, decision: afterAsking(library, head, { withinDays, now, isReady }) }
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return { library, decision: { skip: failureReason(error), isTrouble: true } }
      }
    },
    { concurrency: ASKED_AT_ONCE },
  )
}

/** Decides without asking git: requested by hand, never made, or waiting after a failure. */
export function beforeAsking(library: ListedLibrary, isForced: boolean, now: Date): Decision | undefined {
  if (isForced) return { todo: 'forced' }
  const { failures, nextTryAt } = library
  if (nextTryAt !== null && nextTryAt > now) {
    const nextTry = nextTryAt.toISOString().slice(0, 10)
    return { skip: reason('failed-before', { times: failures, reason: library.reason ?? '', nextTry }) }
  }
  if (!library.hasContext) return { todo: library.reason === null ? 'new' : 'failed before' }
  return undefined
}

/** Decides the rest by commits, and by whether contextmaker is ready. */
export function afterAsking(
  library: ListedLibrary,
  head: string | undefined,
  { withinDays, now, isReady }: { withinDays: number | undefined; now: Date; isReady: boolean },
): Decision {
  if (head === library.commit)
    return isReady && library.lacksContextmaker
      ? { todo: 'contextmaker works again' }
      : { skip: reason('unchanged') }
  if (head === undefined) return { skip: reason('repository-empty'), isTrouble: true }
  const pushedAt = library.pushedAt?.getTime()
  if (withinDays !== undefined && pushedAt !== undefined && now.getTime() - pushedAt > withinDays * DAY_MS)
    return { skip: reason('changed-long-ago', { days: withinDays }) }
  return { todo: 'changed' }
}

/** If all have the same trouble (the server is unavailable), it is reported once. */
function troubleOf(trouble: Reason[]): Reason[] {
  const [first] = trouble
  if (first === undefined || trouble.length <= MAX_TOLD) return trouble
  return [reason('and-others', { first, others: trouble.length - 1 })]
}

const MAX_TOLD = 3
