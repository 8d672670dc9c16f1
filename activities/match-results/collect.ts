/** One poll of the feed: the response is stored, then every match is brought up to it. */
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import type { CollectInput, Collected, ActivityContext } from './activity-context.ts'
import { segmentNames } from '../../db/spool/folder.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure } from '../../core/failures.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { followStored, type FollowedMatches } from './follow-stored.ts'
import { countsOf, doubtOf, namelessIn, unreadIn } from './feed-counts.ts'
import { lookOf, type LookRow } from './follow.ts'
import type { Match } from './match-life.ts'
import { askResults } from './results.ts'
import { standingOf, tellMatches, toldBefore } from './tell-matches.ts'
import type { Standing } from './told.ts'
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
  const [results, look] = derive
    ? []
    : await Promise.all([askResults(context, run), outcomeOfLook(() => lookAtFeed(context, run))])
  const unstored = [...(results?.unstored ?? []), ...(look?.seen?.unstored ?? [])]
  const followed = await followLooks(context, { runId: run.runId, derive }, unstored)
  // What was followed is reported even if the feed itself failed: the next attempt would find nothing new in it.
  const figures = tellMatches(followed)
  const unwritten = await context.matchesFile.bringForward(context, { ...followed, derive })
  if (look?.failure !== undefined) throw look.failure
  const feed = look?.seen?.counts ?? NOTHING
  const doubts = look?.seen === undefined ? [] : doubtOf(lookOf(look.seen.look), followed.all)
  const left = [...doubts, ...followed.why, ...unwritten]
  const counts = { ...feed, written: feed.written + followed.written, why: [...feed.why, ...left] }
  return {
    counts: left.length > 0 && counts.outcome === 'complete' ? { ...counts, outcome: 'partial' } : counts,
    ...(results && { results: results.counts }),
    figures: { ...figures, duplicates: look?.seen?.duplicates ?? 0 },
  }
}

interface Look {
  counts: SourceCounts
  duplicates: number
  look: LookRow
  /** The poll, if it could not be stored. */
  unstored: LookRow[]
}

/** A failure is kept until earlier polls were followed; anything else is a defect, and thrown. */
async function outcomeOfLook(work: () => Promise<Look>): Promise<{ seen?: Look; failure?: Failure }> {
  try {
    return { seen: await work() }
  } catch (error) {
    if (error instanceof Failure) return { failure: error }
    throw error
  }
}

async function lookAtFeed(context: ActivityContext, run: CollectInput['run']): Promise<Look> {
  const { db, onexbet, settings, signal, retryBudget, matchClock } = context
  const seen = await onexbet.live(signal)
  const polledAt = matchClock()
  const look = {
    feed: settings.feed.name,
    kind: 'feed',
    collectedFor: new Date(run.startedAt),
    polledAt,
    // An event without a readable id may be any match.
    truncated: seen.truncated || namelessIn(seen) > 0,
    told: seen.sightings,
    unread: unreadIn(seen),
  }
  const rejected = seen.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: polledAt, runId: run.runId, raw: seen.raw, rejected, retryBudget }
  const { spooled = 0 } = await writeRows(db, { feed_polls: [look] }, options)
  const { duplicates } = seen
  return { counts: countsOf(seen), duplicates, look, unstored: spooled > 0 ? [look] : [] }
}

interface FollowedLooks {
  /** Matches that are now over, or not over any more. */
  turned: Match[]
  /** State of these when they were last reported. */
  before: ReadonlyMap<number, Standing>
  all: ReadonlyMap<number, Match>
  written: number
  /** The tables hold everything known; otherwise polls are in the spool, or the tables could not be read. */
  areTablesWhole: boolean
  why: Reason[]
}

/** In the tables if they can be reached, otherwise in this worker's memory. */
async function followLooks(
  context: ActivityContext,
  { runId, derive }: { runId: string; derive: boolean },
  unstored: LookRow[],
): Promise<FollowedLooks> {
  const { db, unstoredMatches, retryBudget, signal, settings, matchClock } = context
  if (unstored.length === 0) {
    try {
      const known = new Map(unstoredMatches.all())
      // After a long outage there are days to follow: the timeout of one attempt would end each.
      const retryBudgetMs = retryBudget.ms
      const options = { feed: settings.feed.name, runId, signal, clock: matchClock, retryBudgetMs }
      const followed = await followStored(db, options)
      const turned = [...followed.turned].flatMap((id) => followed.matches.get(id) ?? [])
      if (followed.looks > 0) unstoredMatches.remember(followed.matches, matchClock().getTime())
      const isBehind = db.spool !== undefined && segmentNames(db.spool.folder).length > 0
      return {
        turned,
        before: await toldBefore(context, { runId, derive, turned, known }),
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

async function followUnstored({ unstoredMatches }: ActivityContext, unstored: LookRow[]) {
  const turned = new Map<number, Match>()
  const before = new Map<number, Standing>()
  for (const look of unstored) {
    const followed = await unstoredMatches.follow(lookOf(look))
    for (const match of followed.turned) {
      const was = followed.before.get(match.eventId)
      if (was !== undefined && !turned.has(match.eventId)) before.set(match.eventId, standingOf(was))
      turned.set(match.eventId, match)
    }
  }
  return { turned: [...turned.values()], before, all: unstoredMatches.all() }
}

function complaintsOf({ tooLate, refused, left }: FollowedMatches): Reason[] {
  return [
    ...(tooLate > 0 ? [reason('looks-too-late', { matches: tooLate })] : []),
    ...refused,
    ...(left === undefined ? [] : [reason('left-to-next-run', { message: left })]),
  ]
}
