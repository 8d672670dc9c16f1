/**
 * The one table of failure types. Clients, SQL and processes throw a `Failure` where the fault is seen;
 * the worker turns it into a Temporal failure.
 */
import type { Reason } from './reason.ts'
import { cleanText, cleanValue } from './foreign-text.ts'

/** Every named failure; `true` if another attempt can help. */
export const FAILURES = {
  /** The upstream said "not now"; `retryAfterMs` is its own delay. */
  RateLimited: true,
  /** Network error, timeout, 408 or 5xx. */
  UpstreamUnavailable: true,
  CommandTimedOut: true,
  /** The database is unavailable, restarting, or lost a serialisation race. */
  DatabaseUnavailable: true,
  /** A 4xx that no other name fits: the request itself is wrong. */
  UpstreamRejected: false,
  CredentialsRejected: false,
  NotFound: false,
  /** The body breaks the contract: another request would get the same body. */
  PayloadInvalid: false,
  /** A firewall, a challenge page or a geographic block answered instead of the upstream. */
  Blocked: false,
  CommandFailed: false,
  /** SQLSTATE classes 22, 23 and 54, and other broken constraints: a defect or a bad key. */
  Conflict: false,
  DiskFull: false,
  /** A time to be stored lies ahead of the database's clock: one of the two clocks is wrong. */
  ClockAhead: false,
  Misconfigured: false,
  /** The input of an activity is none that its workflow makes: nothing was done. */
  InputInvalid: false,
} as const

export type FailureType = keyof typeof FAILURES

export interface FailureOptions {
  /** The upstream's own delay before the next attempt, in milliseconds. */
  retryAfterMs?: number
  /** Small, secret-free facts for the reader (status, address without query, first validation issues). */
  details?: Record<string, unknown>
  cause?: unknown
}

/**
 * A fault with a name from `FAILURES`. The message is one sentence: what was found, what was expected, what to do. Message
 * and details may quote strangers: they are cleaned here.
 */
export class Failure extends Error {
  override name = 'Failure'
  readonly type: FailureType
  readonly retryAfterMs: number | undefined
  readonly details: Record<string, unknown>

  constructor(type: FailureType, message: string, options: FailureOptions = {}) {
    super(cleanText(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.type = type
    this.retryAfterMs = options.retryAfterMs
    this.details = cleanValue(options.details ?? {})
  }
}

/** Thrown for a wrong argument that the parser cannot see. The message says what is expected. */
export class WrongUsage extends Error {
  override name = 'WrongUsage'
  /** The same as a code, for who says it in another language; absent of what only the command line says. */
  readonly reason: Reason | undefined

  constructor(message: string, { reason, ...options }: ErrorOptions & { reason?: Reason } = {}) {
    super(message, options)
    this.reason = reason
  }
}

/** The message of whatever was thrown, cleaned. */
export function sentenceOf(error: unknown): string {
  return cleanText(error instanceof Error ? error.message : String(error))
}
