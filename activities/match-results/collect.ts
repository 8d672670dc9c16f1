/** One poll of the feed: the response is stored, then every match is brought up to it. */
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import type { Collected, ActivityContext } from './activity-context.ts'
import type { CollectInput } from './inputs.ts'
import { segmentNames } from '../../db/spool/folder.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure } from '../../core/failures.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { followStored, type FollowedMatches } from './follow-stored.ts'
import { countsOf, anomaliesOf, shownBy } from './feed-counts.ts'
import { pollOf, type PollFields } from './follow.ts'
import type { Match } from './match-life.ts'
import { askResults } from './results.ts'
import { resultStatusOf, reportMatches, reportedBefore } from './report-matches.ts'
import type { ResultStatus } from './match-records.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

const SOURCE = 'onexbet'

/**
 * Polls the feed, and from time to time the results service; stores the responses and follows them. While the database
 * is unavailable the polls are spooled, and the file and the log come from the worker's own memory. If the feed fails,
 * earlier polls are still followed, then its failure is thrown.
 */
export async function collectMatches(
  context: ActivityContext,
  { run, derive }: CollectInput,
): Promise<Collected> {
  const [results, polled] = derive
    ? []
    : await Promise.all([askResults(context, run), outcomeOfPoll(() => pollFeed(context, run))])
  const unstored = [...(results?.unstored ?? []), ...(polled?.seen?.unstored ?? [])]
  const followed = await followPolls(context, { runId: run.runId, derive }, unstored)
  // What was followed is reported even if the feed itself failed: the next attempt would find nothing new in it.
  const figures = reportMatches(followed)
  const unwritten = await context.matchesFile.bringForward(context, { ...followed, derive })
  if (polled?.failure !== undefined) throw polled.failure
  const feed = polled?.seen?.counts ?? NOTHING
  const anomalies = polled?.seen === undefined ? [] : anomaliesOf(pollOf(polled.seen.pollRow), followed.all)
  const left = [...anomalies, ...followed.why, ...unwritten]
  const counts = { ...feed, written: feed.written + followed.written, why: [...feed.why, ...left] }
  return {
    counts: left.length > 0 && counts.outcome === 'complete' ? { ...counts, outcome: 'partial' } : counts,
    ...(results && { results: results.counts }),
    figures: { ...figures, duplicates: polled?.seen?.duplicates ?? 0 },
  }
}

interface PolledFeed {
  counts: SourceCounts
  duplicates: number
  pollRow: PollFields
  /** The poll, if it could not be stored. */
  unstored: PollFields[]
}

/** A failure is kept until earlier polls were followed; anything else is a defect, and thrown. */
async function outcomeOfPoll(
  work: () => Promise<PolledFeed>,
): Promise<{ seen?: PolledFeed; failure?: Failure }> {
  try {
    return { seen: await work() }
  } catch (error) {
    if (error instanceof Failure) return { failure: error }
    throw error
  }
}

async function pollFeed(context: ActivityContext, run: CollectInput['run']): Promise<PolledFeed> {
  const { db, onexbet, settings, signal, retryBudget, matchClock } = context
  const seen = await onexbet.live(signal)
  const polledAt = matchClock()
  const pollRow = {
    feed: settings.feed.name,
    kind: 'feed',
    collectedFor: new Date(run.startedAt),
    polledAt,
    ...shownBy(seen),
  }
  const rejected = seen.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: polledAt, runId: run.runId, raw: seen.raw, rejected, retryBudget }
  const { spooled = 0 } = await writeRows(db, { feed_polls: [pollRow] }, options)
  const { duplicates } = seen
  return { counts: countsOf(seen), duplicates, pollRow, unstored: spooled > 0 ? [pollRow] : [] }
}

interface FollowedPolls {
  /** Matches that are now over, or not over any more. */
  turned: Match[]
  /** State of these when they were last reported. */
  before: ReadonlyMap<number, ResultStatus>
  all: ReadonlyMap<number, Match>
  written: number
  /** The tables hold everything known; otherwise polls are in the spool, or the tables could not be read. */
  areTablesWhole: boolean
  why: Reason[]
}

/** In the tables if they can be reached, otherwise in this worker's memory. */
async function followPolls(
  context: ActivityContext,
  { runId, derive }: { runId: string; derive: boolean },
  unstored: PollFields[],
): Promise<FollowedPolls> {
  const { db, unstoredMatches, retryBudget, signal, settings, matchClock } = context
  if (unstored.length === 0) {
    try {
      const known = new Map(unstoredMatches.all())
      // After a long outage there are days to follow: the timeout of one attempt would end each.
      const retryBudgetMs = retryBudget.ms
      const options = { feed: settings.feed.name, runId, signal, clock: matchClock, retryBudgetMs }
      const followed = await followStored(db, options)
      const turned = [...followed.turned].flatMap((id) => followed.matches.get(id) ?? [])
      if (followed.polls > 0) unstoredMatches.remember(followed.matches, matchClock().getTime())
      const isBehind = db.spool !== undefined && segmentNames(db.spool.folder).length > 0
      return {
        turned,
        before: await reportedBefore(context, { runId, derive, turned, known }),
        all: followed.matches,
        written: followed.written,
        // A recompute run follows a drain: whatever is in the spool again came since.
        areTablesWhole: derive || !isBehind,
        why: complaintsOf(followed),
      }
    } catch (error) {
      const failure = databaseFailure(error) ?? error
      if (!isDatabaseUnwritable(failure)) throw failure
      const why = [reason('left-to-next-run', { message: failure.message })]
      return { turned: [], before: new Map(), all: new Map(), written: 0, areTablesWhole: false, why }
    }
  }
  return { ...(await followUnstored(context, unstored)), written: 0, areTablesWhole: false, why: [] }
}

async function followUnstored({ unstoredMatches }: ActivityContext, unstored: PollFields[]) {
  const turned = new Map<number, Match>()
  const before = new Map<number, ResultStatus>()
  for (const row of unstored) {
    const followed = await unstoredMatches.follow(pollOf(row))
    for (const match of followed.turned) {
      const was = followed.before.get(match.eventId)
      if (was !== undefined && !turned.has(match.eventId)) before.set(match.eventId, resultStatusOf(was))
      turned.set(match.eventId, match)
    }
  }
  return { turned: [...turned.values()], before, all: unstoredMatches.all() }
}

function complaintsOf({ tooLate, ahead, refused, left }: FollowedMatches): Reason[] {
  return [
    ...(tooLate > 0 ? [reason('looks-too-late', { matches: tooLate })] : []),
    ...(ahead > 0 ? [reason('looks-ahead', { polls: ahead })] : []),
    ...refused,
    ...(left === undefined ? [] : [reason('left-to-next-run', { message: left })]),
  ]
}
