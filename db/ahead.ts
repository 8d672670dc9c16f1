/**
 * Times ahead of the database's clock. The newest observation wins, so a row that a wrong clock dated a month ahead would
 * outrank every right one for a month: such rows are refused when they are written, and stored ones count as the oldest.
 */
import { sql, type SQL } from 'drizzle-orm'
import { MINUTE_MS } from '../core/durations.ts'
import { Failure } from '../core/failures.ts'
import { span } from '../wording/text.ts'
import type { Database } from './database.ts'

/**
 * Synchronised clocks differ by less than a second, clocks set by hand by some seconds. A row this far ahead outranks
 * right ones for one poll of the most frequent pipeline at most.
 */
export const CLOCK_TOLERANCE_MS = MINUTE_MS

/** The database's clock, not the start of the transaction: one that takes minutes would refuse its own rows. */
const LATEST = `(clock_timestamp() + interval '${CLOCK_TOLERANCE_MS} milliseconds')`

/** The SQL condition that a `timestamptz` column lies ahead. */
export const ahead = (column: string): string => `(${column} > ${LATEST})`

/** The SQL condition that a `date` column lies ahead: a UTC day that has not begun. */
export const dayAhead = (column: string): string => `(${column} > (${LATEST} at time zone 'UTC')::date)`

/** A time of this machine's clock as a value to store: never later than the database's clock. */
export const notAhead = (time: Date): SQL<Date> =>
  sql<Date>`least(${time.toISOString()}::timestamptz, clock_timestamp())`

/** Throws `ClockAhead` if a time lies ahead of the database's clock. */
export async function refuseAhead(db: Pick<Database, 'execute'>, time: Date): Promise<void> {
  const { rows } = await db.execute<{ ms: number }>(
    sql`select (extract(epoch from ${time.toISOString()}::timestamptz - clock_timestamp()) * 1000)::float8 as ms`,
  )
  const aheadMs = rows[0]?.ms ?? 0
  if (aheadMs <= CLOCK_TOLERANCE_MS) return
  throw new Failure(
    'ClockAhead',
    `${time.toISOString().slice(0, 19)}Z lies ${span(aheadMs)} ahead of the database's clock; rows with such a time ` +
      'would outrank right ones until then. Correct the clock of this machine, or that of the database server ' +
      '(systemd: timedatectl set-ntp true).',
  )
}
