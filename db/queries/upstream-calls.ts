/** How upstreams answered: all calls, and those of the last day. */
import { sql, type SQL } from 'drizzle-orm'
import type { CountedCalls } from '../../core/upstream-calls.ts'
import type { Database } from '../database.ts'
import { upstreamCalls } from '../schema/index.ts'

const KEY = 'client, quota, status, within_s'
const SUMS = ['calls', 'retries', 'seconds']
const ADDED = SUMS.map((name) => `${name} = t.${name} + excluded.${name}`).join(', ')

/** The statements that add them to all calls and to those of this hour. */
export function callsInto(calls: readonly CountedCalls[]): { all: SQL; hours: SQL } {
  // JSON has no infinite number; the database reads its name.
  const rows = calls.map(({ withinS, ...one }) => ({ ...one, within_s: String(withinS) }))
  const given = sql`json_populate_recordset(null::upstream_calls, ${JSON.stringify(rows)})`
  const columns = sql.raw(`${KEY}, ${SUMS.join(', ')}`)
  return {
    all: sql`insert into upstream_calls as t (${columns}) select ${columns} from ${given}
      on conflict (${sql.raw(KEY)}) do update set ${sql.raw(ADDED)} returning 1`,
    hours: sql`insert into upstream_call_hours as t (hour, ${columns})
      select date_trunc('hour', clock_timestamp(), 'UTC'), ${columns} from ${given}
      on conflict (hour, ${sql.raw(KEY)}) do update set ${sql.raw(ADDED)}`,
  }
}

/** Returns all calls since they are counted. */
export const allCalls = (db: Database): Promise<CountedCalls[]> =>
  db.select().from(upstreamCalls).orderBy(upstreamCalls.client, upstreamCalls.quota, upstreamCalls.status)

/** Returns those of this hour and the 23 before, by the clock of the database. */
export async function callsOfLastDay(db: Database): Promise<CountedCalls[]> {
  const { rows } = await db.execute<Record<keyof CountedCalls, never>>(sql`
    select client, quota, status, within_s as "withinS", sum(calls)::float8 as calls, sum(retries)::float8 as retries,
      sum(seconds) as seconds
    from upstream_call_hours where hour > now() - interval '24 hours' group by ${sql.raw(KEY)}`)
  return rows
}
