/** Turns an error of the database or of Temporal into one that says what to do. */
import { CannotReach, isGrpcAway } from '../client/cannot-reach.ts'
import { databaseHint, temporalAddress, temporalHint } from '../client/connection.ts'
import type { Failure } from '../core/failures.ts'
import { join } from 'node:path'
import { almanacCommand } from '../core/command-name.ts'
import { databaseFailure, isNotMigrated, wordsOf } from '../db/database-failure.ts'
import { sqlState } from '../db/sql-state.ts'
import { configOf } from './command-context.ts'

/** Returns the error to print in place of the one that ended a command. Any other error is returned unchanged. */
export function explainServerError(error: unknown, isDemo: boolean): unknown {
  if (error instanceof CannotReach) return error
  if (isGrpcAway(error)) return temporalAway(error, isDemo)
  const said = wordsOfTemporal(error)
  if (said !== undefined) return said
  const failure = databaseFailure(error)
  return failure?.type === 'DatabaseUnavailable' ? unavailable(failure, isDemo) : (failure ?? error)
}

/** The SDK says only what it could not do ("Failed to describe schedule"); the server's reason is behind that. */
function wordsOfTemporal(error: unknown): Error | undefined {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return undefined
  if (!('details' in error.cause) || typeof error.cause.details !== 'string') return undefined
  return new Error(
    `${error.message}: Temporal said "${error.cause.details}". "${almanacCommand('doctor')}" checks the server and its namespace.`,
    { cause: error },
  )
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
  if (config.env.DATABASE_URL !== undefined) return failure
  const { postgres: port } = config.ports
  const says = sqlState(failure) === undefined ? undefined : wordsOf(failure.cause)
  return new CannotReach(
    says === undefined
      ? `The database does not answer on port ${port}; ${databaseHint(config)}.`
      : `The database on port ${port} takes no work: it said "${says}". See ${join(config.stateDir, 'postgres.log')}; if it does not pass, stop the stack and start it again.`,
    { cause: failure },
  )
}
