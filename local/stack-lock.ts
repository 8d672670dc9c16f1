/**
 * One embedded stack per state folder: the lock that `almanac up`, or a collector on its own, holds for as long as it runs.
 * A whole stack does a collector's work as well, so a collector that finds one starting makes way for it, and joins it.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ALMANAC } from '../core/command-name.ts'
import { Failure } from '../core/failures.ts'
import { lockHolder, takeFileLock, type Holder } from './file-lock.mjs'

/** Name of the lock in a state folder; `bin/prepare/` reads it before it touches node_modules. */
export const STACK_LOCK_FILE = 'stack.lock'

/** The lock of a state folder. */
export function stackLockFile(stateDir: string): string {
  return join(stateDir, STACK_LOCK_FILE)
}

/** What is said to those who find the stack taken by a collector, and by which its kind is known. */
export const COLLECTOR_ONCE = 'almanac collector'
export const COLLECTOR_DAEMON = 'almanac collector --daemon'

/** Whether the holder of a stack is a single collection, which ends within a minute or so. */
export function isSingleCollection({ what }: Pick<Holder, 'what'>): boolean {
  return what === COLLECTOR_ONCE || what === `${COLLECTOR_ONCE} --demo`
}

/** Whether the holder of a stack is a collector of match-results on its own. */
export function isCollector(holder: Pick<Holder, 'what'>): boolean {
  return isSingleCollection(holder) || holder.what.startsWith(COLLECTOR_DAEMON)
}

/**
 * Takes the state folder for this process and returns the function that gives it back. Throws `Conflict` that says who
 * has it and since when. A holder that died is no obstacle.
 */
export async function takeStackLock(stateDir: string, what: string): Promise<() => void> {
  const lock = await takeFileLock(stackLockFile(stateDir), what)
  if ('release' in lock) return lock.release
  throw inUse(stateDir, lock.holder)
}

/** The longest orderly stop of a collector: its step 6 s, worker 5 s, Temporal 20 s, PostgreSQL 35 s; rarely over five. */
const MAKE_WAY_MS = 90_000
const ASK_EVERY_MS = 100

/**
 * Takes the state folder also from a collector: asks it to make way, and waits until it has. `say` hears of the wait.
 * Throws `Conflict` where another stack has the folder, or waits for it as well.
 */
export async function takeStackLockFromCollector(
  stateDir: string,
  what: string,
  say: (line: string) => void,
): Promise<() => void> {
  const file = stackLockFile(stateDir)
  const first = await takeFileLock(file, what)
  if ('release' in first) return first.release
  if (!isCollector(first.holder)) throw inUse(stateDir, first.holder)
  const wish = await takeFileLock(wishFile(stateDir), what)
  if ('holder' in wish) throw inUse(stateDir, wish.holder)
  try {
    say(`waiting for "${first.holder.what}" (process ${first.holder.pid}) to make way`)
    const deadline = Date.now() + MAKE_WAY_MS
    for (;;) {
      const lock = await takeFileLock(file, what)
      if ('release' in lock) return lock.release
      if (!isCollector(lock.holder) || Date.now() > deadline) throw inUse(stateDir, lock.holder)
      await sleep(ASK_EVERY_MS)
    }
  } finally {
    wish.release()
  }
}

/** The stack that waits for this folder; a collector that has the folder makes way for it. */
export function waitingStack(stateDir: string): Holder | undefined {
  return lockHolder(wishFile(stateDir))
}

/** A lock of its own, so that the wish of a stack that died is no wish. */
function wishFile(stateDir: string): string {
  return `${stackLockFile(stateDir)}.wanted`
}

function inUse(stateDir: string, { pid, since, what }: Holder): Failure {
  return new Failure(
    'Conflict',
    `${stateDir} is in use by "${what}" (process ${pid}, since ${since}). One stack runs in a folder: end that process first (Ctrl+C, or kill ${pid}), or leave it running; "${ALMANAC} runs" and the other commands talk to it.`,
    { details: { pid, since } },
  )
}
