/** The day's downloads of every known modpack, in bulk by id. */
import * as z from 'zod'
import { lastKnown, readOr } from '../../db/last-known.ts'
import { doubtOf, type ChangeRule } from '../../core/plausibility.ts'
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
  const { curseforge, signal } = context
  if (curseforge === undefined) return { counts: NO_CREDENTIALS, done: 0, left: 0, next: null }
  const { known, left } = await batchOf(context, run.startedAt, after)
  const last = known.at(-1)
  if (last === undefined) return { counts: NO_MODPACKS, done: 0, left: 0, next: null }
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

/** More than any mod has: the list of all is one file. */
const ALL = 1_000_000

/** Every known modpack with its mods, whenever it was seen; kept for a run without its database. */
const allKnown = ({ db, retryBudget }: ActivityContext) =>
  lastKnown(db, retryBudget, {
    name: 'modpacks',
    schema: z.array(
      z.object({
        curseforgeId: z.int(),
        modIds: z.array(z.int()),
        name: z.string(),
        downloads: z.number().nullable(),
      }),
    ),
    query: () => knownModpacks(db, EVER, 0, ALL),
  })

/** Later than any run. */
const EVER = 'infinity'

/**
 * The packs after the cursor, and how many come after them. Read before anything is fetched: rows that could only be spooled
 * must not be requested again because of this number.
 */
async function batchOf(context: ActivityContext, startedAt: string, after: number) {
  const { db, retryBudget } = context
  const stored = async () => {
    const known = await knownModpacks(db, startedAt, after, BATCH_MODPACKS)
    const last = known.at(-1)
    return { known, left: last === undefined ? 0 : await modpacksAfter(db, startedAt, last.curseforgeId) }
  }
  const batch = await readOr(db, retryBudget, stored, () => undefined)
  const all = batch === undefined || batch.left === 0 ? await allKnown(context) : []
  if (batch !== undefined) return batch
  const rest = all.filter(({ curseforgeId }) => curseforgeId > after)
  return { known: rest.slice(0, BATCH_MODPACKS), left: Math.max(0, rest.length - BATCH_MODPACKS) }
}
