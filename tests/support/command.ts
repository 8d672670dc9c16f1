/**
 * The `almanac` command: in this process, or as a child process if a test is about one (signals, its end, what `bin/`
 * does).
 */
import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { main } from '../../cli/main.ts'
import type { Output } from '../../cli/terminal.ts'
import { packageRoot } from '../../system/package-root.ts'

export interface CommandResult {
  /** Null if a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCommand {
  pid: number
  /** Everything printed so far, both streams. */
  output(): string
  /** Resolves when the output matches; rejects, with the output, if the command ends without it. */
  said(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
  ended: Promise<CommandResult>
}

/** The environment of a command; variables that a developer's own `.env` may hold are emptied. */
const environment = (env: Record<string, string>) => ({
  ...process.env,
  DATABASE_URL: '',
  TEMPORAL_ADDRESS: '',
  CURSEFORGE_API_KEY: '',
  ...env,
})

/** Runs the command to its end, in this process: a second of loading less each time. */
export async function command(args: string[], env: Record<string, string>): Promise<CommandResult> {
  const result = { stdout: '', stderr: '' }
  const output = (name: keyof typeof result): Output => ({
    write: (text) => (result[name] += text),
  })
  const code = await main(args, {
    env: environment(env),
    stdout: output('stdout'),
    stderr: output('stderr'),
    signals: new EventEmitter(),
  })
  return { code, ...result }
}

/** Starts `node bin/almanac.mjs …`. */
export function startCommand(args: string[], env: Record<string, string>): RunningCommand {
  const child = spawn(process.execPath, ['bin/almanac.mjs', ...args], {
    cwd: packageRoot,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const result: CommandResult = { code: null, stdout: '', stderr: '' }
  let output = ''
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      result[name] += text
      output += text
      for (const check of watchers) check()
    })
  }
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ ...result, code })
    })
  })
  return {
    pid: child.pid ?? 0,
    output: () => output,
    kill: (signal) => child.kill(signal),
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!pattern.test(output)) return
          watchers.delete(check)
          resolve(output)
        }
        watchers.add(check)
        check()
        ended.then(() => {
          if (watchers.delete(check)) reject(new Error(`ended without ${String(pattern)}:\n${output}`))
        }, reject)
      }),
  }
}

/** Runs `node bin/almanac.mjs …` to its end. */
export function commandProcess(args: string[], env: Record<string, string>): Promise<CommandResult> {
  return startCommand(args, env).ended
}
