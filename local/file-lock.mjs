/**
 * A lock file that names its holder and outlives no one: what a dead process held is taken over, also when two race for
 * it. Plain JavaScript, because `bin/almanac.mjs` uses it before anything is installed.
 */
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, isAlive } from './process-identity.mjs'

/**
 * @typedef {{ pid: number, startedAt: string, since: string, what: string, nonce: string }} Holder
 */

/** Between two looks at a lock that somebody is just taking over: long enough to let a few file operations happen. */
const TAKEOVER_WAIT_MS = 20

/** What a power cut left of a lock: its holder is gone with the power. */
const UNREADABLE = { pid: 0, startedAt: 'unreadable', since: '', what: '', nonce: 'unreadable' }

/**
 * Takes the lock, or answers who has it. `release` may be called more than once and removes only our own lock.
 *
 * @param {string} file
 * @param {string} what said to those who find the lock taken
 * @returns {Promise<{ release: () => void } | { holder: Holder }>}
 */
export async function takeFileLock(file, what) {
  const nonce = randomUUID()
  mkdirSync(dirname(file), { recursive: true })
  for (;;) {
    if (createLock(file, what, nonce)) return { release: () => removeLock(file, nonce) }
    const holder = readHolder(file)
    if (holder === undefined) continue
    if (isAlive(holder)) return { holder }
    await removeStaleLock(file, holder.nonce)
  }
}

/**
 * Who holds the lock now, or undefined. A dead holder is no holder.
 *
 * @param {string} file
 * @returns {Holder | undefined}
 */
export function lockHolder(file) {
  const holder = readHolder(file)
  return holder !== undefined && isAlive(holder) ? holder : undefined
}

/**
 * Written aside and linked into place: a link is refused where the name exists, and nobody ever reads half a file.
 *
 * @param {string} file @param {string} what @param {string} nonce
 */
function createLock(file, what, nonce) {
  const draft = `${file}.${nonce}`
  const holder = { ...identify(process.pid), since: new Date().toISOString(), what, nonce }
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx', flush: true })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft)
  }
}

/**
 * Looking at a stale lock and removing it are two steps, and between them another may have done both and taken the lock.
 * So the right to remove a certain stale lock is itself a lock, named by that lock's nonce (and may be stale in turn).
 *
 * @param {string} file @param {string} nonce
 */
async function removeStaleLock(file, nonce) {
  const claim = await takeFileLock(`${file}.stale-${nonce}`, 'taking over')
  if ('holder' in claim) {
    await sleep(TAKEOVER_WAIT_MS)
    return
  }
  removeLock(file, nonce)
  claim.release()
}

/** @param {string} file @param {string} nonce */
function removeLock(file, nonce) {
  if (readHolder(file)?.nonce === nonce) rmSync(file)
}

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return UNREADABLE
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
