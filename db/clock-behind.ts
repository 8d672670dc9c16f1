/** How far this machine's clock is behind that of the database. */
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

/**
 * Returns the milliseconds by which this machine's clock is behind the database's; 0 if it is not, or is by less than the
 * answer took. The newest observation wins, so what a clock behind has dated loses against what was stored before.
 */
export async function clockBehindMs(db: Pick<Database, 'execute'>): Promise<number> {
  const { rows } = await db.execute<{ now: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  )
  return Math.max(0, (rows[0]?.now ?? 0) - Date.now())
}
