/** How long one attempt of a step waits for the database: its pipeline's retry budget, as far as it fits into its bounds. */
import { Context, type Info } from '@temporalio/activity'
import type { RetryBudget } from '../db/database-retry.ts'

/**
 * Of an attempt, kept for what comes after the last try: syncing a segment of some megabytes to a slow disk, and the answer
 * to the server.
 */
const SPOOLING_MS = 5_000

type Bounds = Pick<
  Info,
  | 'startToCloseTimeoutMs'
  | 'scheduleToCloseTimeoutMs'
  | 'scheduledTimestampMs'
  | 'currentAttemptScheduledTimestampMs'
>

/**
 * The retry budget of the attempt that begins here; times in milliseconds. Where the attempt has less time than the retry budget,
 * the retry budget ends with it, so that rows that were fetched are in the spool before the server gives the attempt up.
 */
export function attemptRetryBudget({ ms, tryMs }: Pick<RetryBudget, 'ms' | 'tryMs'>): RetryBudget {
  const { info, cancellationSignal: signal } = Context.current()
  const untilMs = attemptEndsAt(info, Date.now()) - SPOOLING_MS
  return { ms, signal, untilMs, ...(tryMs !== undefined && { tryMs }) }
}

/**
 * When an attempt that begins now must have ended (Unix, milliseconds): by the bound of one attempt or of all. What the
 * server's clock says is only compared with itself, and with ours for the time in the queue, which is never negative.
 */
export function attemptEndsAt(bounds: Bounds, now: number): number {
  const { scheduledTimestampMs: first, currentAttemptScheduledTimestampMs: current } = bounds
  const gone = current - first + Math.max(now - current, 0)
  return now + Math.min(bounds.startToCloseTimeoutMs, bounds.scheduleToCloseTimeoutMs - gone)
}
