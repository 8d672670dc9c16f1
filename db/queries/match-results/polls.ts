/** The polls of a feed. */
import { and, eq, max } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { feedPolls } from '../../schema/match-results.ts'

/** Returns when the newest response of the feed came; undefined if none is stored. */
export async function newestPollAt(db: Database, feed: string): Promise<Date | undefined> {
  const [newest] = await db
    .select({ at: max(feedPolls.polledAt) })
    .from(feedPolls)
    .where(and(eq(feedPolls.feed, feed), eq(feedPolls.kind, 'feed')))
  return newest?.at ?? undefined
}
