/** The `almanac` command as a child process, as a person starts it. */
import { spawn } from 'node:child_process'
import { packageRoot } from '../../system/package-root.ts'

export interface CommandResult {
  /** Null where a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCommand {
  pid: number
  /** Everything printed so far, both streams. */
  output(): string
  /** Resolves when the output matches; rejects, with the output, where the command ends without it. */
  said(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
  ended: Promise<CommandResult>
}

/** Starts `node bin/almanac.mjs …`; variables that a developer's own `.env` may hold are emptied. */
export function startCommand(args: string[], env: Record<string, string>): RunningCommand {
  const child = spawn(process.execPath, ['bin/almanac.mjs', ...args], {
    cwd: packageRoot,
    env: { ...process.env, DATABASE_URL: '', TEMPORAL_ADDRESS: '', CURSEFORGE_API_KEY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const result: CommandResult = { code: null, stdout: '', stderr: '' }
  let output = ''
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      result[name] += text
      output += text
      for (const look of watchers) look()
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
        const look = () => {
          if (!pattern.test(output)) return
          watchers.delete(look)
          resolve(output)
        }
        watchers.add(look)
        look()
        ended.then(() => {
          if (watchers.delete(look)) reject(new Error(`ended without ${String(pattern)}:\n${output}`))
        }, reject)
      }),
  }
}

/** Runs the command to its end. */
export function command(args: string[], env: Record<string, string>): Promise<CommandResult> {
  return startCommand(args, env).ended
}
