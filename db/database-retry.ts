/** Retries while the database is unavailable: for the writer, and for reads that an activity cannot do without. */
import { setTimeout as sleep } from 'node:timers/promises'
import { elapsed } from '../core/elapsed.ts'
import { Failure } from '../core/failures.ts'
import { databaseFailure, isNotMigrated } from './database-failure.ts'

export interface RetryBudget {
  /** How long to wait for the database, in milliseconds; each pipeline's definition has its number. */
  ms: number
  /** Ends the wait when the activity is cancelled. */
  signal: AbortSignal
  /** Timeout of one attempt, in milliseconds: a hanging server then counts as unavailable. Default: none. */
  tryMs?: number
  /**
   * When the wait ends in any case (`elapsed`), and an attempt that hangs with it: what comes after it, such as the spool,
   * is still part of the activity.
   */
  untilMs?: number
}

/** After the deadline one last attempt is made, bounded by this; a database that is available answers sooner. */
const LAST_TRY_MS = 1_000

/** A restart of PostgreSQL takes a second or two: retry soon, then less often. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5_000
/** A person migrates, and each attempt until then leaves some twenty lines in the log of PostgreSQL. */
const NOT_MIGRATED_WAIT_MS = 30_000

/** The activity was ended while it waited for the database; the cause is why it waited. */
export class WaitEnded extends Error {
  override name = 'AbortError'
}

/**
 * Repeats `work` while the database is unavailable, for at most `retryBudget.ms` and until `retryBudget.untilMs`, then
 * throws the last failure: the writer hands over to the spool, a read cannot continue. Other failures are thrown at
 * once. Throws `WaitEnded` if the activity is cancelled meanwhile.
 */
export async function withDatabaseRetry<T>(retryBudget: RetryBudget, work: () => Promise<T>): Promise<T> {
  const deadline = Math.min(elapsed() + retryBudget.ms, retryBudget.untilMs ?? Infinity)
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await inTime(work, tryMsOf(retryBudget))
    } catch (error) {
      const failure = databaseFailure(error)
      if (failure === undefined) throw error
      const waitMs = isNotMigrated(error) ? NOT_MIGRATED_WAIT_MS : wait
      if (failure.type !== 'DatabaseUnavailable' || elapsed() + waitMs > deadline) throw failure
      await pause(waitMs, retryBudget.signal, failure)
    }
  }
}

function tryMsOf({ tryMs, untilMs }: RetryBudget): number | undefined {
  if (untilMs === undefined) return tryMs
  return Math.min(tryMs ?? Infinity, Math.max(untilMs - elapsed(), LAST_TRY_MS))
}

async function pause(ms: number, signal: AbortSignal, failure: Failure): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw new WaitEnded('ended while waiting for the database', { cause: failure })
  }
}

/** The result of an abandoned attempt is ignored: it is idempotent, and its own query timeout ends it. */
async function inTime<T>(work: () => Promise<T>, tryMs: number | undefined): Promise<T> {
  if (tryMs === undefined) return work()
  const given = new AbortController()
  const late = sleep(tryMs, undefined, { signal: given.signal }).then(() => {
    throw new Failure(
      'DatabaseUnavailable',
      `The database gave no answer within ${tryMs} ms. Check its load.`,
    )
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    given.abort()
  }
}
