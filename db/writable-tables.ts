/** The tables that pipelines write through `writeRows`, by SQL name: one line a pipeline. */
import { modStatsTables } from './schema/mod-stats.ts'
import { cryptoForecastTables } from './schema/crypto-forecast.ts'
import { libraryContextTables } from './schema/library-context.ts'
import { matchResultsTables } from './schema/match-results.ts'
import type { RowOf } from './writable.ts'

export const WRITABLE_TABLES = {
  ...modStatsTables,
  ...cryptoForecastTables,
  ...libraryContextTables,
  ...matchResultsTables,
}

/** The rows that each table takes, as drizzle infers them, without what the writer fills itself. */
export type WritableRows = {
  [Table in keyof typeof WRITABLE_TABLES]: RowOf<(typeof WRITABLE_TABLES)[Table]>
}

export type WritableTable = keyof WritableRows
