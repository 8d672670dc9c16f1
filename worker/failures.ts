/** Turns the project's named failures into Temporal's, at the one place where every activity ends. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { databaseFailure, wordsOf } from '../db/database-failure.ts'
import { FAILURES, Failure } from '../core/failures.ts'
import { cleanText } from '../core/foreign-text.ts'

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
    const nonRetryable = attempt >= UNCLASSIFIED_ATTEMPTS
    return ApplicationFailure.create({
      type: 'Unclassified',
      message: named(error),
      nonRetryable,
      ...causeOf(error),
    })
  }
  return ApplicationFailure.create({
    type: failure.type,
    message: failure.message,
    nonRetryable: !FAILURES[failure.type],
    details: Object.keys(failure.details).length > 0 ? [failure.details] : [],
    ...(failure.retryAfterMs === undefined ? {} : { nextRetryDelay: failure.retryAfterMs }),
  })
}

const named = (error: unknown) =>
  error instanceof Error ? cleanText(`${error.name}: ${wordsOf(error)}`) : wordsOf(error)

/** For the place in the code. The error itself may hold a query with all its values, in its message and in its stack. */
function causeOf(error: unknown): { cause?: Error } {
  if (!(error instanceof Error)) return {}
  const cause = new Error(wordsOf(error))
  cause.name = error.name
  cause.stack = `${named(error)}\n${framesOf(error)}`
  return { cause }
}

/** The lines of a stack that name places; those above them are the message once more. */
function framesOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  return cleanText(lines.join('\n'))
}
