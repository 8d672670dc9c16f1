/** A match as it is shown: a score is called a result only if it is one. Pure. */
import type { MatchRow, ObservationRow } from '../../db/queries/match-results/matches.ts'
import { oneLine } from '../../wording/text.ts'

type Pair = [number, number]
/** Odds on the first team, the draw and the second team. */
export interface ShownOdds {
  one: number | null
  x: number | null
  two: number | null
}

/** What `--json` prints of a match; times are ISO 8601, UTC. */
export interface MatchView {
  eventId: number
  feed: string
  firstSeenAt: Date
  league: string
  team1: string
  team2: string
  startsAt: Date | null
  startedAt: Date | null
  lastSeenAt: Date
  overAt: Date | null
  state: string
  status: string | null
  confidence: string | null
  settledBy: string | null
  /** Only if it is confirmed. */
  result: Pair | null
  /** What the feed showed last: no result, be the match over or not. */
  lastSeenScore: Pair | null
  outcome: string | null
  openingOdds: ShownOdds | null
  /** The last odds before the start. */
  oddsBeforeStart: ShownOdds | null
}

/** What `--json` prints of an observation. */
export interface ObservationView {
  at: Date
  source: string
  state: string
  status: string | null
  elapsedS: number | null
  score: Pair | null
  odds: ShownOdds | null
}

export function matchView(row: MatchRow): MatchView {
  const { eventId, feed, league, team1, team2, startsAt, startedAt, lastSeenAt, overAt } = row
  const { state, status, confidence, settledBy, outcome } = row
  return {
    eventId,
    feed,
    firstSeenAt: row.timestampUtc,
    league,
    team1,
    team2,
    startsAt,
    startedAt,
    lastSeenAt,
    overAt,
    state,
    status,
    confidence,
    settledBy,
    result: confidence === 'confirmed' ? pair(row.score1, row.score2) : null,
    lastSeenScore: pair(row.lastSeenScore1, row.lastSeenScore2),
    outcome,
    openingOdds: odds(row.openingOdds1, row.openingOddsX, row.openingOdds2),
    oddsBeforeStart: odds(row.odds1, row.oddsX, row.odds2),
  }
}

export function observationView(row: ObservationRow): ObservationView {
  const { at, source, state, status, elapsedS } = row
  const score = pair(row.score1, row.score2)
  return { at, source, state, status, elapsedS, score, odds: odds(row.odds1, row.oddsX, row.odds2) }
}

/** `3-1` if it is the result, else with the words that say that it is none. */
export function scoreText({ result, lastSeenScore, state }: MatchView): string {
  if (result !== null) return result.join('-')
  if (lastSeenScore === null) return ''
  return `${lastSeenScore.join('-')} ${state === 'vanished' ? 'last seen' : 'so far'}`
}

/** `1.85 / 3.4 / -`: on the first team, the draw, the second; empty if none were offered. */
export function oddsText(shown: ShownOdds | null): string {
  return shown === null ? '' : [shown.one, shown.x, shown.two].map((value) => value ?? '-').join(' / ')
}

/** A name or text of the feed on one line, without characters that a terminal would obey. */
export function shownText(text: string, most?: number): string {
  return oneLine(text.replaceAll(/\p{Cc}/gu, ' '), most)
}

function pair(one: number | null, two: number | null): Pair | null {
  return one === null || two === null ? null : [one, two]
}

function odds(one: number | null, x: number | null, two: number | null): ShownOdds | null {
  return one === null && x === null && two === null ? null : { one, x, two }
}
