/** The SQL of a data set: a page, an export, a series. Values stand in it as literals, since COPY takes no parameters. */
import pg from 'pg'
import type { Column, ColumnType, DataSet } from '../data-set.ts'

/** What a request selects of a data set. */
export interface Selection {
  /** Columns of the result, in this order. Default: all of them. */
  columns?: readonly string[] | undefined
  /** Values of filter columns, by their names. */
  filters: Record<string, string>
  /** First and last value of the time column, both included. */
  from?: string | undefined
  to?: string | undefined
  /** Values of the columns of `order` in the last row of the previous page. */
  after?: readonly string[] | undefined
}

const SQL_TYPES: Record<ColumnType, string> = {
  text: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
  time: 'timestamptz',
}

/** ISO 8601 with milliseconds in UTC, as JSON has times. */
const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`

/** As `FORMULA` in system/csv.ts, in the dialect of PostgreSQL. */
const FORMULA = String.raw`'^''*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]'`

const named = (name: string) => pg.escapeIdentifier(name)

/** A literal of the column's type. */
function literal(set: DataSet, column: string, value: string): string {
  const declared = columnOf(set, column)
  // A day begins in UTC, whatever the zone of the connection.
  const written = isDayOf(declared, value) ? `${value}T00:00:00Z` : value
  return `${pg.escapeLiteral(written)}::${SQL_TYPES[declared.type]}`
}

/** Returns a declared column; the declaration names no other in `time` and `order`. */
export function columnOf(set: DataSet, name: string): Column {
  const column = set.columns[name]
  if (column === undefined) throw new Error(`the data set "${set.row}" declares no column ${name}`)
  return column
}

/** A value as JSON and as the driver have it without a loss: numbers up to 2^53, times and dates as text. */
function plain(column: Column, expression: string): string {
  if (column.type === 'integer') return `${expression}::double precision`
  if (column.type === 'date') return `to_char(${expression}, 'YYYY-MM-DD')`
  if (column.type === 'time') return `to_char(${expression} at time zone 'UTC', ${ISO})`
  return expression
}

/** The same, but a text that a spreadsheet would calculate is marked. */
function inSpreadsheet(column: Column, expression: string): string {
  if (column.type !== 'text') return column.type === 'integer' ? expression : plain(column, expression)
  return `case when ${expression} ~ ${FORMULA} then '''' || ${expression} else ${expression} end`
}

type Written = (column: Column, expression: string) => string
/** A date as text, which the driver would turn into a moment of this machine's zone. */
const asStored: Written = (column, expression) =>
  column.type === 'date' ? plain(column, expression) : expression

/** The columns of the result by name, in its order. */
export const columnsOf = (set: DataSet, { columns }: Selection): (readonly [string, Column])[] =>
  columns === undefined ? Object.entries(set.columns) : columns.map((name) => [name, columnOf(set, name)])

function selected(set: DataSet, selection: Selection, write: Written): string {
  return columnsOf(set, selection)
    .map(([name, column]) => `${write(column, `d.${named(name)}`)} as ${named(name)}`)
    .join(', ')
}

/** A day among moments, which includes all of it. */
const isDayOf = (column: Column, value: string) => column.type === 'time' && !value.includes('T')

/** Up to a time, itself included. */
function until(set: DataSet, time: string, to: string): string {
  const column = `d.${named(time)}`
  return isDayOf(columnOf(set, time), to)
    ? `${column} < ${literal(set, time, to)} + interval '24 hours'`
    : `${column} <= ${literal(set, time, to)}`
}

function conditions(set: DataSet, { filters, from, to, after }: Selection): string {
  const found = Object.entries(filters).map(
    ([name, value]) => `d.${named(name)} = ${literal(set, name, value)}`,
  )
  const { time } = set
  if (time !== undefined && from !== undefined) found.push(`d.${named(time)} >= ${literal(set, time, from)}`)
  if (time !== undefined && to !== undefined) found.push(until(set, time, to))
  if (after !== undefined) found.push(behind(set, after))
  return found.length === 0 ? '' : `where ${found.join(' and ')}`
}

/** Rows behind a cursor. The first value stands alone, too: an index serves that also where the others are of joined tables. */
function behind(set: DataSet, after: readonly string[]): string {
  const columns = set.order.map((name) => `d.${named(name)}`)
  const values = set.order.map((name, at) => literal(set, name, after[at] ?? ''))
  const sign = set.direction === 'asc' ? '>' : '<'
  return `${columns[0] ?? ''} ${sign}= ${values[0] ?? ''} and (${columns.join(', ')}) ${sign} (${values.join(', ')})`
}

function ordered(set: DataSet): string {
  const direction = set.direction ?? 'desc'
  return `order by ${set.order.map((name) => `d.${named(name)} ${direction}`).join(', ')}`
}

/** Rows as JSON has them, `limit` of them at most, with the columns of `order` in any case: the cursor is made of them. */
export function pageStatement(set: DataSet, selection: Selection, limit: number): string {
  const columns = selection.columns && [...new Set([...selection.columns, ...set.order])]
  return `select ${selected(set, { ...selection, columns }, plain)} from (${set.sql}) d ${conditions(set, selection)} ${ordered(set)} limit ${limit}`
}

/** All rows, for JSON lines. */
export function rowsStatement(set: DataSet, selection: Selection): string {
  return `select ${selected(set, selection, plain)} from (${set.sql}) d ${conditions(set, selection)} ${ordered(set)}`
}

/** All rows with values as they are stored, for Parquet. */
export function storedStatement(set: DataSet, selection: Selection): string {
  return `select ${selected(set, selection, asStored)} from (${set.sql}) d ${conditions(set, selection)} ${ordered(set)}`
}

/** All rows as CSV, which no spreadsheet calculates. */
export function copyStatement(set: DataSet, selection: Selection): string {
  const rows = `select ${selected(set, selection, inSpreadsheet)} from (${set.sql}) d ${conditions(set, selection)} ${ordered(set)}`
  return `copy (${rows}) to stdout with (format csv, header true)`
}

/** First and last time of the selected rows, in milliseconds since 1970; null if there are none. */
export function spanStatement(set: DataSet, selection: Selection): string {
  const time = `d.${named(timeOf(set))}`
  const ms = (edge: string) => `(extract(epoch from ${edge}(${time})) * 1000)::double precision`
  return `select ${ms('min')} as first, ${ms('max')} as last from (${set.sql}) d ${conditions(set, selection)}`
}

export interface SeriesRequest {
  value: string
  /** Filter columns whose values together name a line. Default: one line of all rows. */
  by?: readonly string[]
  stepMs: number
  /** The first ones by their names; `lines` of each point says how many there are. */
  mostLines: number
}

/** Buckets of a column over time: its smallest, largest, mean and last value, their sum, and how many rows there are. */
export function seriesStatement(
  set: DataSet,
  selection: Selection,
  { value, by = [], stepMs, mostLines }: SeriesRequest,
): string {
  const time = `d.${named(timeOf(set))}`
  const bucket = `date_bin('${stepMs} milliseconds', ${time}::timestamptz, timestamptz '1970-01-01 00:00Z')`
  const line =
    by.length === 0 ? `''::text` : `concat_ws(' · ', ${by.map((name) => `d.${named(name)}`).join(', ')})`
  const column = `d.${named(value)}::double precision`
  return `
    with buckets as (
    select ${line} as line, ${bucket} as bucket,
      min(${column}) as min, max(${column}) as max, avg(${column}) as mean, sum(${column}) as sum,
      (array_agg(${column} order by ${time} desc) filter (where ${column} is not null))[1] as last, count(*)::double precision as rows
    from (${set.sql}) d ${conditions(set, selection)}
    group by 1, 2
    ), numbered as (select *, dense_rank() over (order by line) as nth from buckets)
    select line, to_char(bucket at time zone 'UTC', ${ISO}) as time, min, max, mean, sum, last, rows, (select max(nth) from numbered)::double precision as lines
    from numbered where nth <= ${mostLines} order by line, bucket`
}

function timeOf({ time, row }: DataSet): string {
  if (time === undefined) throw new Error(`the data set "${row}" has no time`)
  return time
}
