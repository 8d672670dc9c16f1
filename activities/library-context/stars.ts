/** Stars of all candidates, each requested once a run, and the lists that follow from them. */
import { readOr } from '../../db/last-known.ts'
import { firstSeenSince, namesOf, type KnownLibrary } from '../../db/queries/library-context/libraries.ts'
import { rowsOfRun } from '../../db/queries/rows-of-run.ts'
import { storeEvent } from '../../db/queries/run-events.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import { LISTS_EVENT, type ListChange } from '../../core/library-context/night-event.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { RepositoryAnswer } from '../../upstreams/github/github.ts'
import { distinct, foldCase } from '../../upstreams/github/repository-name.ts'
import type { Run } from '../../core/run.ts'
import { domainsOf } from './domains.ts'
import { type ActivityContext } from './activity-context.ts'
import type { NightInput } from './inputs.ts'
import { selectCandidates } from './keywords.ts'
import { knownCandidates } from './catalogue.ts'
import { keepKnownLibraries, libraryBy, readKnown, type Known } from './known-libraries.ts'
import { afterList, listOf, starred, unansweredOf, unchanged } from './lists.ts'
import { earlierFindings, storeAnswers } from './star-answers.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** A domain, with the names of its candidates. */
type WithCandidates = ReturnType<typeof domainsOf>[number] & { candidates: string[] }

/** Asks GitHub for every candidate that this run has not asked yet, then ranks each domain. */
export async function rankAll(context: ActivityContext, { run, params }: NightInput): Promise<SourceCounts> {
  const { db, retryBudget } = context
  const domains: WithCandidates[] = []
  for (const domain of domainsOf(context.settings, params.domain)) {
    const names = (await knownCandidates(context, domain.id)).map(({ name }) => name)
    // By the present settings again: the candidates may be those of an earlier night.
    domains.push({ ...domain, candidates: selectCandidates(names, domain) })
  }
  const candidates = domains.flatMap((domain) => domain.candidates)
  if (candidates.length === 0) return { ...NOTHING, outcome: 'skipped', why: [reason('no-candidate')] }
  const known = await readKnown(context)
  const before = new Set(known.libraries.keys())
  const { doubted, counts } = await askAll(context, run, known, currentNames(known, candidates))
  const isForced = params.force === true
  const { rows, changes, why } = await listsTonight(context, run, known, {
    domains,
    doubted,
    before,
    isForced,
  })
  counts.why.push(...why, ...notFound(domains, known.libraries, known.libraryOf))
  // Before the lists are stored: an activity that is killed in between would find them changed already.
  if (known.isStored) await storeEvent(db, run, LISTS_EVENT, changes, context.clock(), { once: true })
  const options = { observedAt: new Date(run.startedAt), runId: run.runId, retryBudget }
  counts.written += (await writeRows(db, { library_snapshots: rows }, options)).written
  keepKnownLibraries(context, known)
  // Counts all attempts of this activity: an earlier one may have been killed between two batches.
  const written = () => rowsOfRun(db, run.runId, ['libraries', 'library_names', 'library_snapshots'])
  counts.written = await readOr(db, retryBudget, written, () => counts.written)
  return { ...counts, outcome: counts.why.length === 0 ? 'complete' : 'partial' }
}

/** Input of tonight's lists: libraries whose stars are not believed, and those that were known before tonight. */
interface Tonight {
  domains: WithCandidates[]
  doubted: ReadonlySet<string>
  before: ReadonlySet<string>
  isForced: boolean
}

/** Returns the rows of tonight's lists and their changes, and notes them in what is known. */
async function listsTonight(
  context: ActivityContext,
  run: Run,
  known: Known,
  { domains, doubted, before, isForced }: Tonight,
) {
  const rows: WritableRows['library_snapshots'][] = []
  const changes: ListChange[] = []
  const why: Reason[] = []
  for (const { candidates, ...domain } of domains) {
    const newest = known.lists.get(domain.id)
    const listed = starred(candidates, known.libraries, known.libraryOf)
    const list = listOf(run, domain, {
      before: newest,
      fresh:
        newest === undefined ? new Set() : await freshSince(context, known, afterList(newest, run), before),
      listed,
      unanswered: unansweredOf(candidates, known.libraries, known.libraryOf),
      doubted: listed.filter(({ library }) => doubted.has(library)).length,
      isForced,
    })
    if ('anomaly' in list) {
      why.push(list.anomaly)
      if (newest !== undefined) changes.push(unchanged(domain.id, newest))
      continue
    }
    rows.push(...list.rows)
    changes.push(list.change)
    if (list.places.length > 0) known.lists.set(domain.id, { date: list.date, places: list.places })
  }
  return { rows, changes, why }
}

