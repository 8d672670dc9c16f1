/** Who stands where: a domain's list from stars, and whether it can be believed beside the list before it. Pure. */
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** A library with what is known of its stars; `stars` of an earlier night where this one brought none. */
export interface Starred {
  /** `owner/name` in small letters. */
  library: string
  stars: number
}

export interface Ranked extends Starred {
  rank: number
}

/** The first `top` by stars; of equal stars the name decides, so that two nights agree. Ranks are 1, 2, 3 … */
export function rankByStars(libraries: readonly Starred[], top: number): Ranked[] {
  return libraries
    .toSorted((a, b) => b.stars - a.stars || (a.library < b.library ? -1 : 1))
    .slice(0, top)
    .map(({ library, stars }, index) => ({ library, stars, rank: index + 1 }))
}

/** More of the list before than this share cannot leave in one night: real lists change by a few places a month. */
const MAX_LEFT = 1 / 3
/** More of a list than this share without a single star is what a page that changed its form gives (seen: 100 of 100). */
const MAX_WITHOUT_STARS = 1 / 2
/** Shorter lists may well change by half, or hold nothing but young libraries. */
const LEAST_JUDGED = 6

/**
 * Why a list is not to be believed; undefined where it is. `before` is the list of the last night, of
 * which only those count that the settings of today would still take: who edits the keywords gets the list he asked for.
 */
export function suspicion(
  before: readonly { library: string; stars: number | null }[],
  next: readonly Starred[],
): Reason | undefined {
  const starless = next.filter(({ stars }) => stars === 0)
  const hadStars = before.length === 0 || before.some(({ stars }) => (stars ?? 0) > 0)
  if (next.length >= LEAST_JUDGED && hadStars && starless.length > next.length * MAX_WITHOUT_STARS)
    return reason('list-starless', { starless: starless.length, of: next.length })
  const inNext = new Set(next.map(({ library }) => library))
  const left = before.filter(({ library }) => !inNext.has(library))
  if (before.length >= LEAST_JUDGED && left.length > before.length * MAX_LEFT)
    return reason('list-shrinks', { left: left.length, of: before.length })
  return undefined
}

/** Why a list of these candidates is not to be believed: GitHub told nothing of more than a third of them. */
export function silence(told: number, untold: number): Reason | undefined {
  if (told + untold < LEAST_JUDGED || untold <= (told + untold) * MAX_LEFT) return undefined
  return reason('stars-silent', { silent: untold, of: told + untold })
}
