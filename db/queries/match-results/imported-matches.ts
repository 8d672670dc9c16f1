/** What an import of matches must not overwrite. */
import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { matches } from '../../schema/match-results.ts'

/** A match that is already stored. */
export interface StoredMatch {
  eventId: number
  lastSeenAt: Date
  /** Collected here, and not only imported. */
  isCollected: boolean
}

/** Returns those of these matches of a feed that are stored; `importRunId` is the run that imported rows name. */
export async function storedMatches(
  db: Database,
  { feed, eventIds, importRunId }: { feed: string; eventIds: number[]; importRunId: string },
): Promise<Map<number, StoredMatch>> {
  const rows = await db
    .select({
      eventId: matches.eventId,
      lastSeenAt: matches.lastSeenAt,
      // A sighting that changes nothing keeps the import's run; its observation shows it. Columns of a query on one
      // table are written without its name, and would here be those of the observation itself: so it is written out.
      isCollected: sql<boolean>`(${matches.runId} <> ${importRunId} or exists(select from match_observations seen
        where seen.feed = matches.feed and seen.event_id = matches.event_id and seen.source <> 'import'))`,
    })
    .from(matches)
    .where(and(eq(matches.feed, feed), sql`${matches.eventId} = any(${sql.param(eventIds)}::bigint[])`))
  return new Map(rows.map((row) => [row.eventId, row]))
}
