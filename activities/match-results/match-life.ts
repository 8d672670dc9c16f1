/**
 * The life of a match as a pure state machine: `seen -> live -> (suspended) -> ended | vanished -> settled`. Every
 * function takes a match and one piece of evidence and returns the match from then on, with the observation to store if
 * something changed. Nothing is over by default: a match ends by a status that says so, or is settled by the results
 * service; one that leaves its feed has vanished, and its last seen score is no result. Times are milliseconds since
 * 1970.
 */
import type { MatchResult } from '../../upstreams/onexbet/onexbet-results.ts'
import type { Odds, Sighting } from '../../upstreams/onexbet/onexbet.ts'
import { isSameButTime } from '../../upstreams/onexbet/onexbet-status.ts'
import { isSwitched, switchedOdds, switchedScore } from './sides.ts'

export type MatchState = 'seen' | 'live' | 'suspended' | 'ended' | 'vanished' | 'settled'

/** Goals of the first and of the second team. */
export type Score = readonly [number, number]

/** Who plays, where and when. */
export interface Names {
  team1: string
  team2: string
  league: string
  leagueId: number | null
  startsAt: number | null
}

export interface Match extends Names {
  eventId: number
  firstSeenAt: number
  lastSeenAt: number
  /** First sighting of it being played. */
  startedAt: number | null
  state: MatchState
  /** The feed's own text. */
  status: string | null
  /** The latest truth; a result only where `confidence` is `confirmed`. */
  score: Score | null
  /** The last score that the feed showed. */
  lastSeenScore: Score | null
  /** The newest odds that were on offer. */
  odds: Odds | null
  /** First and last odds before the start: what a forecast may use. */
  openingOdds: Odds | null
  closingOdds: Odds | null
  confidence: 'confirmed' | 'last-seen' | null
  /** What confirmed it. */
  settledBy: 'status' | 'results' | null
  /** The game of the results service that settled it. */
  resultId: number | null
  /** When it ended or vanished. */
  overAt: number | null
}

/** Evidence of one moment, kept because it changed something. */
export interface Observation {
  eventId: number
  at: number
  source: 'feed' | 'absence' | 'results'
  state: MatchState
  status: string | null
  elapsedS: number | null
  score: Score | null
  odds: Odds | null
  /** Of the first observation, and of those that changed them. */
  names?: Names
  /** Nothing but the odds changed: no evidence of how the match went. */
  isOddsOnly?: true
  /** The game of the results service that reported it. */
  resultId?: number
}

/** A match after a piece of evidence; `observation` if that changed anything. */
export interface Step {
  match: Match
  observation?: Observation
}

const STATE_OF = { before: 'seen', live: 'live', suspended: 'suspended', over: 'ended' } as const

/** The match is in the feed. */
export function sighted(known: Match | undefined, sighting: Sighting, at: number): Step {
  // The results service has the last word, however long the feed still shows a match.
  if (known?.settledBy === 'results') return { match: { ...known, lastSeenAt: at } }
  const before = known === undefined ? firstSight(sighting, at) : onItsSides(known, sighting)
  // A final status without a score: we know that it ended, not how; treated as vanished.
  const shownScore = isCleared(sighting, before) ? null : sighting.score
  const isWithoutScore = sighting.phase === 'over' && shownScore === null
  const state = isWithoutScore ? 'vanished' : stateBy(sighting, before)
  const names = named(sighting, before)
  const odds = oddsOf(sighting, names.startsAt, at)
  const isStarted = before.startedAt !== null || state !== 'seen'
  const score = shownScore ?? before.score
  const match: Match = {
    ...before,
    ...names,
    lastSeenAt: at,
    startedAt: before.startedAt ?? (isStarted ? at : null),
    state,
    status: sighting.status,
    score,
    lastSeenScore: score,
    odds: odds ?? before.odds,
    openingOdds: isStarted ? before.openingOdds : (before.openingOdds ?? odds),
    closingOdds: isStarted ? before.closingOdds : (odds ?? before.closingOdds),
    confidence: state === 'ended' ? 'confirmed' : isWithoutScore && score !== null ? 'last-seen' : null,
    settledBy: state === 'ended' ? 'status' : null,
    resultId: null,
    overAt: state === 'ended' || isWithoutScore ? (before.overAt ?? at) : null,
  }
  const isOtherName = known === undefined || !isSameNames(known, names)
  const isOddsOnly = known !== undefined && !isOtherName && !isOtherwise(known, match)
  if (isOddsOnly && (odds === null || isSameOdds(known.odds, odds))) return { match }
  const { eventId, elapsedS } = sighting
  return {
    match,
    observation: {
      eventId,
      at,
      source: 'feed',
      state,
      status: match.status,
      elapsedS,
      score,
      odds,
      ...(isOtherName && { names }),
      ...(isOddsOnly && { isOddsOnly: true as const }),
    },
  }
}

/** The match with the sides of a sighting: what belongs to a team stays with it. */
function onItsSides(known: Match, sighting: Sighting): Match {
  if (!isSwitched(known, sighting)) return known
  return {
    ...known,
    team1: known.team2,
    team2: known.team1,
    score: switchedScore(known.score),
    lastSeenScore: switchedScore(known.lastSeenScore),
    odds: switchedOdds(known.odds),
    openingOdds: switchedOdds(known.openingOdds),
    closingOdds: switchedOdds(known.closingOdds),
  }
}

