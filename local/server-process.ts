/** Starting, watching and ending a server process that outlives the terminal it was started from. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { elapsed } from '../core/elapsed.ts'
import { Failure } from '../core/failures.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.mjs'

/** A log above this size is set aside at the next start, and the one set aside before is dropped. */
const LOG_ROTATE_BYTES = 5 * 1024 * 1024
/** Poll interval of readiness: PostgreSQL responds after some 100 ms, so the wait is hardly felt. */
const POLL_MS = 25
/** Last lines of a log that a failure shows. */
const LOG_TAIL_LINES = 8

export interface ServerCommand {
  /** How people call it: "PostgreSQL". */
  name: string
  command: string
  args: string[]
  logFile: string
  /** Default: that of this process. */
  env?: NodeJS.ProcessEnv | undefined
}

/**
 * Spawns in a separate session, so that Ctrl+C in the terminal reaches only us and the server is stopped last, and so
 * that it survives our crash to be adopted. Output goes to the log file: a pipe would break with us.
 */
export async function spawnServer({
  name,
  command,
  args,
  logFile,
  env,
}: ServerCommand): Promise<ProcessIdentity> {
  if (existsSync(logFile) && statSync(logFile).size > LOG_ROTATE_BYTES) renameSync(logFile, `${logFile}.1`)
  const log = openSync(logFile, 'a', 0o600)
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      windowsHide: true,
      ...(env === undefined ? {} : { env }),
    })
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    // The wait that follows reports a server that ended at once from its log; until then its pid is still ours (a
    // zombie).
    return identify(child.pid ?? 0) ?? { pid: child.pid ?? 0, startedAt: 'ended' }
  } catch (error) {
    throw new Failure(
      'Misconfigured',
      `${name} could not be started from ${command}; check that it may be run.`,
      {
        cause: error,
      },
    )
  } finally {
    closeSync(log)
  }
}

/**
 * Asks until `ready` returns a value. Returns undefined when the process ended first; throws `CommandTimedOut`
 * when the time is over. `ready` says "not yet" with undefined and may throw what waiting does not mend.
 */
export async function waitUntilReady<T>(
  server: ProcessIdentity,
  timeoutMs: number,
  ready: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = elapsed() + timeoutMs
  while (isAlive(server)) {
    const value = await ready()
    if (value !== undefined) return value
    if (elapsed() > deadline) {
      throw new Failure(
        'CommandTimedOut',
        `Process ${server.pid} runs but did not answer within ${timeoutMs / 1000} s; see its log, or end it and start again.`,
      )
    }
    await sleep(POLL_MS)
  }
  return undefined
}

/** Sends the signal if the process still is the one meant, and waits; true when it is gone. */
export async function endProcess(
  server: ProcessIdentity,
  signal: NodeJS.Signals,
  timeoutMs: number,
): Promise<boolean> {
  if (!isAlive(server)) return true
  try {
    process.kill(server.pid, signal)
  } catch (error) {
    // It ended by itself between the two lines.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  return waitForEnd(server, timeoutMs)
}

/** True when the process is gone within the time. */
export async function waitForEnd(server: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = elapsed() + timeoutMs
  while (isAlive(server)) {
    if (elapsed() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}

/** The last lines of a log from a position on, for a failure's message. */
export function logTail(logFile: string, from = 0): string {
  if (!existsSync(logFile)) return '(no log)'
  const text = readFileSync(logFile).subarray(from).toString('utf8')
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')
}

/** Where a log ends now; 0 if there is none. */
export function logEnd(logFile: string): number {
  return statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
}
