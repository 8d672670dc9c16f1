/** One batch of mods on CurseForge: the mods in bulk, then every page of each mod's files. */
import pMap from 'p-map'
import * as z from 'zod'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { lastKnown } from '../../db/last-known.ts'
import {
  curseForgeMods,
  modsAfter,
  rememberCurseForge,
  type TrackedCurseForgeMod,
} from '../../db/queries/mod-stats/mods.ts'
import { type RowsByTable } from '../../db/write-call.ts'
import type { Batch } from './activity-context.ts'
import { snapshotDate, type ActivityContext } from './activity-context.ts'
import type { BatchInput } from './inputs.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { CurseForge, FilesAnswer, Mod } from '../../upstreams/curseforge/curseforge.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { sourceCounts } from '../source-counts.ts'
import { missingWhy, nothingTracked, refusedWhy } from './batch-counts.ts'
import { judgedDay, type JudgedDay } from './judged-day.ts'
import type { Reason } from '../../core/reason.ts'
import { reason, implausible } from '../../wording/reason.ts'

const PLATFORM = 'curseforge'
/** Mods per activity: each costs at least one request for its files, so a retry repeats at most a few hundred. */
const BATCH_MODS = 100
/** File lists requested at once; CurseForge publishes no limit and answers bursts with empty 403s. */
const FILES_AT_ONCE = 4

/** A source that is not contacted because it has no key; the run can still be complete. */
export const NO_CREDENTIALS: SourceCounts = {
  outcome: 'skipped',
  fetched: 0,
  written: 0,
  rejected: 0,
  why: [reason('no-credentials', { setting: 'CURSEFORGE_API_KEY' })],
}

/** Collects the mods after the cursor; returns counts and the next cursor. */
export async function collectCurseForgeBatch(
  context: ActivityContext,
  { run, after }: BatchInput,
): Promise<Batch> {
  const { db, curseforge, settings, retryBudget } = context
  if (curseforge === undefined) return { counts: NO_CREDENTIALS, done: 0, left: 0, next: null }
  const mods = await lastKnown(db, retryBudget, {
    name: `curseforge-mods-${after}`,
    schema: z.array(z.object({ id: z.int(), curseforgeId: z.int(), known: z.boolean() })),
    query: () => curseForgeMods(db, after, BATCH_MODS),
  })
  const last = mods.at(-1)
  if (last === undefined) {
    const isListed = settings.mods.some((mod) => mod.curseforge !== undefined)
    return { counts: nothingTracked('CurseForge', after, isListed), done: 0, left: 0, next: null }
  }
  // Before anything is fetched: rows that could only be spooled must not be requested again because of this number.
  const left = await lastKnown(db, retryBudget, {
    name: `curseforge-mods-after-${last.id}`,
    schema: z.int(),
    query: () => modsAfter(db, 'curseforge', last.id),
  })
  const counts = await collect({ ...context, curseforge }, { run, after }, mods)
  return { counts, done: mods.length, left, next: left > 0 ? last.id : null }
}

async function collect(
  context: ActivityContext & { curseforge: CurseForge },
  { run, after }: BatchInput,
  mods: TrackedCurseForgeMod[],
): Promise<SourceCounts> {
  const { db, curseforge, signal, retryBudget, clock } = context
  const date = snapshotDate(run)
  const judged = await judgedDay(context, { platform: PLATFORM, date, after, mods })
  const found = await curseforge.mods(
    mods.map((mod) => mod.curseforgeId),
    signal,
  )
  const pairs = pairsOf(mods, found.mods)
  const listed = await filesOf(curseforge, pairs, signal)
  const names = pairs.map(({ mod, answer }) => ({ id: mod.id, slug: answer.slug, name: answer.name }))
  const rows = rowsOf(date, listed, judged)
  const rejected = [...found.rejected, ...listed.flatMap(({ files }) => files.rejected)]
  const refused = [...rejected.map((row) => ({ source: PLATFORM, ...row })), ...judged.rejected()]
  const { written, spooled } = await writeRows(db, rows, {
    observedAt: clock(),
    runId: run.runId,
    raw: [...found.raw, ...listed.flatMap(({ files }) => files.raw)],
    rejected: refused,
    retryBudget,
  })
  judged.keep()
  // The next run finds the names again.
  if (spooled === undefined) await withDatabaseRetry(retryBudget, () => rememberCurseForge(db, names))
  return sourceCounts({
    fetched: pairs.length + listed.reduce((sum, { files }) => sum + files.files.length, 0),
    written,
    rejected: refused.length,
    why: [
      ...missingWhy(
        'CurseForge',
        mods.map(({ curseforgeId, known }) => ({ name: String(curseforgeId), known })),
        found,
      ),
      ...refusedWhy('CurseForge', found.rejected),
      ...listed.flatMap(filesWhy),
      ...judged.why(),
    ],
  })
}

interface Pair {
  mod: TrackedCurseForgeMod
  answer: Mod
}

/** Our mods with what was answered of them; without those that were not. */
export function pairsOf(mods: readonly TrackedCurseForgeMod[], found: readonly Mod[]): Pair[] {
  const answers = new Map(found.map((answer) => [answer.id, answer]))
  return mods.flatMap((mod) => {
    const answer = answers.get(mod.curseforgeId)
    return answer === undefined ? [] : [{ mod, answer }]
  })
}

interface Listed extends Pair {
  files: Pick<FilesAnswer, 'files' | 'listed' | 'truncated'>
}

function filesOf(
  curseforge: CurseForge,
  pairs: readonly Pair[],
  signal: AbortSignal,
): Promise<(Pair & { files: FilesAnswer })[]> {
  return pMap(pairs, async (pair) => ({ ...pair, files: await curseforge.files(pair.answer.id, signal) }), {
    concurrency: FILES_AT_ONCE,
    signal,
  })
}

/** A list that is empty though files are named, or that could not be read to its end, is told and never believed. */
function filesWhy({ answer, files }: Listed): Reason[] {
  const { slug } = answer
  if (files.truncated) return [reason('files-cut-off', { slug })]
  return files.listed === 0 && answer.hasFiles ? [implausible('files-missing', { slug })] : []
}

/** Only what is believed. */
export function rowsOf(date: string, listed: readonly Listed[], judged: JudgedDay): RowsByTable {
  const platform = PLATFORM
  return {
    daily_stats: listed.map((one) => {
      const { mod, answer, files } = one
      const valueOf = judged.valueOf.bind(undefined, { id: mod.id, slug: answer.slug })
      return {
        date,
        platform,
        modId: mod.id,
        totalDownloads: valueOf('total_downloads', answer.downloadCount),
        // CurseForge has no followers; thumbs up are another thing and have their own column.
        followers: null,
        thumbsUp: valueOf('thumbs_up', answer.thumbsUpCount),
        versionsCount: valueOf('versions_count', filesWhy(one).length > 0 ? null : files.listed),
      }
    }),
    version_stats: listed.flatMap(({ mod, answer, files }) =>
      files.files.flatMap((file) => {
        const { id, displayName, fileName, downloadCount: downloads, fileDate } = file
        const version = { id: String(id), name: `${answer.slug} ${fileName}`, downloads }
        if (!judged.believesVersion(version)) return []
        return [
          {
            date,
            platform,
            versionId: version.id,
            versionName: displayName,
            versionNumber: fileName,
            downloads,
            datePublished: fileDate,
            modId: mod.id,
          },
        ]
      }),
    ),
  }
}
