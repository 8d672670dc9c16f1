/** Rejected rows, as the table `quarantine` keeps them. */
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'

/** Rows of one source that were rejected for one reason. */
export interface RejectedGroup {
  source: string
  reason: string
  rows: number
  newestAt: Date
  newestId: number
}

/** A rejected row, and the run that it was rejected by; null where that has no record any more. */
export interface RejectedRecord {
  id: number
  source: string
  reason: string
  row: unknown
  observedAt: Date
  runId: string
  pipeline: string | null
  workflowId: string | null
  /** Addresses of stored responses of that run and source, at most ten. */
  urls: string[]
}

/** Rejected rows by source and reason, the newest first. */
export async function rejectedGroups(db: Database): Promise<RejectedGroup[]> {
  const { rows } = await db.execute<{
    source: string
    reason: string
    rows: number
    at: string
    id: string
  }>(sql`
    select source, reason, count(*)::int as rows, max(observed_at) as at, (array_agg(id order by observed_at desc, id desc))[1] as id
    from quarantine group by source, reason order by max(observed_at) desc, source, reason`)
  return rows.map(({ source, reason, rows: count, at, id }) => ({
    source,
    reason,
    rows: count,
    newestAt: new Date(at),
    newestId: Number(id),
  }))
}

/** The rejected row with this number; undefined if there is none. */
export async function rejectedRow(db: Database, id: number): Promise<RejectedRecord | undefined> {
  const { rows } = await db.execute(sql`
    select q.id::int as id, q.source, q.reason, q."row", q.observed_at as "observedAt", q.run_id as "runId", r.pipeline,
      r.workflow_id as "workflowId",
      array(select url from raw_payloads p where p.run_id = q.run_id and p.source = q.source order by url limit 10) as urls
    from quarantine q left join pipeline_runs r on r.run_id = q.run_id where q.id = ${id}`)
  const [found] = rows
  if (found === undefined) return undefined
  return { ...(found as unknown as RejectedRecord), observedAt: new Date(found.observedAt as string) }
}

/** Which rejected rows: those with these numbers, or those of a source, for a reason and from before a moment. */
export type RejectedChoice =
  { ids: readonly number[] } | { source?: string | undefined; reason?: string | undefined; before?: Date }

/** Removes rejected rows; returns how many. */
export async function dropRejected(db: Database, choice: RejectedChoice): Promise<number> {
  const chosen =
    'ids' in choice
      ? sql`id = any(${sql.param(choice.ids)}::bigint[])`
      : sql`(${choice.source ?? null}::text is null or source = ${choice.source ?? null})
          and (${choice.reason ?? null}::text is null or reason = ${choice.reason ?? null})
          and (${choice.before?.toISOString() ?? null}::timestamptz is null or observed_at < ${choice.before?.toISOString() ?? null}::timestamptz)`
  const { rowCount } = await db.execute(sql`delete from quarantine where ${chosen}`)
  return rowCount ?? 0
}
