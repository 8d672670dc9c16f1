/** Stores imported matches, each with one observation, unless a collected match or a newer import exists. */
import type { Match } from '../../../activities/match-results/match-life.ts'
import { rowOfMatch } from '../../../activities/match-results/match-rows.ts'
import { storedMatches } from '../../../db/queries/match-results/imported-matches.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import type { Stored } from '../../import/import-rows.ts'
import { writePeriods, type ImportTarget } from '../../import/write-periods.ts'
import { dayOf } from '../../import/line-values.ts'
import type { ImportedMatch } from './match-lines.ts'

/** Target of the matches, and the feed that their event ids belong to. */
export interface MatchTarget extends ImportTarget {
  feed: string
}

/**
 * Stores matches. A match collected here stays unchanged; of several lines of one match the newest is kept, whichever
 * file it came from and however often it comes, so that a repeated import writes nothing.
 */
export async function storeMatches(target: MatchTarget, imported: ImportedMatch[]): Promise<Stored> {
  const { db, feed, runId } = target
  const newest = newestOfEach(imported)
  const stored = await storedMatches(db, { feed, eventIds: [...newest.keys()], importRunId: runId })
  const isCollected = ({ match }: ImportedMatch) => stored.get(match.eventId)?.isCollected === true
  const isNews = ({ match }: ImportedMatch) => {
    const stands = stored.get(match.eventId)
    return stands === undefined || (!stands.isCollected && stands.lastSeenAt.getTime() < match.lastSeenAt)
  }
  const news = [...newest.values()].filter(isNews)
  await writePeriods(
    target,
    news,
    // Whatever is collected of a match on that day or later outranks it.
    ({ match }) => dayOf(new Date(match.lastSeenAt)),
    (ofDay) => ({
      matches: ofDay.map(({ match }) => rowOfMatch(feed, match)),
      match_observations: ofDay.map((line) => observationOf(feed, line)),
    }),
  )
  return {
    written: news.length,
    skipped: { 'the match was collected here and is kept': imported.filter(isCollected).length },
  }
}

/** The old table had no unique key: one event may occur several times. */
function newestOfEach(imported: ImportedMatch[]): Map<number, ImportedMatch> {
  const newest = new Map<number, ImportedMatch>()
  for (const line of imported) {
    const { eventId, lastSeenAt } = line.match
    const known = newest.get(eventId)
    if (known === undefined || known.match.lastSeenAt < lastSeenAt) newest.set(eventId, line)
  }
  return newest
}

/** What the file states about the match: the evidence for its state. */
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
