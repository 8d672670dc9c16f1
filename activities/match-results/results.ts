/**
 * Asks the results service from time to time for the matches that vanished, and stores the response as one more poll.
 */
import { MINUTE_MS } from '../../core/durations.ts'
import { isWithin } from '../../core/elapsed.ts'
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { knownMatches, waitingLeagues } from '../../db/queries/match-results/matches.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure } from '../../core/failures.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { MatchResult } from '../../upstreams/onexbet/onexbet-results.ts'
import type { PollFields } from './follow.ts'
import { lateOf } from './late-results.ts'
import { resulted, type Match } from './match-life.ts'
import { matchOfRow } from './match-rows.ts'
import { resultedMatches, RESULTS_WITHIN_MS } from './result-of-match.ts'
import { failureReason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

const SOURCE = 'onexbet-results'

/** A result appears some minutes after the end; an earlier request would find none. */
const RESULT_COMES_AFTER_MS = 2 * MINUTE_MS

/** A reported result is corrected within some minutes; for this long its league is still requested. */
const CORRECTED_WITHIN_MS = 60 * MINUTE_MS

/** Schedules start some milliseconds early or late: without this every other request would wait one run more. */
const START_SHAKES_MS = 15_000

interface Waiting {
  leagues: { id: number | null; name: string }[]
  askedAt: number | undefined
}

/**
 * Returns the response of the results service; undefined if nothing waits, or it was asked a moment ago. A failure
 * costs only itself.
 */
export async function askResults(
  context: ActivityContext,
  run: Run,
): Promise<{ counts: SourceCounts; unstored: PollFields[] } | undefined> {
  const { settings, matchClock, resultsAsked } = context
  if (!settings.results.enabled) return undefined
  const { leagues, askedAt = -Infinity } = await waiting(context)
  const everyMs = settings.results.every_minutes * MINUTE_MS - START_SHAKES_MS
  const now = matchClock().getTime()
  const wasJustAsked = [askedAt, resultsAsked.atMs].some((at) => isWithin(at, now, everyMs))
  if (leagues.length === 0 || wasJustAsked) return undefined
  // A service that fails is not asked any sooner.
  resultsAsked.atMs = now
  try {
    return await ask(context, run, leagues)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const why = [failureReason(error)]
    return { counts: { outcome: 'failed', fetched: 0, written: 0, rejected: 0, why }, unstored: [] }
  }
}

async function ask(context: ActivityContext, run: Run, leagues: Waiting['leagues']) {
  const { db, onexbetResults, settings, signal, retryBudget, matchClock } = context
  const answer = await onexbetResults.finished({ leagues, at: matchClock() }, signal)
  const polledAt = matchClock()
  const known = await overMatchesKnown(context)
  const pollRow = {
    feed: settings.feed.name,
    kind: 'results',
    collectedFor: new Date(run.startedAt),
    polledAt,
    truncated: false,
    told: newsOf(known, answer.results, polledAt),
  }
  const rejected = answer.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: polledAt, runId: run.runId, raw: answer.raw, rejected, retryBudget }
  const { spooled = 0 } = await writeRows(db, { feed_polls: [pollRow] }, options)
  const why = [
    ...answer.why,
    ...lateOf(known, answer.unlisted, polledAt),
    ...(rejected.length > 0 ? [reason('games-refused', { games: rejected.length })] : []),
  ]
  const counts: SourceCounts = {
    outcome: why.length > 0 ? 'partial' : 'complete',
    fetched: pollRow.told.length,
    written: 0,
    rejected: rejected.length,
    why,
  }
  return { counts, unstored: spooled > 0 ? [pollRow] : [] }
}

/** Of a day's games, which the service returns every time, those with news of a match that is over. */
export function newsOf(
  known: ReadonlyMap<number, Match>,
  results: readonly MatchResult[],
  at: Date,
): MatchResult[] {
  const found = resultedMatches(known, results, at.getTime())
  return [...found].flatMap(([result, match]) =>
    resulted(match, result, at.getTime()).observation === undefined ? [] : [result],
  )
}

async function overMatchesKnown({
  db,
  settings,
  retryBudget,
  matchClock,
  unstoredMatches,
}: ActivityContext): Promise<ReadonlyMap<number, Match>> {
  const overSince = new Date(matchClock().getTime() - RESULTS_WITHIN_MS)
  const stored = async () => {
    const rows = await knownMatches(db, { feed: settings.feed.name, eventIds: [], overSince })
    return new Map(rows.map((row) => [row.eventId, matchOfRow(row, null)]))
  }
  return unlessUnavailable(withDatabaseRetry(retryBudget, stored), () => unstoredMatches.all())
}

/** From the tables, or while they are unavailable from this worker's memory. */
async function waiting({
  db,
  settings,
  retryBudget,
  matchClock,
  unstoredMatches,
}: ActivityContext): Promise<Waiting> {
  const now = matchClock().getTime()
  const since = new Date(now - RESULTS_WITHIN_MS)
  const correctedSince = new Date(now - CORRECTED_WITHIN_MS)
  const until = new Date(now - RESULT_COMES_AFTER_MS)
  const stored = async () => {
    const found = await waitingLeagues(db, {
      feed: settings.feed.name,
      since,
      correctedSince,
      until,
    })
    const leagues = found.leagues.map(({ league, leagueId }) => ({ id: leagueId, name: league }))
    return { leagues, askedAt: found.askedAt?.getTime() }
  }
  return unlessUnavailable(withDatabaseRetry(retryBudget, stored), () => {
    const { matches, askedAt } = unstoredMatches.over()
    const due = matches.filter(
      ({ overAt, settledBy }) =>
        overAt !== null &&
        overAt <= until.getTime() &&
        (settledBy !== 'results' || overAt >= correctedSince.getTime()),
    )
    return { leagues: due.map(({ leagueId, league }) => ({ id: leagueId, name: league })), askedAt }
  })
}

async function unlessUnavailable<T>(work: Promise<T>, instead: () => T): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isDatabaseUnwritable(databaseFailure(error))) throw error
    return instead()
  }
}
