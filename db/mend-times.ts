/**
 * Rows that lie ahead of the database's clock, which was wrong when they were written, or is corrected since. Collecting
 * overwrites what it sees again; the rest is found here, and mended.
 */
import { sql } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { ahead, dayAhead } from './ahead.ts'
import type { Database } from './database.ts'
import * as schema from './schema/index.ts'
import { WRITABLE_TABLES } from './writable-tables.ts'
import type { Writable } from './writable.ts'

/** Rows of one table that lie ahead. */
export interface RowsAhead {
  table: string
  /** Rows about a day or a moment that has not come: mending removes them. */
  removed: number
  /** Rows that were seen at such a time: mending sets the time to now, so that the next observation outranks them. */
  reset: number
}

/** What may lie ahead in a table, as SQL. */
interface TableTimes {
  table: string
  /** Condition of the rows to remove. */
  keyAhead: string | undefined
  /** Columns to reset, and the condition of the rows. */
  columns: string[]
  rowAhead: string | undefined
}

/** Counts the rows that lie ahead, in every table that has some. */
export async function timesAhead(db: Database): Promise<RowsAhead[]> {
  const found = await Promise.all(
    tableTimes().map(async ({ table, keyAhead = 'false', rowAhead = 'false' }) => {
      const { rows } = await db.execute<{ removed: number; reset: number }>(
        sql.raw(`select count(*) filter (where ${keyAhead})::int as removed,
          count(*) filter (where ${rowAhead} and not ${keyAhead})::int as reset
          from "${table}" where ${keyAhead} or ${rowAhead}`),
      )
      return { table, removed: 0, reset: 0, ...rows[0] }
    }),
  )
  return found.filter(({ removed, reset }) => removed + reset > 0)
}

/** Mends all of them in one transaction; returns what was done. */
export async function mendTimes(db: Database): Promise<RowsAhead[]> {
  return db.transaction(async (tx) => {
    const found = await timesAhead(tx)
    for (const { table, keyAhead, columns, rowAhead } of tableTimes()) {
      if (!found.some((one) => one.table === table)) continue
      if (keyAhead !== undefined) await tx.execute(sql.raw(`delete from "${table}" where ${keyAhead}`))
      if (rowAhead === undefined) continue
      const resets = columns.map((name) => `"${name}" = least("${name}", clock_timestamp())`)
      await tx.execute(sql.raw(`update "${table}" set ${resets.join(', ')} where ${rowAhead}`))
    }
    return found
  })
}

/** Every table with a column of its own time. */
function tableTimes(): TableTimes[] {
  return Object.values(schema)
    .filter((one) => one instanceof PgTable)
    .map(timesOf)
    .filter(({ keyAhead, rowAhead }) => keyAhead !== undefined || rowAhead !== undefined)
}

function timesOf(drizzleTable: PgTable): TableTimes {
  const { name: table, columns } = getTableConfig(drizzleTable)
  const writable: Writable | undefined = Object.values<Writable>(WRITABLE_TABLES).find(
    (one) => one.name === table,
  )
  const keys = new Set(writable?.key.map(({ name }) => name))
  const keyAhead = (writable?.key ?? [])
    .filter(({ name }) => name !== writable?.due)
    .flatMap(({ name, type }) => {
      if (type === 'date') return [dayAhead(`"${name}"`)]
      return type === MOMENT ? [ahead(`"${name}"`)] : []
    })
  const moments = columns
    .filter(
      (column) => column.getSQLType() === MOMENT && column.generated === undefined && !keys.has(column.name),
    )
    .map(({ name }) => name)
  // Of computed rows the other times are results; of final ones nothing may change.
  const reset = writable?.final
    ? []
    : writable?.derived
      ? moments.filter((name) => name === OBSERVED)
      : moments
  // Beside an observation in the past a time may rightly lie ahead, such as the next attempt.
  const telling = reset.includes(OBSERVED) ? [OBSERVED] : reset
  return {
    table,
    keyAhead: anyOf(keyAhead),
    columns: reset,
    rowAhead: anyOf(telling.map((name) => ahead(`"${name}"`))),
  }
}

const MOMENT = 'timestamp with time zone'
const OBSERVED = 'observed_at'

const anyOf = (conditions: string[]) => (conditions.length === 0 ? undefined : `(${conditions.join(' or ')})`)
