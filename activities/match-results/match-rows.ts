/** Matches and observations between the state machine and their tables. */
import type { MatchRow, ObservationRow } from '../../db/queries/match-results/matches.ts'
import type { OverRow } from '../../db/queries/match-results/over-matches.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import type { Odds } from '../../upstreams/onexbet/onexbet.ts'
import {
  outcomeOfMatch,
  type Match,
  type MatchState,
  type Names,
  type Observation,
  type Score,
} from './match-life.ts'
import type { LineMatch } from './matches-csv.ts'

/** Returns a match as stored, with the newest odds of its observations. */
export function matchOfRow(row: MatchRow, odds: Odds | null): Match {
  const { eventId, team1, team2, league, leagueId, status } = row
  return {
    eventId,
    team1,
    team2,
    league,
    leagueId,
    status,
    odds,
    startsAt: row.startsAt?.getTime() ?? null,
    firstSeenAt: row.timestampUtc.getTime(),
    lastSeenAt: row.lastSeenAt.getTime(),
    startedAt: row.startedAt?.getTime() ?? null,
    state: row.state as MatchState,
    score: scoreOf(row.score1, row.score2),
    lastSeenScore: scoreOf(row.lastSeenScore1, row.lastSeenScore2),
    openingOdds: oddsOf(row.openingOdds1, row.openingOddsX, row.openingOdds2),
    closingOdds: oddsOf(row.odds1, row.oddsX, row.odds2),
    confidence: row.confidence as Match['confidence'],
    settledBy: row.settledBy as Match['settledBy'],
    resultId: row.resultId,
    overAt: row.overAt?.getTime() ?? null,
  }
}

/** Returns the file's columns of a match that is over. */
export function lineMatchOfRow(row: OverRow): LineMatch {
  const { league, team1, team2, status } = row
  return {
    league,
    team1,
    team2,
    status,
    eventId: Number(row.event_id),
    firstSeenAt: new Date(row.first_seen_at).getTime(),
    score: scoreOf(row.score1, row.score2),
    closingOdds: oddsOf(row.odds_1, row.odds_x, row.odds_2),
    confidence: row.confidence as Match['confidence'],
  }
}

export function rowOfMatch(feed: string, match: Match): WritableRows['matches'] {
  const { eventId, team1, team2, league, leagueId, status, state, confidence, settledBy, resultId } = match
  return {
    feed,
    eventId,
    team1,
    team2,
    league,
    leagueId,
    status,
    state,
    confidence,
    settledBy,
    resultId,
    timestampUtc: new Date(match.firstSeenAt),
    startsAt: momentOf(match.startsAt),
    startedAt: momentOf(match.startedAt),
    openingOdds1: match.openingOdds?.one ?? null,
    openingOddsX: match.openingOdds?.x ?? null,
    openingOdds2: match.openingOdds?.two ?? null,
    odds1: match.closingOdds?.one ?? null,
    oddsX: match.closingOdds?.x ?? null,
    odds2: match.closingOdds?.two ?? null,
    score1: match.score?.[0] ?? null,
    score2: match.score?.[1] ?? null,
    lastSeenScore1: match.lastSeenScore?.[0] ?? null,
    lastSeenScore2: match.lastSeenScore?.[1] ?? null,
    outcome: outcomeOfMatch(match),
    lastSeenAt: new Date(match.lastSeenAt),
    overAt: momentOf(match.overAt),
  }
}

export function observationOfRow(row: ObservationRow): Observation {
  const names = namesOfRow(row)
  return {
    eventId: row.eventId,
    at: row.at.getTime(),
    source: row.source as Observation['source'],
    state: row.state as MatchState,
    status: row.status,
    elapsedS: row.elapsedS,
    score: scoreOf(row.score1, row.score2),
    odds: oddsOf(row.odds1, row.oddsX, row.odds2),
    ...(names && { names }),
    ...(row.isOddsOnly && { isOddsOnly: true as const }),
    ...(row.resultId !== null && { resultId: row.resultId }),
  }
}

function namesOfRow({ team1, team2, league, leagueId, startsAt }: ObservationRow): Names | undefined {
  if (team1 === null || team2 === null || league === null) return undefined
  return { team1, team2, league, leagueId, startsAt: startsAt?.getTime() ?? null }
}

export function rowOfObservation(feed: string, seen: Observation): WritableRows['match_observations'] {
  const { score, odds, names } = seen
  // There are very many: one literal with all fields costs a tenth of an object that is put together.
  return {
    feed,
    eventId: seen.eventId,
    at: new Date(seen.at),
    source: seen.source,
    state: seen.state,
    status: seen.status,
    elapsedS: seen.elapsedS,
    score1: score?.[0] ?? null,
    score2: score?.[1] ?? null,
    odds1: odds?.one ?? null,
    oddsX: odds?.x ?? null,
    odds2: odds?.two ?? null,
    team1: names?.team1 ?? null,
    team2: names?.team2 ?? null,
    league: names?.league ?? null,
    leagueId: names?.leagueId ?? null,
    startsAt: momentOf(names?.startsAt ?? null),
    resultId: seen.resultId ?? null,
    isOddsOnly: seen.isOddsOnly ?? null,
  }
}

function momentOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}

function scoreOf(one: number | null, two: number | null): Score | null {
  return one === null || two === null ? null : [one, two]
}

function oddsOf(one: number | null, x: number | null, two: number | null): Odds | null {
  return one === null && x === null && two === null ? null : { one, x, two }
}
