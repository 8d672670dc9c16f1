/** A line of the worker's log for each match that a run ended, corrected or reopened. */
import { log } from '@temporalio/activity'
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import type { ActivityContext } from './activity-context.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { turnedMatches, type TurnedMatch } from '../../db/queries/match-results/turned-matches.ts'
import type { Match } from './match-life.ts'
import {
  turnOf,
  type MatchFigures,
  type MatchRecord,
  type ReportedMatch,
  type ResultStatus,
} from './match-records.ts'

export interface Turns {
  /** Matches that are now over, over with another score, or not over any more. */
  turned: readonly Match[]
  /** State of these when they were last reported; nothing for one that was not. */
  before: ReadonlyMap<number, ResultStatus>
  all: ReadonlyMap<number, Match>
}

/** Logs the news; at debug level also why each match that goes on, or waits for its result, does not count. */
export function reportMatches({ turned, before, all }: Turns): Omit<MatchFigures, 'duplicates'> {
  const figures = { confirmed: 0, lastSeen: 0, open: 0 }
  for (const match of turned) {
    const now = resultStatusOf(match)
    const was = before.get(match.eventId)
    const turn = turnOf(was, now)
    if (turn === undefined) continue
    if (turn === 'over') {
      if (now.confidence === 'confirmed') figures.confirmed++
      else figures.lastSeen++
    }
    reportTurn(turn, match, was)
  }
  const news = new Set(turned.map(({ eventId }) => eventId))
  for (const match of all.values()) {
    if (match.overAt === null) figures.open++
    else if (match.state !== 'vanished' || news.has(match.eventId)) continue
    log.debug('match not over', {
      event: 'match.not-over',
      ...reportedMatch(match),
      status: match.status,
      state: match.state,
    } satisfies MatchRecord)
  }
  return figures
}

export interface TurnedByRun {
  runId: string
  derive: boolean
  turned: readonly Match[]
  /** What this worker knew before the run. */
  known: ReadonlyMap<number, Match>
}

/**
 * Returns the state of a run's changed matches when they were last reported. What was reported while the database was
 * unavailable is not repeated once the tables have it: this worker knows its own, and what only a recompute run knows
 * was another's.
 */
export async function reportedBefore(
  context: Pick<ActivityContext, 'db' | 'settings' | 'retryBudget'>,
  { runId, derive, turned, known }: TurnedByRun,
): Promise<Map<number, ResultStatus>> {
  const rows = turned.length === 0 ? [] : await storedBefore(context, runId, turned)
  const before = new Map<number, ResultStatus>(
    rows.map(({ eventId, was1, was2, wasConfidence }) => [
      eventId,
      { score1: was1, score2: was2, confidence: wasConfidence },
    ]),
  )
  for (const match of turned) {
    const mine = known.get(match.eventId)
    const now = resultStatusOf(match)
    const isReported = mine === undefined ? derive : turnOf(resultStatusOf(mine), now) === undefined
    if (isReported) before.set(match.eventId, now)
  }
  return before
}

async function storedBefore(
  { db, settings, retryBudget }: Pick<ActivityContext, 'db' | 'settings' | 'retryBudget'>,
  runId: string,
  turned: readonly Match[],
): Promise<TurnedMatch[]> {
  const eventIds = turned.map(({ eventId }) => eventId)
  const { name: feed } = settings.feed
  try {
    return await withDatabaseRetry(retryBudget, () => turnedMatches(db, { feed, runId, eventIds }))
  } catch (error) {
    if (!isDatabaseUnwritable(databaseFailure(error))) throw error
    // The matches are stored: then a correction is reported like a first result.
    return []
  }
}

/** The confidence of a match's score. */
export function resultStatusOf({ score, confidence }: Pick<Match, 'score' | 'confidence'>): ResultStatus {
  return { score1: score?.[0] ?? null, score2: score?.[1] ?? null, confidence }
}

function reportTurn(
  turn: 'over' | 'corrected' | 'resumed',
  match: Match,
  was: ResultStatus | undefined,
): void {
  const reported = reportedMatch(match)
  const { confidence } = match
  if (turn === 'over') {
    log.info('match over', { event: 'match.over', ...reported, confidence } satisfies MatchRecord)
  } else if (turn === 'resumed') {
    log.info('match resumed', { event: 'match.resumed', ...reported } satisfies MatchRecord)
  } else {
    const { score1: was1, score2: was2 } = was ?? { score1: null, score2: null }
    log.info('match corrected', { event: 'match.corrected', ...reported, was1, was2 } satisfies MatchRecord)
  }
}

function reportedMatch({ eventId, team1, team2, score }: Match): ReportedMatch {
  return { eventId, team1, team2, score1: score?.[0] ?? null, score2: score?.[1] ?? null }
}
