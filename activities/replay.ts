/** Reading stored responses again with today's parsers, without an upstream: what a pipeline says of its sources. */
import type { Reason } from '../core/reason.ts'
import type { Database } from '../db/database.ts'
import type { RetryBudget } from '../db/database-retry.ts'
import type { RawBody, RejectedRow, RowsByTable } from '../db/write-call.ts'

/** What the replay of a pipeline works with. */
export interface ReplayContext<Settings> {
  db: Database
  settings: Settings
  retryBudget: RetryBudget
}

/** The run that got the responses. */
export interface ReplayedRun {
  runId: string
  /** Undefined if its record is gone. */
  startedAt: Date | undefined
}

/** A call of the writer that responses give. */
export interface ReplayedCall {
  rows: RowsByTable
  rejected: Omit<RejectedRow, 'source'>[]
  /** The rows of the responses as they came: what was rejected of them is among these. */
  came: readonly unknown[]
}

export interface ReplayedSource<Settings> {
  /** Names under which its responses are stored. Default: its own. */
  from?: readonly string[]
  /**
   * Reads a response as a run does, or with `isWholeRun` all those of a run; returns the reason if that cannot be done.
   * Throws the parser's failure.
   */
  read(
    context: ReplayContext<Settings>,
    payloads: readonly RawBody[],
    run: ReplayedRun,
  ): ReplayedCall | Reason | Promise<ReplayedCall | Reason>
  isWholeRun?: true
  /** A response that holds a rejected row alone. Default: a row does not say what it is of. */
  responseOf?(row: unknown): Pick<RawBody, 'url' | 'body'>
}

/** By the name of the source: how it is read again, or why it is not. */
export type Replay<Settings> = Readonly<Record<string, ReplayedSource<Settings> | Reason>>
