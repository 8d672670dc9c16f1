/**
 * Which process a pid stands for. Plain JavaScript, because `bin/almanac.mjs` reads it before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

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
 * Every living process of this user, with its program and arguments, separated by spaces. A process that was started on
 * a folder is found by that folder's path: unlike a file with its pid, that cannot be lost, copied or half-written.
 *
 * @returns {{ pid: number, command: string }[]}
 */
export function ownProcesses() {
  if (process.platform === 'linux') return readdirSync('/proc').flatMap((name) => ownProcessOnLinux(name))
  const [program, ...args] = process.platform === 'win32' ? LIST_ON_WINDOWS : LIST
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: LIST_BYTES, windowsHide: true })
  return [...stdout.matchAll(/^\s*(\d+) (.+?)\s*$/gm)].map(([, pid, command]) => ({
    pid: Number(pid),
    command,
  }))
}

const LIST = ['ps', '-ww', '-x', '-o', 'pid=,command=', '-U', String(process.getuid?.())]
const LIST_ON_WINDOWS = [
  'powershell',
  '-NoProfile',
  '-Command',
  'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }',
]
/** A thousand processes with long command lines are under one megabyte. */
const LIST_BYTES = 16 * 1024 * 1024

/** @param {string} name of a file in /proc */
function ownProcessOnLinux(name) {
  const pid = Number(name)
  if (!Number.isInteger(pid)) return []
  try {
    if (statSync(`/proc/${name}`).uid !== process.getuid?.()) return []
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
  const command = commandLine(pid)
  return command === undefined ? [] : [{ pid, command }]
}

/**
 * Program and arguments of a process of any user; undefined if the machine does not show them (Windows, another user's
 * process, or it ended).
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function commandLine(pid) {
  if (process.platform === 'win32') return undefined
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return stdout.trim() || undefined
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EACCES'))
      return undefined
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