/** One goal may be annulled, but not several at once. */
const MAX_ANNULLED = 1

/**
 * The feed omits zeros, so that a cleared score looks like 0-0. In play it is believed after a single goal; at the end
 * only if it was already 0-0 in play, since nothing would correct it.
 */
function isCleared({ phase, score }: Sighting, { score: known }: Match): boolean {
  if (score === null || score[0] + score[1] > 0) return false
  if (known === null) return phase === 'over'
  return known[0] + known[1] > (phase === 'over' ? 0 : MAX_ANNULLED)
}

/** Changes of anything but names, odds and the running time. */
function isOtherwise(known: Match, match: Match): boolean {
  return (
    known.state !== match.state ||
    known.startedAt !== match.startedAt ||
    !isSameScore(known.score, match.score) ||
    !isSameButTime(known.status, match.status)
  )
}

/** Without goals and a clock, an unknown text looks like before the start: a match with a score has begun. */
function stateBy({ phase }: Sighting, { score }: Match): MatchState {
  return phase === 'before' && score !== null ? 'live' : STATE_OF[phase]
}

/** A whole response of the feed did not name the match. */
export function missed(match: Match, at: number): Step {
  if (match.state === 'vanished' || match.state === 'settled') return { match }
  const left: Match =
    match.state === 'ended'
      ? { ...match, state: 'settled' }
      : {
          ...match,
          state: 'vanished',
          confidence: match.score === null ? null : 'last-seen',
          overAt: match.overAt ?? at,
        }
  return { match: left, observation: after(left, at, 'absence') }
}

/**
 * The results service reports how the match ended. A match that the feed still shows as running waits until it has
 * left.
 */
export function resulted(
  match: Match,
  { gameId, score }: Pick<MatchResult, 'gameId' | 'score'>,
  at: number,
): Step {
  if (match.state !== 'ended' && match.state !== 'vanished' && match.state !== 'settled') return { match }
  if (match.resultId === gameId && isSameScore(match.score, score)) return { match }
  const settled: Match = {
    ...match,
    state: 'settled',
    score,
    confidence: 'confirmed',
    settledBy: 'results',
    resultId: gameId,
    overAt: match.overAt ?? at,
  }
  return { match: settled, observation: { ...after(settled, at, 'results'), resultId: gameId } }
}

/** `1`, `N` or `2` of a confirmed match, as in the document; otherwise null. */
export function outcomeOfMatch({
  score,
  confidence,
}: Pick<Match, 'score' | 'confidence'>): '1' | 'N' | '2' | null {
  if (confidence !== 'confirmed' || score === null) return null
  const [one, two] = score
  return one > two ? '1' : one < two ? '2' : 'N'
}

export function isSameScore(a: Score | null, b: Score | null): boolean {
  return a === null || b === null ? a === b : a[0] === b[0] && a[1] === b[1]
}

function firstSight(sighting: Sighting, at: number): Match {
  const { eventId, team1, team2, league, leagueId, startsAt } = sighting
  return {
    eventId,
    team1,
    team2,
    league,
    leagueId,
    startsAt: startsAt === null ? null : Date.parse(startsAt),
    firstSeenAt: at,
    lastSeenAt: at,
    startedAt: null,
    state: 'seen',
    status: null,
    score: null,
    lastSeenScore: null,
    odds: null,
    openingOdds: null,
    closingOdds: null,
    confidence: null,
    settledBy: null,
    resultId: null,
    overAt: null,
  }
}

/** Names and times are those of the newest sighting; an omission does not remove them. */
function named(sighting: Sighting, known: Match): Names {
  const { team1, team2, league, leagueId, startsAt } = sighting
  // A countdown is rounded and varies by a minute: the first start stays until the start itself is moved.
  const moved = startsAt === null ? null : Date.parse(startsAt)
  const isMoved =
    moved !== null && (known.startsAt === null || Math.abs(moved - known.startsAt) > START_SHAKES_MS)
  return {
    team1,
    team2,
    league: league === '' ? known.league : league,
    leagueId: leagueId ?? known.leagueId,
    startsAt: isMoved ? moved : known.startsAt,
  }
}

/** Returns the current names of a match. */
export const namesOf = ({ team1, team2, league, leagueId, startsAt }: Match): Names => ({
  team1,
  team2,
  league,
  leagueId,
  startsAt,
})

const isSameNames = (one: Names, other: Names): boolean =>
  one.team1 === other.team1 &&
  one.team2 === other.team2 &&
  one.league === other.league &&
  one.leagueId === other.leagueId &&
  one.startsAt === other.startsAt

/** Twice the minute to which a countdown is rounded. */
export const START_SHAKES_MS = 120_000

function after(match: Match, at: number, source: 'absence' | 'results'): Observation {
  const { eventId, state, status, score } = match
  return { eventId, at, source, state, status, elapsedS: null, score, odds: null }
}

/**
 * Odds on offer. In its first seconds a match still looks as before its start: from its announced start until it is
 * first seen in play, its odds count as neither and are dropped.
 */
function oddsOf({ odds, phase }: Sighting, startsAt: number | null, at: number): Odds | null {
  const isBetween = phase === 'before' && startsAt !== null && at >= startsAt
  const isNone = odds.one === null && odds.x === null && odds.two === null
  return isBetween || isNone ? null : odds
}

function isSameOdds(a: Odds | null, b: Odds): boolean {
  return a !== null && a.one === b.one && a.x === b.x && a.two === b.two
}
