/** Removes rows that are older than they are to be kept, or all of an old day but the newest, page by page of the table. */
import { sql, type SQL } from 'drizzle-orm'
import { elapsed } from '../../../core/elapsed.ts'
import type { Database } from '../../database.ts'
import type { Kept } from '../../kept.ts'

/** What removing the old rows of a table did. */
export interface RemovedRows {
  table: string
  rows: number
  /** The longest statement, in milliseconds: so long were rows locked. */
  longestMs: number
}

/** A statement begins with so many pages of 8 kB, some ten thousand rows … */
const FIRST_PAGES = 64
/** … takes twice as many next time if it took less than this, and half as many if it took longer than that. */
const SHORT_MS = 50
const LONG_MS = 200
/** Of 2 MB: however fast a statement over pages without old rows is, the next ones may be full of them. */
const MOST_PAGES = 256

/** Which rows of a table go. */
export interface OldRows {
  table: string
  age: string
  where: Kept['where'] | undefined
  /** Those that have a newer one of the same UTC day, with the same values in these columns. Default: all. */
  daily?: Kept['daily']
}

/**
 * Removes the rows of a table whose `age` lies before a moment, which is the beginning of a UTC day. Each statement takes a
 * range of pages and commits, so that no row is locked for long and the table is read once, with any index or none. Rows that
 * move meanwhile are left to the next night.
 */
export async function removeOldRows(
  db: Database,
  { table, age, where, daily }: OldRows,
  { before, signal }: { before: Date; signal: AbortSignal },
): Promise<RemovedRows> {
  const pages = await pagesOf(db, table)
  const removed: RemovedRows = { table, rows: 0, longestMs: 0 }
  const also = where === undefined ? sql`` : sql`and (${sql.raw(where)})`
  const newer = daily === undefined ? sql`` : sql`and ${hasNewer({ table, age, daily })}`
  // Without a type of its own the server reads it as what the column is: a day or a moment.
  const limit = before.toISOString()
  let step = FIRST_PAGES
  for (let from = 0; from < pages;) {
    signal.throwIfAborted()
    const to = Math.min(from + step, pages)
    const startedAt = elapsed()
    const { rowCount } = await db.execute(sql`delete from ${sql.identifier(table)} old
      where old.ctid >= ${`(${from},0)`}::tid and old.ctid < ${`(${to},0)`}::tid and ${sql.identifier(age)} < ${limit} ${also} ${newer}`)
    const ms = elapsed() - startedAt
    removed.rows += rowCount ?? 0
    removed.longestMs = Math.max(removed.longestMs, ms)
    from = to
    step = nextStep(step, ms)
  }
  return removed
}

function hasNewer({ table, age, daily }: { table: string; age: string; daily: readonly string[] }): SQL {
  const at = sql.identifier(age)
  const same = daily.map((name) => sql`and newer.${sql.identifier(name)} = old.${sql.identifier(name)}`)
  return sql`exists (select from ${sql.identifier(table)} newer where newer.${at} > old.${at}
    and newer.${at} < (date_trunc('day', old.${at} at time zone 'UTC') + interval '1 day') at time zone 'UTC'
    ${sql.join(same, sql` `)})`
}

function nextStep(step: number, ms: number): number {
  if (ms > LONG_MS) return Math.max(1, Math.floor(step / 2))
  return ms < SHORT_MS ? Math.min(step * 2, MOST_PAGES) : step
}

async function pagesOf(db: Database, table: string): Promise<number> {
  const { rows } = await db.execute<{ pages: number }>(
    sql`select ceil(pg_relation_size(quote_ident(${table})::regclass) / current_setting('block_size')::float8)::float8 as pages`,
  )
  return rows[0]?.pages ?? 0
}
