/** Matches that are over, read in pieces: a month has some 65,000. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'

/** What a line of `matches.csv` is made from; numbers of eight bytes and times come as text. */
export interface OverRow extends Record<string, unknown> {
  first_seen_at: string
  event_id: string
  league: string
  team1: string
  team2: string
  odds_1: number | null
  odds_x: number | null
  odds_2: number | null
  score1: number | null
  score2: number | null
  status: string | null
  confidence: string
}

/** Rows of one piece: reading and rendering this many delays other activities by some hundredths of a second. */
const PIECE_ROWS = 1_000

/** Whether a match of this feed was over from a moment on. */
export async function isAnyOver(db: Database, feed: string, since: Date): Promise<boolean> {
  const { rows } = await db.execute<{ found: boolean }>(
    sql`select exists(select from matches where ${isOver(feed, since)}) as found`,
  )
  return rows[0]?.found ?? false
}

/**
 * Passes the matches that were over from a moment on to `each`, in the order in which they were first seen, as the
 * table has them at one moment. A cursor, since every page would sort all of them again. Throws what `each` throws, and
 * when the signal ends it.
 */
export async function eachPieceOfOver(
  db: Database,
  { feed, since, signal }: { feed: string; since: Date; signal: AbortSignal },
  each: (rows: OverRow[]) => Promise<void>,
): Promise<void> {
  await db.transaction(
    async (tx) => {
      await tx.execute(sql`declare over_matches no scroll cursor for
        select timestamp_utc::text as first_seen_at, event_id, league, team1, team2, odds_1, odds_x, odds_2,
          score1, score2, status, confidence
        from matches where ${isOver(feed, since)} order by timestamp_utc, event_id`)
      for (let count = PIECE_ROWS; count === PIECE_ROWS;) {
        signal.throwIfAborted()
        const { rows } = await tx.execute<OverRow>(
          sql`fetch ${sql.raw(String(PIECE_ROWS))} from over_matches`,
        )
        await each(rows)
        count = rows.length
      }
    },
    { accessMode: 'read only' },
  )
}

const isOver = (feed: string, since: Date) =>
  sql`feed = ${feed} and confidence is not null and over_at >= ${since.toISOString()}::timestamptz`
