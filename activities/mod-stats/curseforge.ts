/** One batch of mods on CurseForge: the mods in bulk, then every page of each mod's files. */
import pMap from 'p-map'
import { withPatience } from '../../db/patience.ts'
import { curseForgeMods, rememberCurseForge, type TrackedCurseForgeMod } from '../../db/queries/mod-stats.ts'
import { writeRows, type RowsByTable } from '../../db/write-rows.ts'
import type { CurseForge, FilesAnswer, Mod } from '../../upstreams/curseforge.ts'
import type { SourceCounts } from '../../run-outcome.ts'
import type { Batch } from '../../workflows/mod-stats.ts'
import { batchCounts, missingWhy, nothingTracked } from './batch-counts.ts'
import { snapshotDate, type BatchInput, type StepContext } from './index.ts'

/** Mods a step: each costs at least one request for its files, so a retry repeats at most a few hundred. */
const BATCH_MODS = 100
/** File lists asked for at once; CurseForge publishes no limit and answers bursts with empty 403s. */
const FILES_AT_ONCE = 4

/** A source that is not asked because there is no key for it; the run can still be complete. */
export const NO_CREDENTIALS: SourceCounts = {
  outcome: 'skipped',
  fetched: 0,
  written: 0,
  rejected: 0,
  why: ['no credentials: CURSEFORGE_API_KEY is not set'],
}

/** Collects the mods after the cursor; answers counts and the next cursor. */
export async function collectCurseForgeBatch(
  context: StepContext,
  { run, after }: BatchInput,
): Promise<Batch> {
  const { db, curseforge, signal, patience, clock } = context
  if (curseforge === undefined) return { counts: NO_CREDENTIALS, next: null }
  const mods = await withPatience(patience, () => curseForgeMods(db, after, BATCH_MODS))
  if (mods.length === 0) return { counts: nothingTracked('CurseForge', after), next: null }

  const found = await curseforge.mods(
    mods.map((mod) => mod.curseforgeId),
    signal,
  )
  const pairs = mods.flatMap((mod) => {
    const answer = found.mods.find(({ id }) => id === mod.curseforgeId)
    return answer === undefined ? [] : [{ mod, answer }]
  })
  const listed = await filesOf(curseforge, pairs, signal)
  await withPatience(patience, () =>
    rememberCurseForge(
      db,
      pairs.map(({ mod, answer }) => ({ id: mod.id, slug: answer.slug, name: answer.name })),
    ),
  )
  const rejected = [...found.rejected, ...listed.flatMap(({ files }) => files.rejected)]
  const { written } = await writeRows(db, rowsOf(snapshotDate(run), listed), {
    observedAt: clock(),
    runId: run.runId,
    raw: [...found.raw, ...listed.flatMap(({ files }) => files.raw)],
    rejected: rejected.map((row) => ({ source: 'curseforge', ...row })),
    patience,
  })
  const answered = new Set(pairs.map(({ mod }) => mod.id))
  const missing = mods.filter((mod) => !answered.has(mod.id))
  return {
    counts: batchCounts({
      fetched: pairs.length + listed.reduce((sum, { files }) => sum + files.files.length, 0),
      written,
      rejected: rejected.length,
      why: [
        ...missingWhy(
          'CurseForge',
          missing.map((mod) => ({ name: String(mod.curseforgeId), known: mod.known })),
        ),
        ...listed.flatMap(filesWhy),
      ],
    }),
    next: mods.length < BATCH_MODS ? null : (mods.at(-1)?.id ?? null),
  }
}

interface Listed {
  mod: TrackedCurseForgeMod
  answer: Mod
  files: FilesAnswer
}

function filesOf(
  curseforge: CurseForge,
  pairs: Omit<Listed, 'files'>[],
  signal: AbortSignal,
): Promise<Listed[]> {
  return pMap(pairs, async (pair) => ({ ...pair, files: await curseforge.files(pair.answer.id, signal) }), {
    concurrency: FILES_AT_ONCE,
    signal,
  })
}

/** A list that shrank to nothing, or that could not be read to its end, is told and never taken for the truth. */
function filesWhy({ mod, answer, files }: Listed): string[] {
  if (files.files.length === 0 && mod.versionsBefore > 0) {
    return [`suspicious: ${answer.slug} lists no files and had ${mod.versionsBefore} before`]
  }
  return files.truncated ? [`${answer.slug}: its list of files could not be read to the end`] : []
}

function rowsOf(date: string, listed: Listed[]): RowsByTable {
  const platform = 'curseforge'
  return {
    daily_stats: listed.map(({ mod, answer, files }) => ({
      date,
      platform,
      modId: mod.id,
      totalDownloads: answer.downloadCount,
      // CurseForge has no followers; thumbs up are another thing and have their own column.
      followers: null,
      thumbsUp: answer.thumbsUpCount,
      versionsCount: files.files.length === 0 && mod.versionsBefore > 0 ? null : files.files.length,
    })),
    version_stats: listed.flatMap(({ mod, files }) =>
      files.files.map((file) => ({
        date,
        platform,
        versionId: String(file.id),
        versionName: file.displayName,
        versionNumber: file.fileName,
        downloads: file.downloadCount,
        datePublished: file.fileDate,
        modId: mod.id,
      })),
    ),
  }
}
