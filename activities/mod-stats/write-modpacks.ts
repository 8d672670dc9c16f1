/** Modpacks as rows: the list of known ones, and the day's downloads of those that the API knows. */
import { type RawBody } from '../../db/write-call.ts'
import type { Run } from '../../core/run.ts'
import { snapshotDate, type ActivityContext } from './activity-context.ts'
import { writeRows, type Written } from '../../db/write-rows.ts'
import type { KnownModpack } from '../../db/queries/mod-stats/modpacks.ts'
import type { RejectedRow } from '../../upstreams/payload.ts'

/** A modpack seen with one of our mods; `modpack` is the API's record, null if it does not know the slug. */
export interface FoundModpack {
  modId: number
  slug: string
  name: string
  link: string | null
  modpack: KnownModpack | null
}

/** Stores both; returns how many rows changed, or were spooled. */
export async function writeModpacks(
  { db, clock, retryBudget }: ActivityContext,
  run: Run,
  found: FoundModpack[],
  { raw, rejected }: { raw: RawBody[]; rejected: RejectedRow[] },
): Promise<Written> {
  const observedAt = clock()
  const date = snapshotDate(run)
  const rows = {
    modpacks: found.map(({ modId, slug, name, link, modpack }) => ({
      modId,
      slug: modpack?.slug ?? slug,
      curseforgeId: modpack?.id ?? null,
      name: modpack?.name ?? name,
      link: modpack?.websiteUrl ?? link,
      downloads: modpack?.downloadCount ?? null,
      lastSeen: modpack === null ? null : observedAt,
    })),
    modpack_stats: found.flatMap(({ modId, modpack }) =>
      modpack === null
        ? []
        : [
            {
              date,
              platform: 'curseforge',
              modId,
              modpackName: modpack.name,
              modpackSlug: modpack.slug,
              downloads: modpack.downloadCount,
              // CurseForge counts no followers of a modpack.
              followers: null,
            },
          ],
    ),
  }
  const refused = rejected.map((row) => ({ source: 'modpacks', ...row }))
  return writeRows(db, rows, {
    observedAt,
    runId: run.runId,
    raw,
    rejected: refused,
    retryBudget,
  })
}
