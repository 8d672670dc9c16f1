/**
 * Times ahead of the database's clock. The newest observation wins, so a row that a wrong clock dated a month ahead would
 * outrank every right one for a month: such rows are refused when they are written, and stored ones count as the oldest.
 */
import { sql, type SQL } from 'drizzle-orm'
import { MINUTE_MS } from '../core/durations.ts'

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
