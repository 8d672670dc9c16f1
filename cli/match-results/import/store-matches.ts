/** Stores imported matches, each with one observation, where no collected match and no newer import stands. */
import pMap from 'p-map'
import type { Match } from '../../../activities/match-results/match-life.ts'
import { rowOfMatch } from '../../../activities/match-results/match-rows.ts'
import { standingMatches } from '../../../db/queries/match-results/imported-matches.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { Stored } from '../../import/import-lines.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import type { ImportedMatch } from './match-lines.ts'

/** Days written at once; each is a transaction of few rows, and most of its time is the commit. */
const DAYS_AT_ONCE = 4

/** Where matches go, and the feed that their event ids belong to. */
export interface MatchTarget extends ImportTarget {
  feed: string
}

/**
 * Stores matches. One that was collected here stays as it is; of several lines of one match the newest stands, whichever
 * file it came from and however often it comes, so that a repeated import writes nothing.
 */
export async function storeMatches(target: MatchTarget, imported: ImportedMatch[]): Promise<Stored> {
  const { db, feed, runId } = target
  const newest = newestOfEach(imported)
  const standing = await standingMatches(db, { feed, eventIds: [...newest.keys()], importRunId: runId })
  const isCollected = ({ match }: ImportedMatch) => standing.get(match.eventId)?.isCollected === true
  const isNews = ({ match }: ImportedMatch) => {
    const stands = standing.get(match.eventId)
    return stands === undefined || (!stands.isCollected && stands.lastSeenAt.getTime() < match.lastSeenAt)
  }
  const news = [...newest.values()].filter(isNews)
  await writeDays(target, news)
  return {
    written: news.length,
    skipped: { 'the match was collected here, which stands': imported.filter(isCollected).length },
  }
}

/** The old table had no unique key: one event may stand there several times. */
function newestOfEach(imported: ImportedMatch[]): Map<number, ImportedMatch> {
  const newest = new Map<number, ImportedMatch>()
  for (const line of imported) {
    const { eventId, lastSeenAt } = line.match
    const known = newest.get(eventId)
    if (known === undefined || known.match.lastSeenAt < lastSeenAt) newest.set(eventId, line)
  }
  return newest
}

/** A match counts as observed when its UTC day began: whatever is collected of it on that day or later outranks it. */
async function writeDays(
  { db, feed, runId, patience }: MatchTarget,
  imported: ImportedMatch[],
): Promise<void> {
  const days = new Map<string, ImportedMatch[]>()
  for (const line of imported) {
    const day = new Date(line.match.lastSeenAt).toISOString().slice(0, 'YYYY-MM-DD'.length)
    const others = days.get(day)
    if (others === undefined) days.set(day, [line])
    else others.push(line)
  }
  await pMap(
    days,
    ([day, ofDay]) => {
      const rows = {
        matches: ofDay.map(({ match }) => rowOfMatch(feed, match)),
        match_observations: ofDay.map((line) => observationOf(feed, line)),
      }
      return writeRows(db, rows, { observedAt: new Date(`${day}T00:00:00Z`), runId, patience })
    },
    { concurrency: DAYS_AT_ONCE },
  )
}

/** What the file told of the match: the evidence for its state. */
function observationOf(
  feed: string,
  { match, oddsAtEnd }: ImportedMatch,
): WritableRows['match_observations'] {
  const { eventId, state, status, score }: Match = match
  return {
    feed,
    eventId,
    state,
    status,
    elapsedS: null,
    at: new Date(match.firstSeenAt),
    source: 'import',
    score1: score?.[0] ?? null,
    score2: score?.[1] ?? null,
    odds1: oddsAtEnd?.one ?? null,
    oddsX: oddsAtEnd?.x ?? null,
    odds2: oddsAtEnd?.two ?? null,
  }
}
