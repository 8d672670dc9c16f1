/** The day's downloads of every known modpack, in bulk by id. */
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { knownModpacks, modpacksAfter } from '../../db/queries/mod-stats/modpacks.ts'
import type { Batch, ActivityContext } from './activity-context.ts'
import type { BatchInput } from './inputs.ts'
import { sourceCounts } from '../source-counts.ts'
import { NO_MODPACKS } from './batch-counts.ts'
import { NO_CREDENTIALS } from './curseforge.ts'
import { writeModpacks } from './write-modpacks.ts'
import { implausible } from '../../wording/reason.ts'

/** Modpacks per activity: ten bulk requests. */
const BATCH_MODPACKS = 500
/** Single packs vanish from the site; more than this share of a batch at once is a bad response. */
const SUSPICIOUS_SHARE = 0.2

/** Refreshes the packs after the cursor (a CurseForge id). A pack that does not answer stays known, with its old `last_seen`. */
export async function refreshModpacksBatch(
  context: ActivityContext,
  { run, after }: BatchInput,
): Promise<Batch> {
  const { db, curseforge, signal, retryBudget } = context
  if (curseforge === undefined) return { counts: NO_CREDENTIALS, done: 0, left: 0, next: null }
  const known = await withDatabaseRetry(retryBudget, () =>
    knownModpacks(db, run.startedAt, after, BATCH_MODPACKS),
  )
  const last = known.at(-1)
  if (last === undefined) return { counts: NO_MODPACKS, done: 0, left: 0, next: null }

  // Before anything is fetched: rows that could only be spooled must not be requested again because of this number.
  const left = await withDatabaseRetry(retryBudget, () => modpacksAfter(db, run.startedAt, last.curseforgeId))
  const answer = await curseforge.mods(
    known.map((pack) => pack.curseforgeId),
    signal,
  )
  const modsOf = new Map(known.map((pack) => [pack.curseforgeId, pack.modIds]))
  const found = answer.mods.flatMap((modpack) =>
    (modsOf.get(modpack.id) ?? []).map((modId) => ({
      modId,
      slug: modpack.slug,
      name: modpack.name,
      link: null,
      modpack,
    })),
  )
  const { written } = await writeModpacks(context, run, found, answer)
  const missing = answer.missing.length
  const why =
    missing > known.length * SUSPICIOUS_SHARE
      ? [implausible('modpacks-missing', { missing, known: known.length })]
      : []
  return {
    counts: sourceCounts({ fetched: answer.mods.length, written, rejected: answer.rejected.length, why }),
    done: known.length,
    left,
    next: left > 0 ? last.curseforgeId : null,
  }
}
