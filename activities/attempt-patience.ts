/** How long one attempt of a step waits for the database: its pipeline's patience, as far as it fits into its bounds. */
import { Context, type Info } from '@temporalio/activity'
import type { Patience } from '../db/patience.ts'

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
 * The patience of the attempt that begins here; times in milliseconds. Where the attempt has less time than the patience,
 * the patience ends with it, so that rows that were fetched are in the spool before the server gives the attempt up.
 */
export function attemptPatience({ ms, tryMs }: Pick<Patience, 'ms' | 'tryMs'>): Patience {
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
