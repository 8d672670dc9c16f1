/** Counts and reasons that the batches of mod-stats share. */
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Reason } from '../../core/reason.ts'
import { reason, implausible } from '../../wording/reason.ts'

/** Names listed in one reason; the rest is a number. */
const NAMED = 5

/** The counts of a source for which nothing is tracked (no cursor yet), or of an empty last batch. */
export function nothingTracked(platform: string, after: number): SourceCounts {
  const none = { fetched: 0, written: 0, rejected: 0 }
  if (after > 0) return { ...none, outcome: 'complete', why: [] }
  return { ...none, outcome: 'skipped', why: [reason('no-mod-tracked', { platform })] }
}

/** Reasons for mods that did not answer: one that answered before is suspicious, a new one is a wrong id. */
export function missingWhy(platform: string, missing: { name: string; known: boolean }[]): Reason[] {
  const named = (isKnown: boolean) => {
    const names = missing.filter(({ known }) => known === isKnown).map(({ name }) => name)
    return { platform, names: names.slice(0, NAMED), more: Math.max(0, names.length - NAMED) }
  }
  const [unknown, known] = [named(false), named(true)]
  return [
    ...(unknown.names.length > 0 ? [reason('mods-not-found', unknown)] : []),
    ...(known.names.length > 0 ? [implausible('mods-missing', known)] : []),
  ]
}

/** The counts of a run that knows of no modpack to ask for: it says nothing about its source, good or bad. */
export const NO_MODPACKS: SourceCounts = {
  outcome: 'skipped',
  fetched: 0,
  written: 0,
  rejected: 0,
  why: [reason('no-modpacks')],
}
