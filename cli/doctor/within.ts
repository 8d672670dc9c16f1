/** One check, bounded: a server that hangs must not hide what the other checks found. */
import { setTimeout as sleep } from 'node:timers/promises'
import { databaseFailure } from '../../db/database-failure.ts'
import { isGrpcAway } from '../../client/cannot-reach.ts'
import { bad, type Check } from './check.ts'

/** What works answers in milliseconds, over a slow network within a second; a person waits for the slowest check. */
export const CHECK_MS = 3_000

/**
 * Returns the result of a check. If it fails because its server does, or takes longer than `CHECK_MS`, the check is bad, with
 * this remedy.
 */
export async function within(name: string, remedy: string, work: () => Promise<Check>): Promise<Check> {
  const done = new AbortController()
  const late = sleep(CHECK_MS, bad(name, `no answer within ${CHECK_MS / 1000} s`, remedy), done)
  try {
    return await Promise.race([work(), late])
  } catch (error) {
    const failure = databaseFailure(error)
    if (failure !== undefined) return bad(name, firstSentence(failure.message), remedy)
    if (isGrpcAway(error)) return bad(name, `no answer within ${CHECK_MS / 1000} s`, remedy)
    throw error
  } finally {
    done.abort()
    await late.catch(() => undefined)
  }
}

/** What was found, without the remedy that follows. */
export const firstSentence = (message: string): string => message.split(/\. (?=[A-Z])/)[0] ?? message
