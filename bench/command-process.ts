/** An `almanac` command in a separate process, as a user starts it: its output, its memory, its end. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../system/package-root.ts'

/** What a command printed last, for the message when it ended too soon. */
const TAIL_CHARACTERS = 2_000
/** The commands promise to stop within 10 s of the first signal; twice that is a hang. */
const STOP_TIMEOUT_MS = 20_000
const BYTES_PER_KB = 1024

export interface CommandProcess {
  pid: number
  /** Everything printed so far. */
  output(): string
  /** Resolves with the milliseconds (`performance.now()`) at which the text was seen; rejects when the command ends first. */
  saw(text: string): Promise<number>
  /** Exit code, or null after a signal. */
  ended: Promise<number | null>
  /** `SIGKILL`, or a signal as Ctrl+C sends it; resolves when the process is gone. Kills what does not stop. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** Starts `almanac` with these arguments; `env` is added to the environment. */
export function startCommand(args: string[], env: Record<string, string>): CommandProcess {
  return startScript([join(packageRoot, 'bin', 'almanac.mjs'), ...args], env)
}

/** Starts Node with these arguments, a script or options before it; `env` is added to the environment. */
export function startScript(args: string[], env: Record<string, string>): CommandProcess {
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const waiting = new Set<() => void>()
  const heard = (chunk: string) => {
    text += chunk
    for (const check of waiting) check()
  }
  child.stdout.setEncoding('utf8').on('data', heard)
  child.stderr.setEncoding('utf8').on('data', heard)
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  return {
    pid: child.pid ?? 0,
    output: () => text,
    ended,
    end: (signal) => end(child, ended, signal),
    saw: (wanted) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!text.includes(wanted)) return
          waiting.delete(check)
          resolve(performance.now())
        }
        waiting.add(check)
        check()
        ended.then((code) => {
          reject(tooSoon(args, code, wanted, text))
        }, reject)
      }),
  }
}

function tooSoon(args: string[], code: number | null, wanted: string, text: string): Error {
  const tail = text.slice(-TAIL_CHARACTERS)
  return new Error(`${args.join(' ')} ended with ${code ?? 'a signal'} before "${wanted}":\n${tail}`)
}

async function end(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
}

/** Megabytes of a process's memory: `VmRSS` now, `VmHWM` at its peak. Linux only, NaN elsewhere. */
export function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  if (process.platform !== 'linux') return NaN
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return (Number(found?.[1] ?? NaN) * BYTES_PER_KB) / 1_000_000
}
