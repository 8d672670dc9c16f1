/** A domain's list of tonight: who is in it, who left, and whether it is plausible. */
import { DAY_MS } from '../../core/durations.ts'
import type { KnownLibrary, Place } from '../../db/queries/library-context/libraries.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import type { ListChange } from '../../core/library-context/night-event.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'
import type { Run } from '../../core/run.ts'
import type { domainsOf } from './domains.ts'
import { selectCandidates } from './keywords.ts'
import { rankByStars, starsDoubted, starsMissing, listAnomaly, type Ranked, type Starred } from './ranking.ts'
import type { Reason } from '../../core/reason.ts'
import { implausible } from '../../wording/reason.ts'

/** The candidates that are there, with their newest stars, each repository once. */
export function starred(
  names: readonly string[],
  known: ReadonlyMap<string, Pick<KnownLibrary, 'library' | 'stars' | 'state'>>,
  libraryOf: ReadonlyMap<string, string>,
): Starred[] {
  const found = new Map<string, Starred>()
  for (const name of names) {
    const one = known.get(libraryOf.get(foldCase(name)) ?? foldCase(name))
    if (one === undefined || one.stars === null) continue
    if (one.state === 'gone' || one.state === 'blocked') continue
    found.set(one.library, { library: one.library, stars: one.stars })
  }
  return [...found.values()]
}

/** Returns how many candidates GitHub did not report the last time it was asked. */
export function unansweredOf(
  names: readonly string[],
  known: ReadonlyMap<string, Pick<KnownLibrary, 'state' | 'askedAt'>>,
  libraryOf: ReadonlyMap<string, string>,
): number {
  const states = names.map((name) => known.get(libraryOf.get(foldCase(name)) ?? foldCase(name))?.state)
  return states.filter((state) => state === undefined || state === 'unknown').length
}

/** Input of a list. */
interface Candidates {
  before: { date: string; places: readonly Place[] } | undefined
  /** Libraries that were no candidates of that list. */
  fresh: ReadonlySet<string>
  listed: readonly Starred[]
  /** Candidates that GitHub did not report. */
  unanswered: number
  /** Candidates with the stars of an earlier night, since tonight's are not believed. */
  doubted: number
  isForced: boolean
}

/** Tonight's list of a domain. */
export interface NightList {
  date: string
  places: Ranked[]
  /** The rows of its places, and of what left it. */
  rows: WritableRows['library_snapshots'][]
  change: ListChange
}

/** Returns tonight's list, or why it is implausible. Pure. */
export function listOf(
  run: Run,
  domain: ReturnType<typeof domainsOf>[number],
  candidates: Candidates,
): NightList | { anomaly: Reason } {
  const { before } = candidates
  const { next, left, anomaly } = nextList({ domain, ...candidates })
  if (anomaly !== undefined) return { anomaly }
  const rows: (Omit<Ranked, 'rank' | 'stars'> & { rank: number | null; stars: number | null })[] = [
    ...next,
    ...left.map(({ library, stars }) => ({ library, stars, rank: null })),
  ]
  const date = run.startedAt.slice(0, 10)
  const change = { domain: domain.id, date, size: next.length, ...changesOf(before?.places, next) }
  return { date, places: next, rows: rows.map((row) => ({ ...row, date, domain: domain.id })), change }
}

/** A list that stays as it is. */
export function unchanged(
  domain: string,
  { date, places }: { date: string; places: readonly Place[] },
): ListChange {
  return { domain, date, size: places.length, entered: [], left: [], moved: [] }
}

/** Returns who is new, who left, whose place changed; in a first list everyone is new. */
export function changesOf(
  before: readonly Pick<Place, 'library' | 'rank'>[] | undefined,
  now: readonly Pick<Place, 'library' | 'rank'>[],
): Pick<ListChange, 'entered' | 'left' | 'moved'> {
  const rankBefore = new Map(before?.map(({ library, rank }) => [library, rank]))
  const rankNow = new Map(now.map(({ library, rank }) => [library, rank]))
  return {
    entered: now.filter(({ library }) => !rankBefore.has(library)).map(({ library }) => library),
    left: (before ?? []).filter(({ library }) => !rankNow.has(library)).map(({ library }) => library),
    moved: now.flatMap(({ library, rank }) => {
      const from = rankBefore.get(library)
      return from === undefined || from === rank ? [] : [{ library, from, to: rank }]
    }),
  }
}

/** Libraries first seen after this moment were no candidates of that list: after its day, or in this run. */
export function afterList({ date }: { date: string }, run: Run): Date {
  return new Date(Math.min(Date.parse(date) + DAY_MS, Date.parse(run.startedAt)))
}

/**
 * Returns the list that follows from these stars: places, what left, and why it is implausible. `fresh` are libraries
 * that were no candidates before: a library displaced by them (new keywords, a source that names more) is not lost.
 * Pure.
 */
export function nextList({
  domain,
  before,
  listed,
  unanswered = 0,
  doubted = 0,
  isForced,
  fresh = new Set(),
}: {
  domain: ReturnType<typeof domainsOf>[number]
  before: { date: string; places: readonly Place[] } | undefined
  listed: readonly Starred[]
  unanswered?: number
  doubted?: number
  isForced: boolean
  fresh?: ReadonlySet<string>
}): { next: Ranked[]; left: Place[]; anomaly?: Reason } {
  const next = rankByStars(listed, domain.top)
  const inNext = new Set(next.map(({ library }) => library))
  const left = (before?.places ?? []).filter(({ library }) => !inNext.has(library))
  const places = before?.places ?? []
  const had = new Set(places.map(({ library }) => library))
  const comparable = listed.filter(({ library }) => had.has(library) || !fresh.has(library))
  const finding = isForced
    ? undefined
    : (starsMissing(listed.length, unanswered) ??
      starsDoubted(listed.length, doubted) ??
      anomalyOf(places, rankByStars(comparable, domain.top), domain))
  if (finding === undefined) return { next, left }
  const date = before?.date ?? null
  return { next, left, anomaly: implausible('list-stays', { domain: domain.id, finding, date }) }
}

function anomalyOf(
  before: readonly { library: string; stars: number | null }[],
  next: readonly Starred[],
  domain: ReturnType<typeof domainsOf>[number],
): Reason | undefined {
  const wanted = new Set(
    selectCandidates(
      before.map(({ library }) => library),
      domain,
    ).map(foldCase),
  )
  return listAnomaly(
    before.slice(0, domain.top).filter(({ library }) => wanted.has(library)),
    next,
  )
}
