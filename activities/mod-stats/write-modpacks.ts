/** Modpacks as rows: the list of known ones, and the day's downloads of those that the API knows. */
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { joinRenamedModpacks, type KnownModpack } from '../../db/queries/mod-stats/modpacks.ts'
import { DOWNLOADS_RULES } from '../../db/schema/mod-stats.ts'
import type { RawBody, RowsByTable } from '../../db/write-call.ts'
import { writeRows } from '../../db/write-rows.ts'
import { withSpooled, type SourceCounts } from '../../core/run-outcome.ts'
import type { Reason } from '../../core/reason.ts'
import type { Run } from '../../core/run.ts'
import type { RejectedRow } from '../../upstreams/payload.ts'
import { judgeFor, type Judge } from '../doubts.ts'
import { sourceCounts } from '../source-counts.ts'
import { snapshotDate, type ActivityContext } from './activity-context.ts'

const SOURCE = 'modpacks'

/** A modpack seen with our mods; `modpack` is the API's record, null if it does not know the slug. */
export interface FoundModpack {
  modIds: readonly number[]
  slug: string
  name: string
  link: string | null
  /** As stored so far. */
  downloads: number | null
  modpack: KnownModpack | null
}

/** What an answer gave. `fetched` counts modpacks that were asked for. */
export interface ModpacksAnswer {
  fetched: number
  raw: RawBody[]
  rejected: RejectedRow[]
  why: Reason[]
}

export type ModpackJudge = Judge<'downloads'>

/** The judge of a run's modpacks, made before anything is fetched: fetched rows must not wait for the database. */
export const modpackJudge = (context: ActivityContext, run: Run): Promise<ModpackJudge> =>
  modpackJudgeOn(context, snapshotDate(run))

export const modpackJudgeOn = (
  context: Pick<ActivityContext, 'db' | 'retryBudget'>,
  date: string,
): Promise<ModpackJudge> => judgeFor(context, DOWNLOADS_RULES, { source: SOURCE, date })

/** Stores both tables; returns the counts. */
export async function writeModpacks(
  { db, clock, retryBudget }: ActivityContext,
  run: Run,
  judge: ModpackJudge,
  found: FoundModpack[],
  { fetched, raw, rejected, why }: ModpacksAnswer,
): Promise<SourceCounts> {
  const observedAt = clock()
  const rows = modpackRows({ date: snapshotDate(run), observedAt, judge }, found)
  const refused = [...rejected.map((row) => ({ source: SOURCE, ...row })), ...judge.rejected()]
  const { written, spooled } = await writeRows(db, rows, {
    observedAt,
    runId: run.runId,
    raw,
    rejected: refused,
    retryBudget,
  })
  const known = found.flatMap(({ modpack }) => (modpack === null ? [] : [modpack]))
  // The next run finds the names again.
  if (spooled === undefined)
    await withDatabaseRetry(retryBudget, () =>
      joinRenamedModpacks(
        db,
        known.map(({ id, slug }) => ({ id, slug })),
      ),
    )
  const counts = sourceCounts({ fetched, written, rejected: refused.length, why: [...why, ...judge.why()] })
  return spooled === undefined ? counts : withSpooled(counts, spooled)
}

/** The rows of both tables on a UTC day. */
export function modpackRows(
  { date, observedAt, judge }: { date: string; observedAt: Date; judge: ModpackJudge },
  found: readonly FoundModpack[],
): RowsByTable {
  const packs = found.flatMap(({ modIds, ...pack }) => {
    const believed = believedDownloads(judge, pack)
    return modIds.map((modId) => ({ modId, believed, ...pack }))
  })
  return rowsOf(date, observedAt, packs)
}

type Pack = Omit<FoundModpack, 'modIds'>

/** The day's downloads; null if the API gave none that can be read and believed. */
function believedDownloads(judge: ModpackJudge, { modpack, downloads }: Pack): number | null {
  const now = modpack?.downloadCount ?? null
  if (modpack === null || now === null) return null
  const before = downloads === null ? null : { value: downloads }
  const of = { of: String(modpack.id), name: modpack.slug }
  return judge.believes({ measure: 'downloads', ...of, before, now }) ? now : null
}

function rowsOf(
  date: string,
  observedAt: Date,
  packs: (Pack & { modId: number; believed: number | null })[],
): RowsByTable {
  return {
    modpacks: packs.map(({ modId, slug, name, link, downloads, modpack, believed }) => ({
      modId,
      slug: modpack?.slug ?? slug,
      curseforgeId: modpack?.id ?? null,
      name: modpack?.name ?? name,
      link: modpack?.websiteUrl ?? link,
      downloads: believed ?? downloads,
      lastSeen: modpack === null ? null : observedAt,
    })),
    modpack_stats: packs.flatMap(({ modId, name, modpack, believed }) =>
      modpack === null || believed === null
        ? []
        : [
            {
              date,
              platform: 'curseforge',
              modId,
              modpackName: modpack.name ?? name,
              modpackSlug: modpack.slug,
              downloads: believed,
              // CurseForge counts no followers of a modpack.
              followers: null,
            },
          ],
    ),
  }
}
