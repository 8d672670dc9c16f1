/** Turns the project's named failures into Temporal's, at the one place where every activity ends. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { databaseFailure } from '../db/database-failure.ts'
import { FAILURES, Failure } from '../core/failures.ts'

/**
 * An error without a name is a defect of ours. It may still pass (a full disk, a moment without memory), so it gets
 * this many attempts, and not a whole day of them.
 */
const UNCLASSIFIED_ATTEMPTS = 5

/**
 * The Temporal failure for whatever an activity threw in its `attempt`-th attempt. Unknown errors become
 * `Unclassified`. Cancellation passes unchanged.
 */
export function temporalFailure(error: unknown, attempt: number): unknown {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error
  const failure = error instanceof Failure ? error : databaseFailure(error)
  if (failure === undefined) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const nonRetryable = attempt >= UNCLASSIFIED_ATTEMPTS
    return ApplicationFailure.create({ type: 'Unclassified', message, nonRetryable, ...causeOf(error) })
  }
  return ApplicationFailure.create({
    type: failure.type,
    message: failure.message,
    nonRetryable: !FAILURES[failure.type],
    details: Object.keys(failure.details).length > 0 ? [failure.details] : [],
    ...(failure.retryAfterMs === undefined ? {} : { nextRetryDelay: failure.retryAfterMs }),
  })
}

function causeOf(error: unknown): { cause?: Error } {
  return error instanceof Error ? { cause: error } : {}
}
