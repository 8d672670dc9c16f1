/** How a batch of mod-stats becomes counts: one place decides what makes a source partial or suspicious. */
import type { SourceCounts } from '../../core/run-outcome.ts'

/** Names listed in one sentence; the rest is a number. */
const NAMED = 5

/** Something is missing or refused: partial. Nothing came where something was asked: failed. */
export function batchCounts(counts: Omit<SourceCounts, 'outcome'>): SourceCounts {
  const why =
    counts.rejected > 0 ? [...counts.why, `${counts.rejected} rows refused, see quarantine`] : counts.why
  const flawed = why.length > 0
  return { ...counts, why, outcome: !flawed ? 'complete' : counts.fetched === 0 ? 'failed' : 'partial' }
}

/** The counts of a source for which nothing is tracked (no cursor yet), or of an empty last batch. */
export function nothingTracked(platform: string, after: number): SourceCounts {
  const none = { fetched: 0, written: 0, rejected: 0 }
  if (after > 0) return { ...none, outcome: 'complete', why: [] }
  return { ...none, outcome: 'skipped', why: [`no mod in almanac.yaml has a ${platform} id`] }
}

/** Sentences for mods that did not answer: one that answered before is suspicious, a new one is a wrong id. */
export function missingWhy(platform: string, missing: { name: string; known: boolean }[]): string[] {
  const sentence = (names: string[], text: string) => {
    if (names.length === 0) return []
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
    return [`${text}: ${names.slice(0, NAMED).join(', ')}${more}`]
  }
  const names = (known: boolean) => missing.filter((mod) => mod.known === known).map((mod) => mod.name)
  return [
    ...sentence(names(false), `not found on ${platform}`),
    ...sentence(names(true), `suspicious: answered before and missing on ${platform} now`),
  ]
}

/** The counts of a run that knows of no modpack to ask for: it says nothing about its source, good or bad. */
export const NO_MODPACKS: SourceCounts = {
  outcome: 'skipped',
  fetched: 0,
  written: 0,
  rejected: 0,
  why: ['no modpack and no mod with a list of them is known yet'],
}
