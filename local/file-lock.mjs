/**
 * A lock file that names its holder and outlives no one: what a dead process held is taken over, also when two race for
 * it. Plain JavaScript, because `bin/almanac.mjs` uses it before anything is installed.
 */
import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../system/make-folder.mjs'
import { identify, isAlive, pidPlace } from './process-identity.mjs'

/**
 * `place` is the scope in which the pid is valid, `isRenewed` that the file is touched for as long as it is held. Locks
 * of earlier versions have neither.
 *
 * @typedef {{ pid: number, startedAt: string, place?: string, isRenewed?: boolean, since: string, what: string, nonce: string }} Holder
 */

/** A few times within the time below, so that a busy or briefly stopped process keeps its lock. */
const RENEW_EVERY_MS = 5_000

/** How long a holder in another container, whose pid means nothing here, counts as alive after it touched its lock. */
const FRESH_MS = 60_000

/** Poll interval while another process takes a lock over: long enough for a few file operations. */
const TAKEOVER_WAIT_MS = 20

/** What a power cut or a full disk left of a lock: no process holds it, since one writes it whole. */
const UNREADABLE = { pid: 0, startedAt: 'unreadable', since: '', what: '', nonce: 'unreadable' }

/**
 * Takes the lock, or returns its holder. `release` may be called more than once and removes only our own lock.
 *
 * Across containers (and machines) that share a folder only a renewed lock excludes: only its age shows whether its
 * holder lives. A lock that is not renewed is taken over at once, so that what a killed container left does not block
 * the next one.
 *
 * @param {string} file
 * @param {string} what said to those who find the lock taken
 * @param {{ isRenewed?: boolean }} [options]
 * @returns {Promise<{ release: () => void } | { holder: Holder }>}
 */
export async function takeFileLock(file, what, { isRenewed = false } = {}) {
  const nonce = randomUUID()
  makeFolder(dirname(file))
  for (;;) {
    if (createLock(file, what, nonce, isRenewed)) {
      const renewing = isRenewed
        ? setInterval(() => renewLock(file, nonce), RENEW_EVERY_MS).unref()
        : undefined
      const release = () => {
        clearInterval(renewing)
        removeLock(file, nonce)
      }
      return { release }
    }
    const holder = readHolder(file)
    if (holder === undefined) continue
    if (isHeld(file, holder)) return { holder }
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
  return holder !== undefined && isHeld(file, holder) ? holder : undefined
}

/** @param {string} file @param {Holder} holder */
function isHeld(file, holder) {
  if (holder.place === undefined || holder.place === pidPlace()) return isAlive(holder)
  const stat = holder.isRenewed === true ? statSync(file, { throwIfNoEntry: false }) : undefined
  // A clock that was set back must not make a lock live forever.
  return stat !== undefined && Math.abs(Date.now() - stat.mtimeMs) < FRESH_MS
}

/**
 * Written aside and linked into place: a link is refused if the name exists, and no reader ever sees half a file.
 *
 * @param {string} file @param {string} what @param {string} nonce @param {boolean} isRenewed
 */
function createLock(file, what, nonce, isRenewed) {
  const draft = `${file}.${nonce}`
  const since = new Date().toISOString()
  const holder = { ...identify(process.pid), place: pidPlace(), isRenewed, since, what, nonce }
  try {
    writeFileSync(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx', flush: true })
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    // On a full disk it may be there, half-written, or not at all.
    rmSync(draft, { force: true })
  }
}

/**
 * Checking a stale lock and removing it are two steps, and between them another process may have done both and taken
 * the lock. So the right to remove a certain stale lock is itself a lock, named by that lock's nonce (and may be stale
 * in turn).
 *
 * @param {string} file @param {string} nonce
 */
async function removeStaleLock(file, nonce) {
  const claim = await takeFileLock(`${file}.stale-${nonce}`, 'taking over', { isRenewed: true })
  if ('holder' in claim) {
    await sleep(TAKEOVER_WAIT_MS)
    return
  }
  removeLock(file, nonce)
  claim.release()
}

/** @param {string} file @param {string} nonce */
function removeLock(file, nonce) {
  if (readHolder(file)?.nonce === nonce) rmSync(file, { force: true })
}

/** @param {string} file @param {string} nonce */
function renewLock(file, nonce) {
  try {
    const now = new Date()
    if (readHolder(file)?.nonce === nonce) utimesSync(file, now, now)
  } catch {
    // Ignore: the lock's owner will hit the same disk error, and the lock will go stale.
  }
}

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
function readHolder(file) {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8'))
    return isHolder(found) ? found : UNREADABLE
  } catch (error) {
    if (error instanceof SyntaxError) return UNREADABLE
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** @param {any} found @returns {found is Holder} */
function isHolder(found) {
  return (
    typeof found?.pid === 'number' &&
    ['startedAt', 'since', 'what', 'nonce'].every((name) => typeof found[name] === 'string')
  )
}
