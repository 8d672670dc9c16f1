/** Matches and observations between the state machine and their tables. */
import type { MatchRow, ObservationRow } from '../../db/queries/matches.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import type { Odds } from '../../upstreams/onexbet.ts'
import { outcomeOfMatch, type Match, type MatchState, type Observation, type Score } from './match-life.ts'

/** A match as stored, with the newest odds of its observations. */
export function matchOfRow(row: MatchRow, odds: Odds | null): Match {
  const { eventId, team1, team2, league, leagueId, status } = row
  return {
    ...{ eventId, team1, team2, league, leagueId, status, odds },
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
    overAt: row.overAt?.getTime() ?? null,
  }
}

export function rowOfMatch(feed: string, match: Match): WritableRows['matches'] {
  const { eventId, team1, team2, league, leagueId, status, state, confidence, settledBy } = match
  return {
    ...{ feed, eventId, team1, team2, league, leagueId, status, state, confidence, settledBy },
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
  return {
    eventId: row.eventId,
    at: row.at.getTime(),
    source: row.source as Observation['source'],
    state: row.state as MatchState,
    status: row.status,
    elapsedS: row.elapsedS,
    score: scoreOf(row.score1, row.score2),
    odds: oddsOf(row.odds1, row.oddsX, row.odds2),
  }
}

export function rowOfObservation(feed: string, seen: Observation): WritableRows['match_observations'] {
  const { eventId, source, state, status, elapsedS, score, odds } = seen
  return {
    ...{ feed, eventId, source, state, status, elapsedS },
    at: new Date(seen.at),
    score1: score?.[0] ?? null,
    score2: score?.[1] ?? null,
    odds1: odds?.one ?? null,
    oddsX: odds?.x ?? null,
    odds2: odds?.two ?? null,
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
