/** How long rows are kept: declared beside each table, so that nothing grows without anybody having said how. */

export interface Kept {
  /** What adds rows, and what bounds them if something does. */
  grows: string
  /** Column of a row's age, a day or a moment, by which old rows may be removed. Without it none is removed by age. */
  age?: string
  /** Rows are removed after so many days unless the settings name another number. Default: kept for ever. */
  days?: number
  /**
   * Columns that name what a row is about, of a table that has several rows a day of it: if the settings say so, old days keep only
   * the newest of each. `age` is a moment then. Default: never thinned.
   */
  daily?: readonly string[]
  /** Which old rows may be removed, as a condition in SQL. Default: all. */
  where?: string
}

/** By the SQL name of the table. */
export type KeptTables = Readonly<Record<string, Kept>>
