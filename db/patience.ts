/** Waiting for a database that is away: shared by the write door and by reads that a step cannot do without. */
import { setTimeout as sleep } from 'node:timers/promises'
import { databaseFailure } from './database.ts'

export interface Patience {
  /** How long to wait for the database, in milliseconds; the registry holds each pipeline's number. */
  ms: number
  /** Ends the wait when the step is cancelled. */
  signal: AbortSignal
}

/** A restart of PostgreSQL takes a second or two: ask soon, then less often. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5_000

/**
 * Runs `work` again while the database is away, for at most `patience.ms`. Other failures pass at once.
 * Here the spool takes over from the last failure once it exists; until then it is thrown.
 */
export async function withPatience<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patience.ms
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await work()
    } catch (error) {
      const failure = databaseFailure(error)
      if (failure === undefined) throw error
      if (failure.type !== 'DatabaseUnavailable' || Date.now() + wait > deadline) throw failure
      await sleep(wait, undefined, { signal: patience.signal })
    }
  }
}
