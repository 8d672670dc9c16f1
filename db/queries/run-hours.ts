/** Records of a pipeline that runs every minute, summed per hour. */
import { sql } from 'drizzle-orm'
import { HOUR_MS } from '../../core/durations.ts'
import type { Database } from '../database.ts'

/**
 * Replaces the records of complete scheduled runs that started before a moment, and what came of their checks, by one row
 * per hour; everything else (partial, failed, manual) keeps its record. Whole hours only, so that an hour is summed once.
 */
export async function rollUpRuns(db: Database, pipeline: string, before: Date): Promise<void> {
  await db.execute(sql`with old as (
      delete from pipeline_runs where pipeline = ${pipeline} and outcome = 'complete' and trigger = 'schedule'
        and started_at < date_trunc('hour', ${before.toISOString()}::timestamptz, 'UTC') returning run_id, started_at, counts
    ), checked as (
      delete from check_results where run_id in (select run_id from old)
    ), sums as (
      select date_trunc('hour', started_at, 'UTC') as hour, count(*)::int as runs, sum(told.fetched)::bigint as fetched,
        sum(told.written)::bigint as written, sum(told.rejected)::bigint as rejected
      from old cross join lateral (
        select coalesce(sum((value->>'fetched')::bigint), 0) as fetched, coalesce(sum((value->>'written')::bigint), 0) as written,
          coalesce(sum((value->>'rejected')::bigint), 0) as rejected from json_each(counts)
      ) told group by 1
    )
    insert into pipeline_run_hours as kept (pipeline, hour, runs, fetched, written, rejected)
    select ${pipeline}, hour, runs, fetched, written, rejected from sums
    on conflict (pipeline, hour) do update set runs = kept.runs + excluded.runs, fetched = kept.fetched + excluded.fetched,
      written = kept.written + excluded.written, rejected = kept.rejected + excluded.rejected`)
}

/** Runs whose records were summed, and the moment before which they started. */
export interface RolledUpRuns {
  pipeline: string
  runs: number
  before: Date
}

/** Returns the runs that no longer have a record, of one pipeline or of all; none for a pipeline without any. */
export async function rolledUpRuns(db: Database, pipeline?: string): Promise<RolledUpRuns[]> {
  const ofPipeline = pipeline === undefined ? sql`` : sql`where pipeline = ${pipeline}`
  const result = await db.execute<{ pipeline: string; runs: string; last_hour_ms: string }>(sql`
    select pipeline, sum(runs) as runs, extract(epoch from max(hour))::bigint * 1000 as last_hour_ms
    from pipeline_run_hours ${ofPipeline} group by pipeline order by pipeline`)
  return result.rows.map((row) => ({
    pipeline: row.pipeline,
    runs: Number(row.runs),
    before: new Date(Number(row.last_hour_ms) + HOUR_MS),
  }))
}

/** How many runs of a pipeline have ended in one way, those that no longer have a record among them. */
export interface EndedRunTotal extends Record<string, unknown> {
  pipeline: string
  outcome: string
  runs: number
}

/** Counts all runs that have ended; only complete ones lose their record. */
export async function endedRunTotals(db: Database): Promise<EndedRunTotal[]> {
  const { rows } = await db.execute<EndedRunTotal>(sql`
    select pipeline, outcome, sum(runs)::double precision as runs from (
      select pipeline, outcome, count(*) as runs from pipeline_runs where finished_at is not null group by 1, 2
      union all
      select pipeline, 'complete', sum(runs) from pipeline_run_hours group by 1
    ) ended group by 1, 2 order by 1, 2`)
  return rows
}
