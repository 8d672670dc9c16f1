/** One batch of mods on Modrinth: projects in bulk, then their versions in bulk. */
import { withDatabaseRetry } from '../../db/database-retry.ts'
import {
  modrinthMods,
  modsAfter,
  rememberModrinth,
  type TrackedModrinthMod,
} from '../../db/queries/mod-stats/mods.ts'
import { type RowsByTable } from '../../db/write-call.ts'
import type { Batch } from './activity-context.ts'
import type { Run } from '../../core/run.ts'
import { snapshotDate, type ActivityContext } from './activity-context.ts'
import type { BatchInput } from './inputs.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { ModrinthProject, ModrinthVersion, ModrinthVersions } from '../../upstreams/modrinth.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { sourceCounts } from '../source-counts.ts'
import { missingWhy, nothingTracked } from './batch-counts.ts'
import type { Reason } from '../../core/reason.ts'
import { implausible } from '../../wording/reason.ts'

/** Mods per activity: their projects fit into one or two requests, and a retry repeats little. */
const BATCH_MODS = 200

/** Collects the mods after the cursor; returns counts and the next cursor. */
export async function collectModrinthBatch(
  context: ActivityContext,
  { run, after }: BatchInput,
): Promise<Batch> {
  const { db, retryBudget } = context
  const mods = await withDatabaseRetry(retryBudget, () => modrinthMods(db, after, BATCH_MODS))
  const last = mods.at(-1)
  if (last === undefined) return { counts: nothingTracked('Modrinth', after), done: 0, left: 0, next: null }
  // Before anything is fetched: rows that could only be spooled must not be requested again because of this number.
  const left = await withDatabaseRetry(retryBudget, () => modsAfter(db, 'modrinth', last.id))
  const counts = await collect(context, run, mods)
  return { counts, done: mods.length, left, next: left > 0 ? last.id : null }
}

async function collect(
  context: ActivityContext,
  run: Run,
  mods: TrackedModrinthMod[],
): Promise<SourceCounts> {
  const { db, modrinth, signal, retryBudget, clock } = context
  const found = await modrinth.projects(
    mods.map((mod) => mod.modrinth),
    signal,
  )
  const pairs = pair(mods, found.projects)
  const versions = await modrinth.versions(
    pairs.flatMap(({ project }) => project.versionIds),
    signal,
  )
  const names = pairs.map(({ mod, project }) => ({
    id: mod.id,
    modrinthId: project.id,
    title: project.title,
  }))
  const rejected = [...found.rejected, ...versions.rejected]
  const { written, spooled } = await writeRows(db, rowsOf(snapshotDate(run), pairs, versions.versions), {
    observedAt: clock(),
    runId: run.runId,
    raw: [...found.raw, ...versions.raw],
    rejected: rejected.map((row) => ({ source: 'modrinth', ...row })),
    retryBudget,
  })
  // The next run finds the names again.
  if (spooled === undefined) await withDatabaseRetry(retryBudget, () => rememberModrinth(db, names))
  return sourceCounts({
    fetched: found.projects.length + versions.versions.length,
    written,
    rejected: rejected.length,
    why: [...missingMods(mods, pairs), ...missingVersions(versions)],
  })
}

function missingMods(mods: TrackedModrinthMod[], pairs: Pair[]): Reason[] {
  const answered = new Set(pairs.map(({ mod }) => mod.id))
  const missing = mods.filter((mod) => !answered.has(mod.id))
  return missingWhy(
    'Modrinth',
    missing.map((mod) => ({ name: mod.modrinth, known: mod.known })),
  )
}

/** Versions that their project lists and that the bulk response omits. */
function missingVersions({ missing }: ModrinthVersions): Reason[] {
  return missing.length > 0 ? [implausible('versions-missing', { versions: missing.length })] : []
}

interface Pair {
  mod: TrackedModrinthMod
  project: ModrinthProject
}

/** A mod is requested by slug or by id; slugs are case-insensitive, ids are not. */
function pair(mods: TrackedModrinthMod[], projects: ModrinthProject[]): Pair[] {
  const byId = new Map(projects.map((project) => [project.id, project]))
  const bySlug = new Map(projects.map((project) => [project.slug.toLowerCase(), project]))
  return mods.flatMap((mod) => {
    const project = byId.get(mod.modrinth) ?? bySlug.get(mod.modrinth.toLowerCase())
    return project === undefined ? [] : [{ mod, project }]
  })
}

function rowsOf(date: string, pairs: Pair[], versions: ModrinthVersion[]): RowsByTable {
  const platform = 'modrinth'
  const modOf = new Map(pairs.map(({ mod, project }) => [project.id, mod.id]))
  return {
    daily_stats: pairs.map(({ mod, project }) => ({
      date,
      platform,
      modId: mod.id,
      totalDownloads: project.downloads,
      followers: project.followers,
      versionsCount: project.versionIds.length,
    })),
    version_stats: versions.flatMap((version) => {
      const modId = modOf.get(version.projectId)
      if (modId === undefined) return []
      const { id: versionId, name: versionName, versionNumber, downloads, datePublished } = version
      return [{ date, platform, versionId, versionName, versionNumber, downloads, datePublished, modId }]
    }),
  }
}