/** Libraries first seen since then; while rows go to the spool, those that were not known before tonight. */
async function freshSince(
  { db }: ActivityContext,
  known: Known,
  since: Date,
  before: ReadonlySet<string>,
): Promise<Set<string>> {
  if (known.isStored) return firstSeenSince(db, since)
  return new Set([...known.libraries.keys()].filter((library) => !before.has(library)))
}

/** Names that a reason lists; the rest is a number. */
const NAMED = 5

/** Reasons for names of almanac.yaml that lead to no repository: a mistyped one must not vanish. */
export function notFound(
  domains: ReturnType<typeof domainsOf>,
  known: ReadonlyMap<string, Pick<KnownLibrary, 'state' | 'stars'>>,
  libraryOf: ReadonlyMap<string, string>,
): Reason[] {
  const lost = domains.flatMap(({ source, always, never }) => {
    const unwanted = new Set(never.map(foldCase))
    const listed = typeof source === 'object' && 'list' in source ? source.list : []
    return distinct([...listed, ...always]).flatMap((name) => {
      const one = known.get(libraryOf.get(foldCase(name)) ?? foldCase(name))
      const isLost = one?.state === 'gone' || one?.state === 'blocked'
      return isLost && !unwanted.has(foldCase(name)) ? [{ name, isNew: one.stars === null }] : []
    })
  })
  const named = (isNew: boolean) =>
    distinct(lost.filter((one) => one.isNew === isNew).map(({ name }) => name))
  return (
    [
      ['libraries-not-found', named(true)],
      ['libraries-gone', named(false)],
    ] as const
  ).flatMap(([code, names]) =>
    names.length === 0
      ? []
      : [reason(code, { names: names.slice(0, NAMED), more: Math.max(0, names.length - NAMED) })],
  )
}

/**
 * Returns the current names for the names in the sources: a search by an old one finds nothing, and two names of one
 * repository are one request. For a library that is gone the source's name is requested: another may have taken it
 * over.
 */
function currentNames(known: Known, names: readonly string[]): string[] {
  return names.map((name) => {
    const one = libraryBy(known, name)
    return one === undefined || one.state === 'gone' ? name : one.name
  })
}

/** Batch by batch, each stored at once: after a kill, only the rest is requested. */
async function askAll(
  context: ActivityContext,
  run: Run,
  known: Known,
  names: readonly string[],
): Promise<{ counts: SourceCounts; doubted: Set<string> }> {
  const { db, github, signal } = context
  const all = [...new Map(names.map((name) => [foldCase(name), name])).values()]
  const asked = known.isStored ? await namesOf(db, new Date(run.startedAt)) : new Map<string, string>()
  const done = all.filter((name) => asked.has(foldCase(name)))
  const unknown: RepositoryAnswer[] = done.flatMap((name) => {
    const { state, reason: message } = libraryBy(known, name) ?? {}
    return state === 'unknown' ? [{ asked: name, state, reason: message ?? '' }] : []
  })
  const earlier = known.isStored ? await earlierFindings(context, run, known) : undefined
  const counts = { ...NOTHING, fetched: done.length - unknown.length, why: [...(earlier?.why ?? [])] }
  counts.rejected = earlier?.rejected ?? 0
  const doubted = new Set(earlier?.doubted)
  const left = all.filter((name) => !asked.has(foldCase(name)))
  for await (const answers of answersFor(github, left, signal)) {
    const stored = await storeAnswers(context, run, known, answers)
    counts.written += stored.written
    counts.rejected += stored.rejected
    counts.why.push(...stored.why)
    for (const library of stored.doubted) doubted.add(library)
    counts.fetched += answers.filter(({ state }) => state !== 'unknown').length
    unknown.push(...answers.filter(({ state }) => state === 'unknown'))
  }
  counts.why.push(...unknownReason(unknown))
  return { counts, doubted }
}

/** The answers for all these names, batch by batch. */
async function* answersFor(
  github: ActivityContext['github'],
  names: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<RepositoryAnswer[]> {
  for (let start = 0; start < names.length; start += github.batchSize)
    yield await github.repositories(names.slice(start, start + github.batchSize), signal)
}

/** Returns one reason for the names that GitHub did not report; none if there are none. */
export function unknownReason(answers: readonly RepositoryAnswer[]): Reason[] {
  const unknown = answers.filter(({ state }) => state === 'unknown')
  const [first] = unknown
  if (first === undefined || first.state === 'found') return []
  return [reason('stars-unknown', { asked: first.asked, others: unknown.length - 1, message: first.reason })]
}
