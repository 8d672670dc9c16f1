/** What the records of runs say of their sources. */
import { sql } from 'drizzle-orm'
import { DAY_MS } from '../../core/durations.ts'
import type { Reason } from '../../core/reason.ts'
import type { Database } from '../database.ts'

/** A failure of longer ago says little of today, and records of every minute are many. */
export const LOOKED_AT_DAYS = 30

/** What is said of a source: one row for each kind of finding, the newest of its kind. */
export interface Told extends Record<string, unknown> {
  pipeline: string
  source: string
  kind: 'rows' | 'failure' | 'last'
  outcome: string
  why: (Reason | string)[]
  at: number
  run: string
}

/**
 * Of each source the newest run with rows that were kept, the newest in which it failed, and the newest of all. A replay is none: it
 * asks nobody.
 */
export async function sourcesTold(db: Database): Promise<Told[]> {
  const since = new Date(Date.now() - LOOKED_AT_DAYS * DAY_MS).toISOString()
  const { rows } = await db.execute<Told>(sql`
    with told as (
      select r.pipeline, source, given ->> 'outcome' as outcome, given -> 'why' as why, r.started_at, r.run_id as run,
        (extract(epoch from r.finished_at) * 1000)::double precision as at,
        (given ->> 'fetched')::bigint > 0 and given ->> 'outcome' <> 'failed' as has_rows,
        given ->> 'outcome' = 'failed' or (given -> 'why')::jsonb @> '[{"code": "failure"}]' as has_failed
      from pipeline_runs r, json_each(r.counts) as each_source(source, given)
      where r.started_at > ${since}::timestamptz and r.finished_at is not null and r.trigger <> 'replay'
    ), kinds as (
      select told.*, kind from told, unnest(array[
        case when has_rows then 'rows' end, case when has_failed then 'failure' end, 'last'
      ]) kind where kind is not null
    )
    select distinct on (pipeline, source, kind) pipeline, source, kind, outcome, why, at, run
    from kinds order by pipeline, source, kind, started_at desc`)
  return rows
}
