/** Looks at a feed without asking for them: stored by hand and followed, and what the tables then say. */
import { sql } from 'drizzle-orm'
import { followStored, type FollowedMatches } from '../../../activities/match-results/follow-stored.ts'
import type { Poll } from '../../../activities/match-results/follow.ts'
import { storeRows } from '../../../db/write-rows.ts'
import type { TestDatabase } from '../database.ts'

const RETRY_BUDGET = { ms: 0, signal: new AbortController().signal }

/** Every match and observation as text, without what names the feed, runs and times of writing. */
export interface Tables {
  matches: string[]
  observations: string[]
}

/** Stores polls, as a run or the drain of a spool does. */
export async function storePolls({ db }: TestDatabase, feed: string, polls: readonly Poll[]): Promise<void> {
  for (const { kind, polledAt, truncated, told } of polls) {
    const at = new Date(polledAt)
    const row = { feed, kind, truncated, told, collectedFor: at, polledAt: at }
    await storeRows(
      db,
      { feed_polls: [row] },
      { observedAt: at, runId: `run ${polledAt}`, retryBudget: RETRY_BUDGET },
    )
  }
}

/** Brings the matches up to what is stored. */
export function followPolls({ db }: TestDatabase, feed: string): Promise<FollowedMatches> {
  const { signal } = RETRY_BUDGET
  return followStored(db, { feed, runId: 'follow', signal, clock: () => new Date() })
}

/** The stored polls, in their order. */
export async function storedPolls(database: TestDatabase, feed: string): Promise<Poll[]> {
  const rows = await database.select<{ kind: string; at: string; truncated: boolean; told: Poll['told'] }>(
    sql`select kind, polled_at::text as at, truncated, told from feed_polls where feed = ${feed} order by polled_at, kind`,
  )
  return rows.map(
    ({ kind, at, truncated, told }) => ({ kind, polledAt: Date.parse(at), truncated, told }) as Poll,
  )
}

/** What is derived from a feed's polls. */
export async function tablesOf(database: TestDatabase, feed: string): Promise<Tables> {
  const lines = async (query: ReturnType<typeof sql>) =>
    (await database.select<{ line: string }>(query)).map(({ line }) => line)
  return {
    matches: await lines(
      sql`select (to_jsonb(m) - 'feed' - 'id' - 'run_id' - 'created_at' - 'observed_at' - 'updated_at')::text as line
        from matches m where feed = ${feed} order by event_id`,
    ),
    observations: await lines(
      sql`select (to_jsonb(o) - 'feed' - 'run_id' - 'observed_at')::text as line
        from match_observations o where feed = ${feed} order by event_id, at, source`,
    ),
  }
}
