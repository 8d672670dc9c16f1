/** Which match a game of the results service is. Wrongly confirmed is worse than not confirmed: in doubt it is none. */
import type { MatchResult } from '../../upstreams/onexbet-results.ts'
import { folded } from '../../upstreams/onexbet-status.ts'
import type { Match } from './match-life.ts'

/**
 * Two starts of one match may differ by the countdown's rounding and a late kick-off; the same teams meet again after
 * ten minutes at the earliest.
 */
const SAME_START_MS = 4 * 60_000

/** The match of this id, where its teams agree; else the only one of these teams that began then. */
export function resultedMatch(matches: ReadonlyMap<number, Match>, result: MatchResult): Match | undefined {
  const named = matches.get(result.gameId)
  if (named !== undefined) return isOfSameTeams(named, result) ? named : undefined
  if (result.startsAt === null) return undefined
  const startsAt = Date.parse(result.startsAt)
  const candidates = [...matches.values()].filter(
    (match) =>
      match.startsAt !== null &&
      Math.abs(match.startsAt - startsAt) <= SAME_START_MS &&
      isOfSameTeams(match, result),
  )
  return candidates.length === 1 ? candidates[0] : undefined
}

/** Names differ in accents, case and spaces between the two services. */
function isOfSameTeams(match: Match, result: MatchResult): boolean {
  return folded(match.team1) === folded(result.team1) && folded(match.team2) === folded(result.team2)
}
