/** One batch of mods on Modrinth: projects in bulk, then their versions in bulk. */
import { withPatience } from '../../db/patience.ts'
import { modrinthMods, rememberModrinth, type TrackedModrinthMod } from '../../db/queries/mod-stats.ts'
import { writeRows, type RowsByTable } from '../../db/write-rows.ts'
import type { ModrinthProject, ModrinthVersion } from '../../upstreams/modrinth.ts'
import type { Batch } from '../../workflows/mod-stats.ts'
import { snapshotDate, type BatchInput, type StepContext } from './index.ts'
import { batchCounts, missingWhy, nothingTracked } from './batch-counts.ts'

/** Mods a step: their projects fit into one or two requests, and a retry repeats little. */
const BATCH_MODS = 200

/** Collects the mods after the cursor; answers counts and the next cursor. */
export async function collectModrinthBatch(context: StepContext, { run, after }: BatchInput): Promise<Batch> {
  const { db, modrinth, signal, patience, clock } = context
  const mods = await withPatience(patience, () => modrinthMods(db, after, BATCH_MODS))
  if (mods.length === 0) return { counts: nothingTracked('Modrinth', after), next: null }

  const found = await modrinth.projects(
    mods.map((mod) => mod.modrinth),
    signal,
  )
  const pairs = pair(mods, found.projects)
  const versions = await modrinth.versions(
    pairs.flatMap(({ project }) => project.versionIds),
    signal,
  )
  await withPatience(patience, () =>
    rememberModrinth(
      db,
      pairs.map(({ mod, project }) => ({ id: mod.id, modrinthId: project.id, title: project.title })),
    ),
  )
  const { written } = await writeRows(db, rowsOf(snapshotDate(run), pairs, versions.versions), {
    observedAt: clock(),
    runId: run.runId,
    raw: [...found.raw, ...versions.raw],
    rejected: [...found.rejected, ...versions.rejected].map((rejected) => ({
      source: 'modrinth',
      ...rejected,
    })),
    patience,
  })
  const answered = new Set(pairs.map(({ mod }) => mod.id))
  const missing = mods.filter((mod) => !answered.has(mod.id))
  return {
    counts: batchCounts({
      fetched: found.projects.length + versions.versions.length,
      written,
      rejected: found.rejected.length + versions.rejected.length,
      why: [
        ...missingWhy(
          'Modrinth',
          missing.map((mod) => ({ name: mod.modrinth, known: mod.known })),
        ),
        ...(versions.missing.length > 0
          ? [`suspicious: ${versions.missing.length} versions that the projects list did not answer`]
          : []),
      ],
    }),
    next: mods.length < BATCH_MODS ? null : (mods.at(-1)?.id ?? null),
  }
}

interface Pair {
  mod: TrackedModrinthMod
  project: ModrinthProject
}

/** A mod is asked for by slug or by id; slugs compare without case, ids with it. */
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
