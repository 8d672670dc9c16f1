/**
 * How long one attempt of an activity waits for the database: its pipeline's retry budget, limited by the activity's
 * timeouts.
 */
import { Context, type Info } from '@temporalio/activity'
import { MINUTE_MS } from '../core/durations.ts'
import { elapsed } from '../core/elapsed.ts'
import type { RetryBudget } from '../db/database-retry.ts'

/**
 * Part of an attempt that is reserved for what follows the last try: syncing a segment of some megabytes to a slow
 * disk, and the response to the server.
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
 * Returns the retry budget of the attempt that begins here; times in milliseconds. If the attempt has less time than
 * the budget, the budget ends with it, so that fetched rows are in the spool before the server gives up the attempt.
 */
export function attemptRetryBudget({ ms, tryMs }: Pick<RetryBudget, 'ms' | 'tryMs'>): RetryBudget {
  const { info, cancellationSignal: signal } = Context.current()
  const untilMs = elapsed() + attemptLeftMs(info, Date.now()) - SPOOLING_MS
  return { ms, signal, untilMs, ...(tryMs !== undefined && { tryMs }) }
}

/** Milliseconds that an attempt has which begins now (Unix, milliseconds): by the timeout of one attempt or of all. */
export function attemptLeftMs(bounds: Bounds, now: number): number {
  return Math.min(bounds.startToCloseTimeoutMs, allLeftMs(bounds, now))
}

/**
 * Longest wait for the next attempt (the policies' longest interval in the database is 30 s), and as much for that
 * attempt itself.
 */
const NEXT_ATTEMPT_MS = MINUTE_MS

/** Whether an attempt that fails now may be the last one: too little time is left for another. */
export function isLastAttempt(now: number, bounds: Bounds = Context.current().info): boolean {
  return allLeftMs(bounds, now) < NEXT_ATTEMPT_MS
}

/**
 * Milliseconds that all attempts together still have. Times of the server's clock are only compared with each other, and
 * with ours for the time in the queue, which is never negative.
 */
function allLeftMs(bounds: Bounds, now: number): number {
  const { scheduledTimestampMs: first, currentAttemptScheduledTimestampMs: current } = bounds
  const gone = current - first + Math.max(now - current, 0)
  return bounds.scheduleToCloseTimeoutMs - gone
}
