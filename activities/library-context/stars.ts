/** Stars of all candidates, each requested once a run, and the lists that follow from them. */
import {
  knownLibraries,
  namesOf,
  newestCandidates,
  type KnownLibrary,
} from '../../db/queries/library-context/libraries.ts'
import { storeEvent } from '../../db/queries/runs.ts'
import { writeRows } from '../../db/write-rows.ts'
import { LISTS_EVENT } from '../../core/library-context/night-event.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { RepositoryAnswer } from '../../upstreams/github/github.ts'
import { distinct, foldCase } from '../../upstreams/github/repository-name.ts'
import type { Run } from '../../core/run.ts'
import { domainsOf } from './domains.ts'
import { type ActivityContext } from './activity-context.ts'
import type { NightInput } from './inputs.ts'
import { selectCandidates } from './keywords.ts'
import { listOf, starred, unansweredOf } from './lists.ts'
import { storeAnswers } from './star-answers.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Asks GitHub for every candidate that this run has not asked yet, then ranks each domain. */
export async function rankAll(context: ActivityContext, { run, params }: NightInput): Promise<SourceCounts> {
  const domains = domainsOf(context.settings, params.domain)
  const candidates = new Map<string, string[]>()
  for (const { id, ...domain } of domains) {
    const names = (await newestCandidates(context.db, id)).map(({ name }) => name)
    // By the present settings again: the candidates may be those of an earlier night.
    candidates.set(id, selectCandidates(names, domain))
  }
  if ([...candidates.values()].every((names) => names.length === 0))
    return { ...NOTHING, outcome: 'skipped', why: [reason('no-candidate')] }
  const { doubted, counts } = await askAll(
    context,
    run,
    await currentNames(context, [...candidates.values()].flat()),
  )
  const known = new Map((await knownLibraries(context.db)).map((one) => [one.library, one]))
  const libraryOf = await namesOf(context.db)
  const lists = []
  for (const domain of domains) {
    const names = candidates.get(domain.id) ?? []
    const listed = starred(names, known, libraryOf)
    const unanswered = unansweredOf(names, known, libraryOf)
    const isForced = params.force === true
    const kept = listed.filter(({ library }) => doubted.has(library)).length
    lists.push(await listOf(context, run, domain, { listed, unanswered, doubted: kept, isForced }))
  }
  counts.why.push(...lists.flatMap(({ why }) => why), ...notFound(domains, known, libraryOf))
  const changes = lists.flatMap(({ change }) => (change === undefined ? [] : [change]))
  // Before the lists are stored: an activity that is killed in between would find them changed already.
  await storeEvent(context.db, run, LISTS_EVENT, changes, context.clock(), { once: true })
  const options = { observedAt: new Date(run.startedAt), runId: run.runId, retryBudget: context.retryBudget }
  const rows = lists.flatMap((list) => list.rows)
  counts.written += (await writeRows(context.db, { library_snapshots: rows }, options)).written
  return { ...counts, outcome: counts.why.length === 0 ? 'complete' : 'partial' }
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
async function currentNames(
  { db }: Pick<ActivityContext, 'db'>,
  names: readonly string[],
): Promise<string[]> {
  const known = new Map((await knownLibraries(db)).map((one) => [one.library, one]))
  const libraryOf = await namesOf(db)
  return names.map((name) => {
    const one = known.get(libraryOf.get(foldCase(name)) ?? foldCase(name))
    return one === undefined || one.state === 'gone' ? name : one.name
  })
}

/** Batch by batch, each stored at once: after a kill, only the rest is requested. */
async function askAll(
  context: ActivityContext,
  run: Run,
  names: readonly string[],
): Promise<{ counts: SourceCounts; doubted: Set<string> }> {
  const { db, github, signal } = context
  const counts = { ...NOTHING, why: [] as Reason[] }
  const asked = await namesOf(db, new Date(run.startedAt))
  const all = [...new Map(names.map((name) => [foldCase(name), name])).values()]
  counts.fetched = all.filter((name) => asked.has(foldCase(name))).length
  const left = all.filter((name) => !asked.has(foldCase(name)))
  const unknown: RepositoryAnswer[] = []
  const doubted = new Set<string>()
  for await (const answers of answersFor(github, left, signal)) {
    const stored = await storeAnswers(context, run, answers)
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
