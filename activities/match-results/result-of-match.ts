/**
 * Which match a game of the results service is. A wrong confirmation is worse than none: in doubt there is no match.
 */
import type { MatchResult } from '../../upstreams/onexbet/onexbet-results.ts'
import { foldCase } from '../../upstreams/onexbet/onexbet-status.ts'
import { feedIdOf, livesOf } from './lives.ts'
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
    const own = livesOf(result.gameId).flatMap((id) => matches.get(id) ?? [])
    if (own.length > 0) {
      const match = lifeOfResult(own, result)
      if (match !== undefined) found.set(result, match)
      continue
    }
    const match = onlyMatchOf(matches, result, at)
    if (match === undefined || named.has(feedIdOf(match.eventId))) continue
    if (match.settledBy === 'results' && match.resultId !== result.gameId) continue
    byNames.set(match, [...(byNames.get(match) ?? []), result])
  }
  for (const [match, [result, ...others]] of byNames)
    if (result !== undefined && others.length === 0) found.set(result, match)
  return found
}

/** Of the matches under its id, the only one of its teams, or of those the one that began then. */
function lifeOfResult(own: readonly Match[], result: MatchResult): Match | undefined {
  const ofTeams = own.filter((match) => isOfSameTeams(match, result))
  const then = ofTeams.length > 1 ? ofTeams.filter((match) => isOfSameStart(match, result)) : ofTeams
  return then.length === 1 ? then[0] : undefined
}

/** Leagues play the same pairs at the same time, so the league counts, too. */
function onlyMatchOf(
  matches: ReadonlyMap<number, Match>,
  result: MatchResult,
  at: number,
): Match | undefined {
  const candidates = [...matches.values()].filter(
    (match) =>
      isOfSameStart(match, result) &&
      (match.overAt === null || at - match.overAt <= RESULTS_WITHIN_MS) &&
      isOfSameTeams(match, result) &&
      isOfSameLeague(match, result),
  )
  return candidates.length === 1 ? candidates[0] : undefined
}

function isOfSameStart(match: Match, { startsAt }: MatchResult): boolean {
  if (match.startsAt === null || startsAt === null) return false
  return Math.abs(match.startsAt - Date.parse(startsAt)) <= SAME_START_MS
}

/** Names differ in accents, case and spaces between the two services. */
function isOfSameTeams(match: Match, result: MatchResult): boolean {
  return foldCase(match.team1) === foldCase(result.team1) && foldCase(match.team2) === foldCase(result.team2)
}

function isOfSameLeague(match: Match, { league, leagueId }: MatchResult): boolean {
  if (match.leagueId !== null && leagueId !== null) return match.leagueId === leagueId
  return foldCase(league) !== '' && foldCase(match.league) === foldCase(league)
}
