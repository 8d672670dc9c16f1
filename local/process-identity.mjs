/**
 * Which process a pid stands for. Plain JavaScript, because `bin/almanac.mjs` reads it before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/**
 * @typedef {{ pid: number, startedAt: string }} ProcessIdentity
 */

/**
 * The living process behind a pid, or undefined. A pid alone is reused after a while, so the start time belongs to it
 * (with the boot's id on Linux, where the time counts from the boot). On Windows the pid alone has to do.
 *
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identify(pid) {
  if (process.platform === 'linux') return identifyOnLinux(pid)
  if (process.platform === 'win32') return answersSignals(pid) ? { pid, startedAt: 'unknown' } : undefined
  const startedAt = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return startedAt === '' ? undefined : { pid, startedAt }
}

/**
 * Whether exactly this process still runs. A zombie does not.
 *
 * @param {ProcessIdentity} identity
 */
export function isAlive(identity) {
  return identify(identity.pid)?.startedAt === identity.startedAt
}

/**
 * Program and arguments of a process; undefined if the machine does not show them (Windows, or the process ended).
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function commandLine(pid) {
  if (process.platform === 'win32') return undefined
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return stdout.trim() === '' ? undefined : stdout.trim()
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * The scope in which a pid identifies a process: a boot of this machine, and in it a numbering of processes, of which
 * each container has its own. Empty if the machine does not show it.
 */
export function pidPlace() {
  if (process.platform !== 'linux') return ''
  try {
    return `${bootId()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** @param {number} pid */
function identifyOnLinux(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may hold spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, ticks] = [fields[0], fields[19]]
    if (state === 'Z' || state === 'X') return undefined
    return { pid, startedAt: `${bootId()}:${ticks}` }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** ESRCH: the process ended while its file was read. @param {unknown} error */
function isMissing(error) {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}

/** @param {number} pid */
function answersSignals(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
