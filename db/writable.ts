/** What the writer needs to know about a table: its name, columns and natural key. */
import type { SQL } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import type { ChangeRule } from '../core/plausibility.ts'

interface WritableColumn {
  /** Property in a row, column in SQL, and SQL type of one value. */
  property: string
  name: string
  type: string
}

export interface Writable {
  name: string
  key: WritableColumn[]
  /** Columns that an upsert may change, without `observed_at` and `run_id`. */
  data: WritableColumn[]
  /** Those of `data` in which a difference changes the row; the others only follow the time. */
  compared: WritableColumn[]
  /** A stored row never changes, unless its response is read again. */
  final: boolean
  /** A later activity computes from its rows, and marks those that it has followed. */
  followed: boolean
  /** Key column that may lie in the future, such as the hour that a forecast is for. */
  due: string | undefined
  /**
   * Rows computed from stored ones: an activity that cannot reach the database has none, and they are never spooled.
   */
  derived: boolean
  numbers: Numbers
  resolve: Resolve | undefined
}

/** A row of a call that waited in the spool. */
export type LateRow = Record<string, unknown>

/**
 * Returns rows that waited in the spool as they must be stored now: what they refer to may have another key meanwhile. `call`
 * has all rows of their call, by table.
 */
export type Resolve = (
  tx: { execute(statement: SQL): Promise<{ rows: LateRow[] }> },
  rows: readonly LateRow[],
  call: Readonly<Record<string, readonly LateRow[]>>,
) => Promise<LateRow[]>

/**
 * By SQL name, how a change of each number is judged: the rule by which an upstream's value is believed, or why it has none.
 * One text is the reason of all numbers of a table.
 */
export type Numbers = string | Readonly<Record<string, ChangeRule | string>>

/** Properties of a row that the writer, the database or a later activity fills. */
type OwnColumns = 'id' | 'createdAt' | 'updatedAt' | 'followedAt' | 'firstSeen' | 'observedAt' | 'runId'

declare const ROW: unique symbol

/** A writable table that remembers the type of its rows. */
export type WritableOf<Table extends PgTable> = Writable & { [ROW]?: Omit<Table['$inferInsert'], OwnColumns> }

/** The rows that a writable table takes. */
export type RowOf<W> = W extends { [ROW]?: infer Row } ? NonNullable<Row> : never

/** The same by SQL name. */
const OWN = new Set(['id', 'created_at', 'updated_at', 'followed_at', 'first_seen', 'observed_at', 'run_id'])

/**
 * Describes a table for `writeRows`; `key` lists the properties of its natural key, `times` those of its columns that
 * move with every observation and are no change in themselves, `final` says that its rows never change, `derived` that
 * they follow from stored rows alone, `due` which key column may lie in the future, `numbers` how changes are judged, and
 * `resolve` what becomes of rows that waited in the spool.
 */
export function writable<Table extends PgTable, Property extends keyof Table['_']['columns'] & string>(
  table: Table,
  key: Property[],
  { times = [], final = false, derived = false, due, numbers = {}, resolve }: WritableOptions<Property> = {},
): WritableOf<Table> {
  const { name, columns } = getTableConfig(table)
  const described = Object.entries(table)
    .filter((entry): entry is [string, PgColumn] => columns.includes(entry[1] as PgColumn))
    .filter(([, column]) => !OWN.has(column.name))
    .map(([property, column]) => ({ property, name: column.name, type: column.getSQLType() }))
  const among = (list: string[]) => (column: WritableColumn) => list.includes(column.property)
  const data = described.filter((column) => !among(key)(column))
  return {
    name,
    key: described.filter(among(key)),
    data,
    compared: data.filter((column) => !among(times)(column)),
    final,
    followed: columns.some((column) => column.name === 'followed_at'),
    derived,
    numbers,
    resolve,
    due: described.find(({ property }) => property === due)?.name,
  }
}

interface WritableOptions<Property> {
  times?: Property[]
  final?: boolean
  derived?: boolean
  due?: Property
  numbers?: Numbers
  resolve?: Resolve
}
