/**
 * Records of the log that other code reads: an event code with its values. The text beside it is for people alone. A
 * pipeline's own records are declared in its column.
 */

import type { Reason } from './reason.ts'

/** Why something failed: one sentence, and the failure type if there is one. */
export interface Trouble {
  reason: string
  failure?: string | undefined
}

/**
 * Whether two reasons tell the same trouble, which is reported once: the end of a server's log, a process id or a time in
 * one changes with every attempt.
 */
export function isSameTrouble(one: string | undefined, other: string | undefined): boolean {
  return one?.replaceAll(/\d+/g, '') === other?.replaceAll(/\d+/g, '')
}

export type LogRecord =
  /** An embedded server died; it is started again. */
  | { event: 'server.ended'; name: string }
  | ({ event: 'server.restart-failed'; name: string } & Trouble)
  /** The Temporal server cannot use its store, which has this path now, and began with an empty one. */
  | { event: 'temporal.store-put-aside'; aside: string }
  /** A part of the stack did not stop cleanly. */
  | ({ event: 'stop.failed' } & Trouble)
  /** A start left a schedule as an operator had set it; `note` is the operator's. */
  | { event: 'schedule.kept'; pipeline: string; note: string }
  /** Of an optional database: it answers, and its tables are up to date. */
  | { event: 'database.available' }
  | ({ event: 'database.unavailable' } & Trouble)
  | { event: 'database.connection-lost'; reason: string }
  | { event: 'worker.stop-failed'; reason: string }
  /** TEMPORAL_METRICS_PORT is taken: the worker works without it. */
  | { event: 'worker.metrics-failed'; port: number; reason: string }
  /** Records of runs that had ended without closing them were closed. */
  | { event: 'runs.closed'; closed: number }
  | ({ event: 'runs.check-failed' } & Trouble)
  | ({ event: 'upstreams.store-failed' } & Trouble)
  /** The database accepts no rows: the run continues without the lock. */
  | ({ event: 'run.without-lock' } & Trouble)
  /** The sweep closes it later. */
  | ({ event: 'run.close-failed' } & Trouble)
  | { event: 'spool.loaded'; segments: number; rows: number; runs: number; pipelines: string[] }
  | ({ event: 'spool.waiting' } & SpoolTrouble)
  | ({ event: 'spool.check-failed' } & SpoolTrouble)
  | ({ event: 'spool.drain-failed' } & SpoolTrouble)
  | ({ event: 'spool.unreadable' } & SpoolTrouble)
  /** The run that recomputes what follows from the loaded rows could not be started. */
  | ({ event: 'spool.derive-failed' } & SpoolTrouble)
  /** `held` says which rows are in it, if anything does. */
  | {
      event: 'spool.segment-rejected'
      folder: string
      name: string
      reason: string
      held?: Reason | undefined
    }
  /** The spool grows towards its cap. */
  | { event: 'spool.filling'; folder: string; bytes: number; percent: number }

type SpoolTrouble = Trouble & { folder: string }

/** Prints a line for the person at the terminal; `record` is the same for code. */
export type Say = (line: string, record?: LogRecord) => void
