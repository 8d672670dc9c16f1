/** Which contexts the next night would make, and why it would not make the others: decided as its activities decide. */
import { decideAll, listedFor, type Decision } from '../../activities/library-context/find-changes.ts'
import type { LibraryTodo } from '../../activities/library-context/activity-context.ts'
import type { ListedLibrary } from '../../db/queries/library-context/contexts.ts'
import { libraryStates, type LibraryState } from '../../db/queries/library-context/library-report.ts'
import { Failure } from '../../core/failures.ts'
import type { domainsNamed } from '../../client/library-context/domains.ts'
import { dryLists, type DryContext, type DryList, type DryWorld } from './dry-lists.ts'
import { sentence } from '../../wording/sentence.ts'

/** Parameters of a run of library-context, as the registry's schema lets them through. */
export interface DryParams {
  domain?: string | undefined
  library?: string | undefined
  force?: boolean | undefined
}

/** A library that would not be done, and why. */
export interface Skipped {
  library: string
  /** In one of a few words, to be counted. */
  kind: 'unchanged' | 'changed long ago' | 'waiting after a failure' | 'could not be asked'
  reason: string
}

export interface DryPlan {
  /** None if only one library was requested. */
  lists: DryList[]
  todo: { library: string; why: LibraryTodo['why'] }[]
  skipped: Skipped[]
  /** What is not as it should be, one sentence each; a run would be partial. */
  notes: string[]
}

/**
 * Returns what a run with these parameters would do. Reads the database, contacts the sources, GitHub and git; writes
 * nothing. Throws `Misconfigured` for a library that no list holds, and what the database throws.
 */
export async function dryPlan(
  context: DryContext,
  domains: ReturnType<typeof domainsNamed>,
  params: DryParams,
  tell: (line: string) => void,
): Promise<DryPlan> {
  const isForced = params.force ?? false
  if (params.library !== undefined) {
    const listed = await oneLibrary(context, params)
    return { lists: [], notes: [], ...(await decided(context, listed, isForced)) }
  }
  const { lists, listed, world, notes } = await dryLists(context, domains, isForced, tell)
  const states = new Map((await libraryStates(context.db)).map((one) => [nowCalled(one.library, world), one]))
  const libraries = listed.map((library) => listedLibrary(library, states.get(library), world))
  const asked = isForced ? 0 : libraries.filter(({ hasContext }) => hasContext).length
  if (asked > 0) tell(`asking git for the newest commit of ${asked} libraries`)
  return { lists, notes, ...(await decided(context, libraries, isForced)) }
}

async function oneLibrary(context: DryContext, { domain, library }: DryParams): Promise<ListedLibrary[]> {
  try {
    return await listedFor(context, {
      ...(domain !== undefined && { domain }),
      ...(library !== undefined && { library }),
    })
  } catch (error) {
    if (error instanceof Failure && error.type === 'NotFound')
      throw new Failure('Misconfigured', error.message, { cause: error })
    throw error
  }
}

const nowCalled = (library: string, { renamed }: DryWorld) => renamed.get(library) ?? library

/** A library as the night would find it; one that was never seen has nothing yet. */
function listedLibrary(library: string, state: LibraryState | undefined, { known }: DryWorld): ListedLibrary {
  const { name = library, pushedAt } = known.get(library) ?? {}
  return {
    library,
    name,
    pushedAt: pushedAt ?? state?.pushedAt ?? null,
    commit: state?.context?.commit ?? null,
    hasContext: state?.context != null,
    failures: state?.attempt?.failures ?? 0,
    nextTryAt: state?.attempt?.nextTryAt ?? null,
    reason: state?.attempt?.reason ?? null,
    triedBy: state?.attempt?.runId ?? null,
  }
}

async function decided(
  context: DryContext,
  libraries: readonly ListedLibrary[],
  isForced: boolean,
): Promise<Pick<DryPlan, 'todo' | 'skipped'>> {
  const decisions = await decideAll(context, libraries, isForced)
  const now = context.clock()
  return {
    todo: decisions.flatMap(({ library, decision }) =>
      'todo' in decision ? [{ library: library.name, why: decision.todo }] : [],
    ),
    skipped: decisions.flatMap(({ library, decision }) =>
      'skip' in decision
        ? [{ library: library.name, kind: kindOf(library, decision, now), reason: sentence(decision.skip) }]
        : [],
    ),
  }
}

function kindOf(
  { nextTryAt }: ListedLibrary,
  decision: Extract<Decision, { skip: unknown }>,
  now: Date,
): Skipped['kind'] {
  if (decision.isTrouble) return 'could not be asked'
  if (nextTryAt !== null && nextTryAt > now) return 'waiting after a failure'
  return decision.skip.code === 'unchanged' ? 'unchanged' : 'changed long ago'
}
