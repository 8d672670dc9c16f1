/** The day's downloads of every known modpack, in bulk by id. */
import { doubtOf, type ChangeRule } from '../../core/plausibility.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { knownModpacks, modpacksAfter } from '../../db/queries/mod-stats/modpacks.ts'
import type { Batch, ActivityContext } from './activity-context.ts'
import type { BatchInput } from './inputs.ts'
import { NO_MODPACKS } from './batch-counts.ts'
import { NO_CREDENTIALS } from './curseforge.ts'
import { modpackJudge, writeModpacks } from './write-modpacks.ts'
import { implausible } from '../../wording/reason.ts'

/** Modpacks per activity: ten bulk requests. */
const BATCH_MODPACKS = 500
/** Single packs vanish from the site; more than a fifth of a batch at once is a bad response. */
const ANSWERED: ChangeRule = { fall: 0.2 }

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
  const judge = await modpackJudge(context, run)
  const answer = await curseforge.mods(
    known.map((pack) => pack.curseforgeId),
    signal,
  )
  const knownOf = new Map(known.map((pack) => [pack.curseforgeId, pack]))
  const found = answer.mods.flatMap((modpack) => {
    const pack = knownOf.get(modpack.id)
    if (pack === undefined) return []
    const { modIds, name, downloads } = pack
    return [{ modIds, slug: modpack.slug, name, link: null, downloads, modpack }]
  })
  const missing = answer.missing.length
  const why =
    doubtOf(ANSWERED, known.length, known.length - missing) === undefined
      ? []
      : [implausible('modpacks-missing', { missing, known: known.length })]
  const counts = await writeModpacks(context, run, judge, found, {
    fetched: answer.mods.length,
    raw: answer.raw,
    rejected: answer.rejected,
    why,
  })
  return { counts, done: known.length, left, next: left > 0 ? last.curseforgeId : null }
}
