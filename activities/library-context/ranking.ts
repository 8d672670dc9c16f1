/** A domain's list by stars, and whether it is plausible compared to the list before. Pure. */
import { doubtOf, type ChangeRule } from '../../core/plausibility.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** A library with its stars; those of an earlier night if this one returned none. */
export interface Starred {
  /** `owner/name` in lower case. */
  library: string
  stars: number
}

export interface Ranked extends Starred {
  rank: number
}

/** Returns the first `top` by stars; equal stars are ordered by name, so that two nights agree. Ranks are 1, 2, 3 … */
export function rankByStars(libraries: readonly Starred[], top: number): Ranked[] {
  return libraries
    .toSorted((a, b) => b.stars - a.stars || (a.library < b.library ? -1 : 1))
    .slice(0, top)
    .map(({ library, stars }, index) => ({ library, stars, rank: index + 1 }))
}

/** Shorter lists may well change by half, or hold nothing but young libraries. */
const MIN_JUDGED = 6
/** More than a third of the previous list cannot leave in one night: real lists change by a few places a month. */
const STAYING: ChangeRule = { fall: 1 / 3, judgedFrom: MIN_JUDGED }
/** A page that changed its form leaves more than this share of a list without a single star (seen: 100 of 100). */
const MAX_WITHOUT_STARS = 1 / 2

/**
 * Returns why a list is implausible; undefined if it is not. `before` is the list of the last night, limited to what
 * today's settings would still accept: an edit of the keywords always takes effect.
 */
export function listAnomaly(
  before: readonly { library: string; stars: number | null }[],
  next: readonly Starred[],
): Reason | undefined {
  const starless = next.filter(({ stars }) => stars === 0)
  const hadStars = before.length === 0 || before.some(({ stars }) => (stars ?? 0) > 0)
  if (next.length >= MIN_JUDGED && hadStars && starless.length > next.length * MAX_WITHOUT_STARS)
    return reason('list-starless', { starless: starless.length, of: next.length })
  const inNext = new Set(next.map(({ library }) => library))
  const left = before.filter(({ library }) => !inNext.has(library))
  if (doubtOf(STAYING, before.length, before.length - left.length) !== undefined)
    return reason('list-shrinks', { left: left.length, of: before.length })
  return undefined
}

/** Returns why a list of so many candidates is implausible: the stars of more than a third of them are not believed. */
export function starsDoubted(of: number, doubted: number): Reason | undefined {
  if (doubtOf(STAYING, of, of - doubted) === undefined) return undefined
  return reason('stars-doubted', { doubted, of })
}

/** Returns why a list of these candidates is implausible: GitHub did not report more than a third of them. */
export function starsMissing(answered: number, unanswered: number): Reason | undefined {
  if (doubtOf(STAYING, answered + unanswered, answered) === undefined) return undefined
  return reason('stars-silent', { silent: unanswered, of: answered + unanswered })
}
