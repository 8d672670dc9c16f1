/**
 * The lists as the next night would make them: sources and stars are requested as the activities do, and nothing is
 * stored.
 */
import {
  askSource,
  candidatesOf,
  doubtOf,
  type SourceAnswer,
} from '../../activities/library-context/catalogue.ts'
import { sourceOf } from '../../activities/library-context/domains.ts'
import {
  type CatalogueSource,
  type ActivityContext,
} from '../../activities/library-context/activity-context.ts'
import { selectCandidates } from '../../activities/library-context/keywords.ts'
import { changesOf, nextList, starred, untoldOf } from '../../activities/library-context/lists.ts'
import { keyOf, renamesIn, rowsOf } from '../../activities/library-context/star-answers.ts'
import { answersFor, currentNames, unknownReason } from '../../activities/library-context/stars.ts'
import {
  knownLibraries,
  namesOf,
  newestCandidates,
  newestList,
  type KnownLibrary,
  type Place,
} from '../../db/queries/library-context/libraries.ts'
import { Failure } from '../../core/failures.ts'
import type { ListChange } from '../../core/library-context/night-event.ts'
import type { RepositoryAnswer } from '../../upstreams/github/github.ts'
import { distinct, folded } from '../../upstreams/github/repository-name.ts'
import type { domainsNamed } from '../../client/library-context/domains.ts'
import { sentence } from '../../wording/sentence.ts'

/** What a dry run asks with, and the settings. */
export type DryContext = Pick<
  ActivityContext,
  'db' | 'ascl' | 'github' | 'git' | 'signal' | 'clock' | 'settings'
>

type Domains = ReturnType<typeof domainsNamed>

/** A domain's list as the night would leave it. */
export interface DryList extends Omit<ListChange, 'date' | 'moved'> {
  /** Names that the keywords let through. */
  candidates: number
  /** UTC date of the list that it is compared with; null if there is none. */
  dateBefore: string | null
  /** The list of that date stays: the new one would not be believed, or the stars are not to be had. */
  stays: boolean
  moved: ListChange['moved']
}

/** What is known of libraries after the requests to the sources. */
export interface DryWorld {
  /** By name in small letters; renamed ones under the new name. */
  known: Map<string, KnownLibrary & { pushedAt?: Date | null | undefined }>
  /** Name of now of a renamed library, by the name under which it is stored. */
  renamed: Map<string, string>
}

export interface DryLists {
  lists: DryList[]
  /** Names in small letters, best places first, each once. */
  listed: string[]
  world: DryWorld
  /** What is not as it should be, one sentence each. */
  notes: string[]
}

/**
 * Requests sources and stars and makes the lists. `tell` reports what takes its time. A source that fails is a note, as
 * in a run.
 */
export async function dryLists(
  context: DryContext,
  domains: Domains,
  isForced: boolean,
  tell: (line: string) => void,
): Promise<DryLists> {
  // Before any request: without the database there is nothing to compare with.
  const known = await knownLibraries(context.db)
  const libraryOf = await namesOf(context.db)
  const knownBefore = new Set(known.map(({ library }) => library))
  const notes: string[] = []
  const candidates = await allCandidates(context, domains, isForced, notes, tell)
  const names = distinct(await currentNames(context, [...candidates.values()].flat()))
  tell(`asking GitHub for the stars of ${names.length} repositories`)
  const stars = await askStars(context, names, notes)
  const world = worldAfter(known, libraryOf, stars.answers, context.clock())
  for (const [named, library] of libraryOf) libraryOf.set(named, world.renamed.get(library) ?? library)
  for (const answer of stars.answers) libraryOf.set(folded(answer.asked), keyOf(answer, libraryOf))
  const lists: DryList[] = []
  const ranks = new Map<string, number>()
  for (const domain of domains) {
    const wanted = candidates.get(domain.id) ?? []
    const before = renamedPlaces(await newestList(context.db, domain.id), world.renamed)
    const listed = starred(wanted, world.known, libraryOf)
    const fresh = new Set(listed.map(({ library }) => library).filter((one) => !knownBefore.has(one)))
    const untold = untoldOf(wanted, world.known, libraryOf)
    const { next, doubt } = nextList({ domain, before, listed, untold, isForced, fresh })
    if (doubt !== undefined) notes.push(sentence(doubt))
    const stays = doubt !== undefined || !stars.isWhole
    const places = stays ? (before?.places ?? []) : next
    lists.push({
      domain: domain.id,
      candidates: wanted.length,
      size: places.length,
      dateBefore: before?.date ?? null,
      stays,
      ...changesOf(before?.places, places),
    })
    for (const { library, rank } of places) ranks.set(library, Math.min(rank, ranks.get(library) ?? rank))
  }
  const listed = [...ranks].toSorted(([a, rankA], [b, rankB]) => rankA - rankB || (a < b ? -1 : 1))
  return { lists, listed: listed.map(([library]) => library), world, notes }
}

