/** One embedded stack per state folder: the lock that `almanac up`, or the collector, holds for as long as it runs. */
import { chmodSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Failure } from '../core/failures.ts'
import { takeFileLock, type Holder } from './file-lock.mjs'
import { almanacCommand } from '../core/command-name.ts'
import { fileFailure } from '../system/atomic-file.ts'
import { makeFolder } from '../system/make-folder.mjs'
import { packageRoot } from '../system/package-root.ts'

/** Name of the lock in a state folder; `bin/prepare/` reads it before it touches node_modules. */
export const STACK_LOCK_FILE = 'stack.lock'

/** Another stack runs in the state folder. */
export class StackInUse extends Failure {
  readonly holder: Holder

  constructor(stateDir: string, holder: Holder) {
    const { pid, since, what } = holder
    super(
      'Conflict',
      `${stateDir} is in use by "${what}" (process ${pid}, since ${since}). One stack runs in a folder: end that process first (Ctrl+C, or kill ${pid}), or leave it running; "${almanacCommand('runs')}" and the other commands talk to it.`,
      { details: { pid, since } },
    )
    this.holder = holder
  }
}

/**
 * Takes the state folder for this process and returns the function that releases it. Throws `StackInUse` if a living
 * process holds it.
 */
export async function takeStackLock(stateDir: string, what: string): Promise<() => void> {
  makePrivate(stateDir)
  const file = join(stateDir, STACK_LOCK_FILE)
  const lock = await takeFileLock(file, what).catch((error: unknown) => {
    throw fileFailure(file, error) ?? error
  })
  if ('release' in lock) return lock.release
  throw new StackInUse(stateDir, lock.holder)
}

/** Of the state folder: databases, passwords and logs are for their owner alone. */
export const STATE_FOLDER_MODE = 0o700

/**
 * Makes the state folder, for its owner alone. The one in the clone, which earlier versions left open, is closed; any other
 * may hold more than ours, and `almanac doctor` says so.
 */
function makePrivate(stateDir: string): void {
  makeFolder(stateDir, STATE_FOLDER_MODE)
  const isInClone = stateDir.startsWith(packageRoot + sep)
  if (isInClone && statSync(stateDir).uid === process.getuid?.()) chmodSync(stateDir, STATE_FOLDER_MODE)
}
