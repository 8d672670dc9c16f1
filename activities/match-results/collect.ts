/** One look at the feed: the answer is stored, then every match is brought up to it. */
import { log } from '@temporalio/activity'
import { withPatience } from '../../db/patience.ts'
import { databaseFailure, takesNothing } from '../../db/database.ts'
import { overMatches } from '../../db/queries/matches.ts'
import { segmentNames } from '../../db/spool/folder.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure } from '../../failures.ts'
import { NOTHING, type SourceCounts } from '../../run-outcome.ts'
import type { LiveFeed } from '../../upstreams/onexbet.ts'
import type { CollectInput, Collected } from '../../workflows/match-results.ts'
import { followStored } from './follow-stored.ts'
import { lookOf, type LookRow } from './follow.ts'
import type { StepContext } from './index.ts'
import type { Match } from './match-life.ts'
import { matchOfRow } from './match-rows.ts'
import { lineOf, updateMatchesCsv, writeMatchesCsv } from './matches-csv.ts'
import { askResults } from './results.ts'
import { TOLD, type MatchFigures, type MatchNotOver, type MatchOver } from './told.ts'

const SOURCE = 'onexbet'
const DAY_MS = 24 * 3_600_000

/**
 * Asks the feed, and now and then the results; stores what they told and follows it. While the database is away the looks
 * are spooled, and the file and the log come from what the worker has seen itself. A feed that fails still lets the looks
 * before it be followed, then its failure is thrown.
 */
export async function collectMatches(
  context: StepContext,
  { run, derive }: CollectInput,
): Promise<Collected> {
  const [results, look] = derive
    ? []
    : await Promise.all([askResults(context, run), outcomeOfLook(() => lookAtFeed(context, run))])
  const unstored = [...(results?.unstored ?? []), ...(look?.seen?.unstored ?? [])]
  const followed = await followLooks(context, { runId: run.runId, derive }, unstored)
  // What was followed is news also where the feed itself failed: the next attempt finds nothing new in it.
  tellMatches(followed)
  if (look?.failure !== undefined) throw look.failure
  const feed = look?.seen?.counts ?? NOTHING
  const counts = { ...feed, written: feed.written + followed.written, why: [...feed.why, ...followed.why] }
  return {
    counts:
      followed.why.length > 0 && counts.outcome === 'complete' ? { ...counts, outcome: 'partial' } : counts,
    ...(results && { results: results.counts }),
    figures: { ...figuresOf(followed), duplicates: look?.seen?.duplicates ?? 0 },
  }
}

interface Look {
  counts: SourceCounts
  duplicates: number
  /** The look, where it could not be stored. */
  unstored: LookRow[]
}

/** A failure is kept until what came before it was followed; anything else is a defect, and thrown. */
async function outcomeOfLook(work: () => Promise<Look>): Promise<{ seen?: Look; failure?: Failure }> {
  try {
    return { seen: await work() }
  } catch (error) {
    if (error instanceof Failure) return { failure: error }
    throw error
  }
}

async function lookAtFeed(context: StepContext, run: CollectInput['run']): Promise<Look> {
  const { db, onexbet, settings, signal, patience, matchClock } = context
  const seen = await onexbet.live(signal)
  const polledAt = matchClock()
  const unread = seen.rejected.map(({ row }) => eventIdIn(row))
  const look = {
    feed: settings.feed.name,
    kind: 'feed',
    collectedFor: new Date(run.startedAt),
    polledAt,
    // An event of which not even the id can be read may be any match.
    truncated: seen.truncated || unread.includes(undefined),
    told: seen.sightings,
    unread: unread.filter((id) => id !== undefined),
  }
  const rejected = seen.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: polledAt, runId: run.runId, raw: seen.raw, rejected, patience }
  const { spooled = 0 } = await writeRows(db, { feed_polls: [look] }, options)
  return {
    counts: countsOf(seen),
    duplicates: seen.fetched - seen.sightings.length - seen.others - seen.rejected.length,
    unstored: spooled > 0 ? [look] : [],
  }
}

/** The id of an event that is otherwise not readable. */
function eventIdIn(event: unknown): number | undefined {
  const id = typeof event === 'object' && event !== null && 'I' in event ? event.I : undefined
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined
}

