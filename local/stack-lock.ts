/** One embedded stack per state folder: the lock that `almanac up` holds for as long as it runs. */
import { join } from 'node:path'
import { Failure } from '../failures.ts'
import { takeFileLock } from './file-lock.mjs'

/** Name of the lock in a state folder; `bin/prepare/` reads it before it touches node_modules. */
export const STACK_LOCK_FILE = 'stack.lock'

/** The lock of a state folder. */
export function stackLockFile(stateDir: string): string {
  return join(stateDir, STACK_LOCK_FILE)
}

/**
 * Takes the state folder for this process and returns the function that gives it back. Throws `Conflict` that says who
 * has it and since when. A holder that died is no obstacle.
 */
export async function takeStackLock(stateDir: string, what: string): Promise<() => void> {
  const lock = await takeFileLock(stackLockFile(stateDir), what)
  if ('release' in lock) return lock.release
  const { pid, since, what: other } = lock.holder
  throw new Failure(
    'Conflict',
    `${stateDir} is in use by "${other}" (process ${pid}, since ${since}); stop that one first, or use its stack.`,
    { details: { pid, since } },
  )
}
