/** A call of the writer: rows of one moment, with the bodies they were made from and the rejected rows. */
import type { RetryBudget } from './database-retry.ts'
import type { WritableRows, WritableTable } from './writable-tables.ts'

/** One upstream body, kept for a while so that rows can be derived again. `url` holds no secret. */
export interface RawBody {
  source: string
  url: string
  body: string
  observedAt: Date
}

export interface RejectedRow {
  source: string
  reason: string
  row: unknown
}

/** Rows of several tables that belong together. */
export type RowsByTable = { [Table in WritableTable]?: WritableRows[Table][] }

export interface WriteOptions {
  /** When the upstream answered; the newest observation of a natural key wins. */
  observedAt: Date
  runId: string
  raw?: RawBody[]
  rejected?: RejectedRow[]
  /** Also of tables whose rows never change, as when a response is read again; what followed from such a row is due again. */
  corrects?: true
  retryBudget: RetryBudget
}
