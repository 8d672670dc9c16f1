/** The names of the faults of PostgreSQL and its driver. */
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { dirname } from 'node:path'
import { almanacCommand } from '../core/command-name.ts'
import { Failure, sentenceOf, type FailureType } from '../core/failures.ts'
import type { Trouble } from '../core/log-records.ts'
import { embeddedLog } from './embedded-log.ts'

/**
 * SQLSTATE classes of a server that cannot work now: 08 connection, 25 read-only or a broken transaction, 40 races, 53
 * no memory or connections left, 55 locks, 57 shutdown or a cancelled statement, 58 and XX its own disk or an internal
 * error.
 */
const AWAY = /^(08|25|40|53|55|57|58|XX).{3}$/
const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EADDRNOTAVAIL|E(HOST|NET)(UNREACH|DOWN))$/
/** A missing socket file, or a process without file handles left; for a file they mean something else. */
const NO_SOCKET = /^(ENOENT|EMFILE|ENFILE)$/
/**
 * 22: a value that no column of its type takes; 23: broken constraints; 54: a key or a document beyond the server's limits.
 * The same rows are refused the next time.
 */
const REFUSED_ROWS = /^(22|23|54).{3}$/
/**
 * Missing tables or columns: this program is newer than its database, or the database is new. It passes as soon as the
 * database is migrated; until then rows are kept as if it were unavailable.
 */
const NOT_MIGRATED = /^(42P01|42703)$/
/** Messages of the driver for a lost connection; it gives them no code. */
const DRIVER_AWAY =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|not queryable/i
/** Server and address disagree on encryption, or the certificate is not trusted. */
const TLS = /does not support SSL connections|no encryption|certificate/i

/** Returns the named failure behind an error of driver or server, or undefined if it is no database fault. */
export function databaseFailure(error: unknown): Failure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Failure) return cause
    const type = faultType(cause)
    if (type !== undefined)
      return new Failure(type, `The database said: ${cause.message}. ${remedyFor(type, cause)}`.trim(), {
        cause: error,
      })
    if (cause instanceof AggregateError && cause.errors.length > 0) return databaseFailure(cause.errors[0])
  }
  return undefined
}

/**
 * Returns what an error says, without the query builder's "Failed query": that holds the statement and all its values.
 */
export function wordsOf(error: unknown): string {
  let deepest = error
  while (deepest instanceof DrizzleQueryError && deepest.cause !== undefined) deepest = deepest.cause
  return sentenceOf(deepest)
}

/** Returns an error as a log record shows it. */
export function troubleOf(error: unknown): Trouble {
  const failure = databaseFailure(error)
  return failure === undefined
    ? { reason: wordsOf(error) }
    : { reason: failure.message, failure: failure.type }
}

/** Whether an error comes from missing tables or columns; a server that says so is available. */
export function isNotMigrated(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (NOT_MIGRATED.test(codeOf(cause))) return true
  }
  return false
}

const codeOf = (error: Error) => ('code' in error && typeof error.code === 'string' ? error.code : '')

function faultType(error: Error): FailureType | undefined {
  const code = codeOf(error)
  if (code === '53100' || code === 'ENOSPC') return 'DiskFull'
  if (NOT_MIGRATED.test(code)) return 'DatabaseUnavailable'
  if (AWAY.test(code) || NETWORK.test(code) || DRIVER_AWAY.test(error.message)) return 'DatabaseUnavailable'
  if (NO_SOCKET.test(code) && 'syscall' in error && error.syscall === 'connect') return 'DatabaseUnavailable'
  if (REFUSED_ROWS.test(code)) return 'Conflict'
  if (/^(28...|3D000|42501)$/.test(code) || TLS.test(error.message)) return 'Misconfigured'
  return undefined
}

/**
 * Whether the server accepts no rows at all now: it is unavailable, full, read-only, or wants another password. What
 * was fetched is kept until it does. Invalid rows are another matter (`Conflict`).
 */
export function isDatabaseUnwritable(error: unknown): error is Failure {
  return error instanceof Failure && TAKES_NOTHING.has(error.type)
}

const TAKES_NOTHING = new Set<FailureType>(['DatabaseUnavailable', 'DiskFull', 'Misconfigured'])

/** The driver's message if all connections of its pool are in use: the server may be well. */
const POOL_BUSY = /timeout exceeded when trying to connect/i

/** By SQLSTATE, for servers that answer: the first that fits. Others are not started, or not where the address says. */
const remedies = (log: string | undefined): readonly (readonly [code: RegExp, remedy: string])[] => [
  [NOT_MIGRATED, `Run "${almanacCommand('db migrate')}".`],
  [/^57014$/, 'Ask for less at once, or raise statement_timeout on the server.'],
  [/^53300$/, 'End other programs that hold connections, or raise max_connections on the server.'],
  [/^53[24]00$/, 'Give the server more memory, or raise the limit that it names.'],
  [/^57P0[123]$/, 'Try again in a moment: the server is starting or stopping.'],
  [/^25006$/, 'Let the server accept changes: it is a replica, or default_transaction_read_only is on.'],
  [/^(40|55).{3}$/, 'Try again: another transaction was in the way.'],
  [/^(58|XX).{3}$/, `See ${log ?? 'the log of PostgreSQL'}: the fault is inside the server.`],
  [
    /^42501$/,
    log === undefined
      ? 'Grant the role of DATABASE_URL the rights on the tables of Almanac, or name their owner.'
      : 'Let the role almanac_work own the tables of Almanac.',
  ],
]

function remedyFor(type: FailureType, error: Error): string {
  const log = embeddedLog()
  const found = remedies(log).find(([code]) => code.test(codeOf(error)))
  if (found !== undefined) return found[1]
  if (POOL_BUSY.test(error.message))
    return 'Try again in a moment: all connections of this process are in use.'
  return (log === undefined ? ownRemedies() : embeddedRemedies(log))[type] ?? ''
}

type Remedies = Partial<Record<FailureType, string>>

const ownRemedies = (): Remedies => ({
  DatabaseUnavailable: 'Start PostgreSQL or correct DATABASE_URL.',
  Misconfigured: `Check DATABASE_URL and run "${almanacCommand('db migrate')}".`,
  DiskFull: 'Free space on the database server.',
})

const embeddedRemedies = (log: string): Remedies => ({
  DatabaseUnavailable: `See ${log}; "${almanacCommand('up')}" starts it.`,
  Misconfigured: `See ${log}, and whether another server answers at its port.`,
  DiskFull: `Free space on the disk of ${dirname(log)}.`,
})
