/** One batch of mods on Modrinth: projects in bulk, then their versions in bulk. */
import * as z from 'zod'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { lastKnown } from '../../db/last-known.ts'
import {
  modrinthMods,
  modsAfter,
  rememberModrinth,
  type TrackedModrinthMod,
} from '../../db/queries/mod-stats/mods.ts'
import { type RowsByTable } from '../../db/write-call.ts'
import type { Batch } from './activity-context.ts'
import { snapshotDate, type ActivityContext } from './activity-context.ts'
import type { BatchInput } from './inputs.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { ModrinthProject, ModrinthVersion, ModrinthVersions } from '../../upstreams/modrinth.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { sourceCounts } from '../source-counts.ts'
import { missingWhy, nothingTracked, refusedWhy } from './batch-counts.ts'
import { judgedDay, type JudgedDay } from './judged-day.ts'
import type { Reason } from '../../core/reason.ts'
import { implausible } from '../../wording/reason.ts'

const PLATFORM = 'modrinth'
/** Mods per activity: their projects fit into one or two requests, and a retry repeats little. */
const BATCH_MODS = 200

/** Collects the mods after the cursor; returns counts and the next cursor. */
export async function collectModrinthBatch(
  context: ActivityContext,
  { run, after }: BatchInput,
): Promise<Batch> {
  const { db, settings, retryBudget } = context
  const mods = await lastKnown(db, retryBudget, {
    name: `modrinth-mods-${after}`,
    schema: z.array(z.object({ id: z.int(), modrinth: z.string(), known: z.boolean() })),
    query: () => modrinthMods(db, after, BATCH_MODS),
  })
  const last = mods.at(-1)
  if (last === undefined) {
    const isListed = settings.mods.some((mod) => mod.modrinth !== undefined)
    return { counts: nothingTracked('Modrinth', after, isListed), done: 0, left: 0, next: null }
  }
  // Before anything is fetched: rows that could only be spooled must not be requested again because of this number.
  const left = await lastKnown(db, retryBudget, {
    name: `modrinth-mods-after-${last.id}`,
    schema: z.int(),
    query: () => modsAfter(db, 'modrinth', last.id),
  })
  const counts = await collect(context, { run, after }, mods)
  return { counts, done: mods.length, left, next: left > 0 ? last.id : null }
}

async function collect(
  context: ActivityContext,
  { run, after }: BatchInput,
  mods: TrackedModrinthMod[],
): Promise<SourceCounts> {
  const { db, modrinth, signal, retryBudget, clock } = context
  const date = snapshotDate(run)
  const judged = await judgedDay(context, { platform: PLATFORM, date, after, mods })
  const found = await modrinth.projects(
    mods.map((mod) => mod.modrinth),
    signal,
  )
  const pairs = pair(mods, found.projects)
  // Of two mods that are one project, one stands for both.
  const own = [...new Map(pairs.toReversed().map((one) => [one.project.id, one])).values()]
  const { versions, ...versionsAnswer } = await modrinth.versions(
    own.flatMap(({ project }) => project.versionIds ?? []),
    signal,
  )
  const rows = rowsOf(date, own, versions, judged)
  const rejected = [...found.rejected, ...versionsAnswer.rejected]
  const refused = [...rejected.map((row) => ({ source: PLATFORM, ...row })), ...judged.rejected()]
  const { written, spooled } = await writeRows(db, rows, {
    observedAt: clock(),
    runId: run.runId,
    raw: [...found.raw, ...versionsAnswer.raw],
    rejected: refused,
    retryBudget,
  })
  const names = pairs.map(({ mod, project: { id, slug, title } }) => ({
    id: mod.id,
    modrinthId: id,
    slug,
    title,
  }))
  judged.keep()
  // The next run finds the names again.
  if (spooled === undefined) await withDatabaseRetry(retryBudget, () => rememberModrinth(db, names))
  return sourceCounts({
    fetched: found.projects.length + versions.length,
    written,
    rejected: refused.length,
    why: [
      ...missingWhy(
        'Modrinth',
        mods.map(({ modrinth: name, known }) => ({ name, known })),
        found,
      ),
      ...refusedWhy('Modrinth', found.rejected),
      ...missingVersions(versionsAnswer),
      ...judged.why(),
    ],
  })
}

/** Versions that their project lists and that the bulk response omits. */
function missingVersions({ missing }: Pick<ModrinthVersions, 'missing'>): Reason[] {
  return missing.length > 0 ? [implausible('versions-missing', { versions: missing.length })] : []
}

interface Pair {
  mod: TrackedModrinthMod
  project: ModrinthProject
}

/** A mod is requested by slug or by id; slugs are case-insensitive, ids are not. */
export function pair(mods: TrackedModrinthMod[], projects: ModrinthProject[]): Pair[] {
  const byId = new Map(projects.map((project) => [project.id, project]))
  const bySlug = new Map(projects.map((project) => [project.slug.toLowerCase(), project]))
  return mods.flatMap((mod) => {
    const project = byId.get(mod.modrinth) ?? bySlug.get(mod.modrinth.toLowerCase())
    return project === undefined ? [] : [{ mod, project }]
  })
}

/** Only what is believed. */
export function rowsOf(
  date: string,
  pairs: Pair[],
  versions: ModrinthVersion[],
  judged: JudgedDay,
): RowsByTable {
  const platform = PLATFORM
  const pairOf = new Map(pairs.map((one) => [one.project.id, one]))
  return {
    daily_stats: pairs.map(({ mod, project: { slug, downloads, followers, versionIds } }) => {
      const valueOf = judged.valueOf.bind(undefined, { id: mod.id, slug })
      return {
        date,
        platform,
        modId: mod.id,
        totalDownloads: valueOf('total_downloads', downloads),
        followers: valueOf('followers', followers),
        versionsCount: valueOf('versions_count', versionIds?.length ?? null),
      }
    }),
    version_stats: versions.flatMap((version) => {
      const found = pairOf.get(version.projectId)
      if (found === undefined) return []
      const { id: versionId, name: versionName, versionNumber, downloads, datePublished } = version
      const name = `${found.project.slug} ${versionNumber}`
      if (!judged.believesVersion({ id: versionId, name, downloads })) return []
      const modId = found.mod.id
      return [{ date, platform, versionId, versionName, versionNumber, downloads, datePublished, modId }]
    }),
  }
}
