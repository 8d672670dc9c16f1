/** Counts and reasons that the batches of mod-stats share. */
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Reason } from '../../core/reason.ts'
import * as z from 'zod'
import type { RejectedRow } from '../../upstreams/payload.ts'
import { reason, implausible } from '../../wording/reason.ts'

/** Names listed in one reason; the rest is a number. */
const NAMED = 5

/**
 * The counts of a source for which nothing is tracked (no cursor yet), or of an empty last batch. `isListed`: almanac.yaml
 * lists mods of it all the same, which only the opening of a run with its database makes known.
 */
export function nothingTracked(platform: string, after: number, isListed: boolean): SourceCounts {
  const none = { fetched: 0, written: 0, rejected: 0 }
  if (after > 0) return { ...none, outcome: 'complete', why: [] }
  if (isListed) return { ...none, outcome: 'failed', why: [reason('mods-not-stored', { platform })] }
  return { ...none, outcome: 'skipped', why: [reason('no-mod-tracked', { platform })] }
}

/** The first names of a list, and how many others there are. */
function firstOf(platform: string, names: readonly string[]) {
  return { platform, names: names.slice(0, NAMED), more: Math.max(0, names.length - NAMED) }
}

/**
 * Reasons for mods of an answer that are `missing`: one that answered before is suspicious, a new one is a wrong id. If a
 * refused row does not say which of the asked ones it is, any of the missing may be that one.
 */
export function missingWhy(
  platform: string,
  asked: readonly { name: string; known: boolean }[],
  answer: { missing: readonly (string | number)[]; rejected: readonly RejectedRow[] },
): Reason[] {
  const absent = new Set(answer.missing.map(String))
  const missing = asked.filter(({ name }) => absent.has(name))
  if (missing.length === 0) return []
  const names = new Set(asked.map(({ name }) => name.toLowerCase()))
  const anonymous = answer.rejected.filter(
    (one) => one.fields === undefined && !namesIn(one).some((name) => names.has(name.toLowerCase())),
  )
  if (anonymous.length > 0) {
    const all = missing.map(({ name }) => name)
    return [reason('mods-unreadable', { ...firstOf(platform, all), rows: anonymous.length })]
  }
  const named = (isKnown: boolean) =>
    firstOf(
      platform,
      missing.filter(({ known }) => known === isKnown).map(({ name }) => name),
    )
  const [unknown, known] = [named(false), named(true)]
  return [
    ...(unknown.names.length > 0 ? [reason('mods-not-found', unknown)] : []),
    ...(known.names.length > 0 ? [implausible('mods-missing', known)] : []),
  ]
}

/** The reason for mods that answered with values that cannot be read; none if there are none. */
export function refusedWhy(platform: string, refused: readonly RejectedRow[]): Reason[] {
  const names = refused.flatMap((row) => {
    const [name] = namesIn(row)
    if (name === undefined) return []
    return [row.fields === undefined ? name : `${name} (${row.fields.join(', ')})`]
  })
  return names.length === 0 ? [] : [reason('mods-refused', firstOf(platform, names))]
}

const naming = z.object({ slug: z.unknown(), id: z.unknown() }).partial()

/** How a refused row calls its mod, as far as that can be read. */
function namesIn({ row }: RejectedRow): string[] {
  const { slug, id } = naming.safeParse(row).data ?? {}
  return [slug, id].flatMap((name) =>
    ['string', 'number'].includes(typeof name) && name !== '' ? [String(name)] : [],
  )
}

/** The counts of a run that knows of no modpack to ask for: it says nothing about its source, good or bad. */
export const NO_MODPACKS: SourceCounts = {
  outcome: 'skipped',
  fetched: 0,
  written: 0,
  rejected: 0,
  why: [reason('no-modpacks')],
}
