/** New modpacks from the website's lists of dependents, a bounded number of pages per run. */
import pMap from 'p-map'
import { doubtOf, type ChangeRule } from '../../core/plausibility.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { readOr } from '../../db/last-known.ts'
import {
  modpacksSeenSince,
  newSlugs,
  nextDependentsTask,
  noteDependents,
  unresolvedModpacks,
  type DependentsTask,
} from '../../db/queries/mod-stats/modpacks.ts'
import { NOTHING, addCounts, type SourceCounts } from '../../core/run-outcome.ts'
import type { RawBody } from '../../db/write-call.ts'
import type { Batch, ActivityContext } from './activity-context.ts'
import type { BatchInput } from './inputs.ts'
import type { CurseForge } from '../../upstreams/curseforge/curseforge.ts'
import { NO_MODPACKS } from './batch-counts.ts'
import { NO_CREDENTIALS } from './curseforge.ts'
import { modpackJudge, writeModpacks, type FoundModpack } from './write-modpacks.ts'
import { implausible, reason } from '../../wording/reason.ts'

/** Pages per activity: at one page in two seconds a minute and a half, so that a retry repeats little. */
const BATCH_PAGES = 40
/** Slugs looked up at once in the API. */
const LOOKUPS_AT_ONCE = 2
/** Modpacks without an id that a run requests again: an imported list of some hundred is done in a few days. */
const MAX_RETRIED_MODPACKS = 200

/** Reads pages until the run's page limit; the cursor is the number of pages read so far. */
export async function discoverModpacksBatch(
  context: ActivityContext,
  { run, after }: BatchInput,
): Promise<Batch> {
  const { db, curseforge, settings, retryBudget } = context
  if (curseforge === undefined) return { counts: NO_CREDENTIALS, done: 0, left: 0, next: null }
  const limit = settings.modpacks.pages
  const budget = Math.min(limit - after, BATCH_PAGES)
  const lookup = { context, run, curseforge }
  // Which lists are read, and what is new in them, is in the database alone.
  const unavailable = await readOr(
    db,
    retryBudget,
    () => nextDependentsTask(db, run.startedAt).then(() => undefined),
    leftOut,
  )
  if (unavailable !== undefined) return { counts: unavailable, done: 0, left: 0, next: null }
  let counts = after === 0 ? await retryUnresolved(lookup) : NO_MODPACKS
  let done = 0
  // Once something was spooled the list is left alone: its position is stored in the database, which is unavailable.
  while (done < budget && counts.spooled === undefined) {
    const task = await withDatabaseRetry(retryBudget, () => nextDependentsTask(db, run.startedAt))
    if (task === undefined) return { counts, done, left: 0, next: null }
    const read = await readList(lookup, task, budget - done)
    counts = addCounts(counts, read.counts)
    done += read.pages
  }
  if (counts.spooled !== undefined) return { counts, done, left: 0, next: null }
  const left = limit - after - done
  return { counts, done, left, next: left > 0 ? after + done : null }
}

/** The counts of a run that searches no list. */
const leftOut = ({ message }: Error): SourceCounts => ({
  ...NOTHING,
  outcome: 'partial',
  why: [reason('left-to-next-run', { message })],
})

interface Lookup {
  context: ActivityContext
  run: BatchInput['run']
  curseforge: CurseForge
}

/** Reads one mod's list from where the last run stopped, at most `budget` pages. */
async function readList(
  lookup: Lookup,
  task: DependentsTask,
  budget: number,
): Promise<{ counts: SourceCounts; pages: number }> {
  const { db, dependents, signal, retryBudget, clock } = lookup.context
  const note = (page: number, readAt?: Date) =>
    // If it cannot be noted, the next run reads these pages again.
    readOr(
      db,
      retryBudget,
      () => noteDependents(db, task.modId, page, readAt),
      () => undefined,
    )
  const seen = new Set<string>()
  let counts = NOTHING
  for (let pages = 1, page = task.page; ; pages++, page++) {
    const answer = await dependents.dependentsPage(task.curseforgeSlug, page, signal)
    const packs = answer.kind === 'page' ? answer.packs.filter(({ slug }) => !seen.has(slug)) : []
    for (const { slug } of packs) seen.add(slug)
    if (packs.length > 0) {
      const fresh = await withDatabaseRetry(retryBudget, () =>
        newSlugs(
          db,
          task.modId,
          packs.map(({ slug }) => slug),
        ),
      )
      const found = packs
        .filter(({ slug }) => fresh.has(slug))
        .map(({ slug, name, url }) => ({ modId: task.modId, slug, name, link: url, downloads: null }))
      counts = addCounts(counts, await resolve(lookup, found, [answer.raw]))
      if (counts.spooled !== undefined) return { counts, pages }
    }
    // Past its end the site may repeat a page: no new slug is the end, too.
    if (packs.length === 0 || (answer.kind === 'page' && !answer.next)) {
      await note(1, clock())
      return { counts: addCounts(counts, endCounts(task, seen.size)), pages }
    }
    await note(page + 1, pages < budget ? undefined : clock())
    if (pages >= budget) return { counts, pages }
  }
}

/** A whole list of less than half of what is known is a bad response, not news of fewer modpacks. */
const WHOLE_LIST: ChangeRule = { fall: 0.5 }

function endCounts(task: DependentsTask, seen: number): SourceCounts {
  if (task.page !== 1 || doubtOf(WHOLE_LIST, task.known, seen) === undefined) return NOTHING
  const why = implausible('modpack-list-short', { slug: task.curseforgeSlug, seen, known: task.known })
  return { ...NOTHING, outcome: 'partial', why: [why] }
}

/** Requests modpacks again that the API did not know when they were found. */
async function retryUnresolved(lookup: Lookup): Promise<SourceCounts> {
  const { db, retryBudget } = lookup.context
  const found = await withDatabaseRetry(retryBudget, () =>
    unresolvedModpacks(db, lookup.run.startedAt, MAX_RETRIED_MODPACKS),
  )
  return found.length === 0 ? NO_MODPACKS : resolve(lookup, found, [])
}

/** Finds each slug's modpack, asking the API once per run; an unknown one is kept without an id. */
async function resolve(
  { context, run, curseforge }: Lookup,
  found: { modId: number; slug: string; name: string; link: string | null; downloads: number | null }[],
  pages: RawBody[],
): Promise<SourceCounts> {
  const { db, retryBudget, signal } = context
  const slugs = [...new Set(found.map(({ slug }) => slug))]
  const known = await withDatabaseRetry(retryBudget, () => modpacksSeenSince(db, run.startedAt, slugs))
  const judge = await modpackJudge(context, run)
  const asked = await pMap(
    slugs.filter((slug) => !known.has(slug)),
    async (slug) => ({ slug, ...(await curseforge.modpackBySlug(slug, signal)) }),
    { concurrency: LOOKUPS_AT_ONCE, signal },
  )
  for (const { slug, modpack } of asked) known.set(slug, modpack)
  const modpacks = found.map(({ modId, ...pack }): FoundModpack => ({
    ...pack,
    modIds: [modId],
    modpack: known.get(pack.slug) ?? null,
  }))
  return writeModpacks(context, run, judge, modpacks, {
    fetched: asked.length,
    raw: [...pages, ...asked.flatMap((answer) => answer.raw)],
    rejected: asked.flatMap((answer) => answer.rejected),
    why: [],
  })
}
