/**
 * Which match a game of the results service is. A wrong confirmation is worse than none: in doubt there is no match.
 */
import type { MatchResult } from '../../upstreams/onexbet/onexbet-results.ts'
import { foldCase } from '../../upstreams/onexbet/onexbet-status.ts'
import type { Match } from './match-life.ts'

/** The service may report a game for a day after its end; for this long its match is searched among those over. */
export const RESULTS_WITHIN_MS = 24 * 3_600_000

/**
 * Two starts of one match may differ by the countdown's rounding and a late kick-off; the same teams meet again after
 * ten minutes at the earliest.
 */
const SAME_START_MS = 4 * 60_000

/**
 * Returns the match of each game in a response from `at`: the one with its id, if the teams agree; otherwise the only
 * one of these teams in this league that began then, unless a game of the response has that match's own id, another
 * game has settled it, or two games of the response fit it.
 */
export function resultedMatches(
  matches: ReadonlyMap<number, Match>,
  answer: readonly MatchResult[],
  at: number,
): Map<MatchResult, Match> {
  const found = new Map<MatchResult, Match>()
  const named = new Set(answer.map(({ gameId }) => gameId))
  const byNames = new Map<Match, MatchResult[]>()
  for (const result of answer) {
    const own = matches.get(result.gameId)
    if (own !== undefined) {
      if (isOfSameTeams(own, result)) found.set(result, own)
      continue
    }
    const match = onlyMatchOf(matches, result, at)
    if (match === undefined || named.has(match.eventId)) continue
    if (match.settledBy === 'results' && match.resultId !== result.gameId) continue
    byNames.set(match, [...(byNames.get(match) ?? []), result])
  }
  for (const [match, [result, ...others]] of byNames)
    if (result !== undefined && others.length === 0) found.set(result, match)
  return found
}

/** Leagues play the same pairs at the same time, so the league counts, too. */
function onlyMatchOf(
  matches: ReadonlyMap<number, Match>,
  result: MatchResult,
  at: number,
): Match | undefined {
  if (result.startsAt === null) return undefined
  const startsAt = Date.parse(result.startsAt)
  const candidates = [...matches.values()].filter(
    (match) =>
      match.startsAt !== null &&
      Math.abs(match.startsAt - startsAt) <= SAME_START_MS &&
      (match.overAt === null || at - match.overAt <= RESULTS_WITHIN_MS) &&
      isOfSameTeams(match, result) &&
      isOfSameLeague(match, result),
  )
  return candidates.length === 1 ? candidates[0] : undefined
}

/** Names differ in accents, case and spaces between the two services. */
function isOfSameTeams(match: Match, result: MatchResult): boolean {
  return foldCase(match.team1) === foldCase(result.team1) && foldCase(match.team2) === foldCase(result.team2)
}

function isOfSameLeague(match: Match, { league, leagueId }: MatchResult): boolean {
  if (match.leagueId !== null && leagueId !== null) return match.leagueId === leagueId
  return foldCase(league) !== '' && foldCase(match.league) === foldCase(league)
}
