/**
 * A data set: rows that a person can look at and take away. It is declared, not programmed: from the declaration come
 * the route with paging, the series, the exports, the entry in OpenAPI and the help of its columns.
 */

/** What a column holds. `date` is a UTC day, `time` a moment. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'time'

export interface Column {
  type: ColumnType
  /** What the value means, in a short sentence. */
  meaning: string
  /** Unit of a number; absent for counts without one. */
  unit?: string
  /** Rows can be selected by this value: `?platform=…`. */
  isFilter?: true
  /** It is the id of a run. */
  isRun?: true
}

export interface DataSet {
  /** What one row is: "a day of a mod on one platform". */
  row: string
  /** A query whose result has exactly the declared columns. An index on `order` serves it, unless it is `fewRows`. */
  sql: string
  /** By SQL name, in the order of the exports. */
  columns: Record<string, Column>
  /** Column of type `date` or `time` by which `from` and `to` select, and over which series are drawn. */
  time?: string
  /** Columns that together are unique, the most important first. */
  order: readonly string[]
  /** Default: newest first. */
  direction?: 'asc' | 'desc'
  /** That it has some ten thousand rows at most, so that a page may sort all of them. Default: any number. */
  fewRows?: boolean
}

/** The data sets of one pipeline, by their names in addresses. */
export type DataSets = Record<string, DataSet>

export const text = (meaning: string, more: Partial<Column> = {}): Column => ({
  type: 'text',
  meaning,
  ...more,
})
export const integer = (meaning: string, unit?: string): Column => ({
  type: 'integer',
  meaning,
  ...(unit === undefined ? {} : { unit }),
})
export const number = (meaning: string, unit?: string): Column => ({
  type: 'number',
  meaning,
  ...(unit === undefined ? {} : { unit }),
})
export const yesNo = (meaning: string): Column => ({ type: 'boolean', meaning })
export const day = (meaning: string): Column => ({ type: 'date', meaning })
export const moment = (meaning: string): Column => ({ type: 'time', meaning })
/** A text by which rows are selected. */
export const filter = (meaning: string): Column => text(meaning, { isFilter: true })
/** The id of a run, by which rows are selected. */
export const run = (meaning: string): Column => text(meaning, { isFilter: true, isRun: true })