function countsOf({ fetched, rejected, truncated, sightings, why }: LiveFeed): SourceCounts {
  const reasons = [
    ...why,
    ...(truncated
      ? [`truncated: the feed is at its cap of events, ${fetched} came; raise match-results.feed.count`]
      : []),
    ...(rejected.length > 0 ? [`${rejected.length} events refused, see quarantine`] : []),
    ...(sightings.length === 0 ? ['the feed is empty: no match is taken for over because of it'] : []),
  ]
  const outcome = reasons.length > 0 ? 'partial' : 'complete'
  return { outcome, fetched, written: 0, rejected: rejected.length, why: reasons }
}

interface FollowedLooks {
  /** Matches that are now over, or not over any more. */
  turned: Match[]
  all: ReadonlyMap<number, Match>
  written: number
  why: string[]
}

/** In the tables where they can be reached, else in this worker's own memory. */
async function followLooks(
  context: StepContext,
  { runId, derive }: { runId: string; derive: boolean },
  unstored: LookRow[],
): Promise<FollowedLooks> {
  const { db, unstoredMatches, patience, signal, settings, matchClock, dataDir } = context
  if (unstored.length === 0) {
    try {
      const options = { feed: settings.feed.name, runId, signal, clock: matchClock }
      // After a long outage there are days to follow: a bound of one try would end each.
      const followed = await withPatience({ ms: patience.ms, signal }, () => followStored(db, options))
      const turned = [...followed.turned].flatMap((id) => followed.matches.get(id) ?? [])
      if (followed.looks > 0) unstoredMatches.remember(followed.matches, matchClock().getTime())
      // The tables lack what still lies in the spool; the run that follows its drain writes the file.
      const isBehind = db.spool !== undefined && segmentNames(db.spool.folder).length > 0
      if (derive || (turned.length > 0 && !isBehind)) await writeFile(context)
      const tooLate = `${followed.tooLate} matches left as they are: what came late is older than the looks that are kept`
      return {
        turned,
        all: followed.matches,
        written: followed.written,
        why: followed.tooLate > 0 ? [tooLate] : [],
      }
    } catch (error) {
      const failure = databaseFailure(error)
      if (!takesNothing(failure)) throw failure ?? error
      return { turned: [], all: new Map(), written: 0, why: [`left to the next run: ${failure.message}`] }
    }
  }
  const turned: Match[] = []
  for (const look of unstored) turned.push(...(await unstoredMatches.follow(lookOf(look))))
  if (turned.length > 0) updateMatchesCsv(dataDir, turned)
  return { turned, all: unstoredMatches.all(), written: 0, why: [] }
}

/** The file of the last days, from the table. */
export async function writeFile({ db, settings, dataDir, patience, matchClock }: StepContext): Promise<void> {
  const since = new Date(matchClock().getTime() - settings.csv_days * DAY_MS)
  const rows = await withPatience(patience, () => overMatches(db, settings.feed.name, since))
  writeMatchesCsv(
    dataDir,
    rows.map((row) => lineOf(matchOfRow(row, null))),
  )
}

/** A line for each match that this look found over, and at debug level one for each that is not. */
function tellMatches({ turned, all }: FollowedLooks): void {
  for (const match of turned) {
    const { eventId, team1, team2, confidence } = match
    const [score1, score2] = match.score ?? [null, null]
    const told: MatchOver = { eventId, team1, team2, score1, score2, confidence }
    if (match.overAt !== null) log.info(TOLD.over, { ...told })
  }
  for (const match of all.values()) {
    if (match.overAt !== null) continue
    const { eventId, team1, team2, status, state } = match
    const [score1, score2] = match.score ?? [null, null]
    const told: MatchNotOver = { eventId, team1, team2, score1, score2, status, reason: state }
    log.debug(TOLD.notOver, { ...told })
  }
}

function figuresOf({ turned, all }: FollowedLooks): Omit<MatchFigures, 'duplicates'> {
  return {
    confirmed: turned.filter(({ confidence }) => confidence === 'confirmed').length,
    lastSeen: turned.filter(({ confidence }) => confidence === 'last-seen').length,
    open: [...all.values()].filter(({ overAt }) => overAt === null).length,
  }
}