/** By domain, the names that pass. If a source fails, or its response is implausible, those of the last time. */
async function allCandidates(
  context: DryContext,
  domains: Domains,
  isForced: boolean,
  notes: string[],
  tell: (line: string) => void,
): Promise<Map<string, string[]>> {
  const answers = new Map<CatalogueSource, SourceAnswer | undefined>()
  const found = new Map<string, string[]>()
  for (const domain of domains) {
    const source = sourceOf(domain.source)
    if (!answers.has(source)) {
      const mine = domains.filter((one) => sourceOf(one.source) === source)
      if (source !== 'lists')
        tell(`asking ${source === 'ascl' ? 'ASCL for its catalogue' : "GitHub's search"}`)
      answers.set(source, await noted(notes, source, () => askSource(context, source, mine)))
    }
    const answer = answers.get(source)
    const named = answer === undefined ? undefined : candidatesOf(domain, answer)
    const doubt = named === undefined || isForced ? undefined : await doubtOf(context, domain, named)
    if (doubt !== undefined) notes.push(sentence(doubt))
    if (named !== undefined && doubt === undefined) {
      found.set(
        domain.id,
        selectCandidates(
          named.map(({ name }) => name),
          domain,
        ),
      )
      continue
    }
    const before = await newestCandidates(context.db, domain.id)
    found.set(
      domain.id,
      selectCandidates(
        before.map(({ name }) => name),
        domain,
      ),
    )
  }
  return found
}

/** Stars of all names; if GitHub refuses, a run would retry, and without a response the old lists stay. */
async function askStars(
  { github, signal }: DryContext,
  names: readonly string[],
  notes: string[],
): Promise<{ answers: RepositoryAnswer[]; isWhole: boolean }> {
  const answers: RepositoryAnswer[] = []
  const done = await noted(notes, 'stars', async () => {
    for await (const batch of answersFor(github, names, signal)) answers.push(...batch)
    return true
  })
  notes.push(...unknownReason(answers).map((one) => sentence(one)))
  return { answers, isWhole: done ?? false }
}

/** What is returned; a named failure is a note and no result. */
async function noted<T>(notes: string[], what: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    notes.push(`${what}: ${error.type}: ${error.message}`)
    return undefined
  }
}

/** The known libraries as they would be stored with these responses. */
function worldAfter(
  known: readonly KnownLibrary[],
  libraryOf: ReadonlyMap<string, string>,
  answers: readonly RepositoryAnswer[],
  now: Date,
): DryWorld {
  const renamed = new Map(renamesIn(answers, known).map(({ from, to }) => [from, to]))
  const after: DryWorld['known'] = new Map()
  for (const one of known) {
    const library = renamed.get(one.library) ?? one.library
    after.set(library, { ...one, library })
  }
  const rows = rowsOf(answers, known, { askedAt: now, libraryOf, since: now })
  for (const { library, name, githubId = null, stars = null, state, pushedAt } of rows)
    after.set(library, { library, name, githubId, stars, state, pushedAt, askedAt: now })
  return { known: after, renamed }
}

function renamedPlaces(
  list: { date: string; places: Place[] } | undefined,
  renamed: ReadonlyMap<string, string>,
): { date: string; places: Place[] } | undefined {
  if (list === undefined) return undefined
  const places = list.places.map((place) => ({
    ...place,
    library: renamed.get(place.library) ?? place.library,
  }))
  return { date: list.date, places }
}
