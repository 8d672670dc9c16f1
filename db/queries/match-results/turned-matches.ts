/** Which matches a run ended, corrected or reopened: from the evidence, so that it can be said of any run. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'

/** A match that a run changed: its state now, and before that run. */
export interface TurnedMatch extends Record<string, unknown> {
  eventId: number
  team1: string
  team2: string
  score1: number | null
  score2: number | null
  confidence: 'confirmed' | 'last-seen' | null
  /** Of the observation before the first one that is the run's; all null if there is none. */
  was1: number | null
  was2: number | null
  wasConfidence: 'confirmed' | 'last-seen' | null
}

export interface OfRun {
  feed: string
  runId: string
  eventIds: readonly number[]
}

/**
 * Returns those of the given matches whose newest change, and evidence, belong to the run; those over longest first.
 */
export async function turnedMatches(db: Database, { feed, runId, eventIds }: OfRun): Promise<TurnedMatch[]> {
  const { rows } = await db.execute<TurnedMatch>(sql`
    select m.event_id::float8 as "eventId", m.team1, m.team2, m.score1, m.score2, m.confidence,
      was.score1 as was1, was.score2 as was2,
      case when was.score1 is null then null
        when was.state in ('ended', 'settled') then 'confirmed'
        when was.state = 'vanished' then 'last-seen' end as "wasConfidence"
    from matches m
    cross join lateral (
      select min(o.at) as at from match_observations o
      where o.feed = m.feed and o.event_id = m.event_id and o.run_id = ${runId}) own
    left join lateral (
      select o.state, o.score1, o.score2 from match_observations o
      where o.feed = m.feed and o.event_id = m.event_id and o.at < own.at
      order by o.at desc, o.source desc limit 1) was on true
    where m.feed = ${feed} and m.run_id = ${runId} and own.at is not null
      and m.event_id = any (${sql.param([...eventIds])}::bigint[])
    order by m.over_at, m.event_id`)
  return rows
}
