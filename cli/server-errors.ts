/** Turns an error of the database or of Temporal into one that says what to do. */
import { CannotReach } from '../client/cannot-reach.ts'
import { databaseHint, temporalAddress, temporalHint } from '../client/connection.ts'
import type { Failure } from '../core/failures.ts'
import { databaseFailure, isNotMigrated } from '../db/database-failure.ts'
import { configOf } from './command-context.ts'
import { isGrpcAway } from './exit.ts'

/** Returns the error to print in place of the one that ended a command. Any other error is returned unchanged. */
export function explainServerError(error: unknown, isDemo: boolean): unknown {
  if (error instanceof CannotReach) return error
  if (isGrpcAway(error)) return temporalAway(error, isDemo)
  const failure = databaseFailure(error)
  return failure?.type === 'DatabaseUnavailable' ? unavailable(failure, isDemo) : (failure ?? error)
}

function temporalAway(cause: unknown, isDemo: boolean): Error {
  const config = configOf({ demo: isDemo })
  return new CannotReach(
    `Temporal went away at ${temporalAddress(config)} during the command; runs go on once it is back: ${temporalHint(config)}.`,
    { cause },
  )
}

/**
 * The embedded database is unavailable because it was not started; the driver's words help only with an external one.
 */
function unavailable(failure: Failure, isDemo: boolean): Error {
  if (isNotMigrated(failure)) return failure
  const config = configOf({ demo: isDemo })
  return config.env.DATABASE_URL === undefined
    ? new CannotReach(
        `The database does not answer on port ${config.ports.postgres}; ${databaseHint(config)}.`,
        { cause: failure },
      )
    : failure
}
