/** The environment and output of a command: those of the process, or what a caller of `main` passes. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Target of the text. */
export interface Output {
  write(text: string): unknown
  isTTY?: boolean
  /** Width of a line; 80 if unknown. */
  columns?: number
}

/** Source of the signals. */
interface Signals {
  on(name: NodeJS.Signals, heard: (name: NodeJS.Signals) => void): unknown
  once(name: NodeJS.Signals, heard: (name: NodeJS.Signals) => void): unknown
  removeListener(name: NodeJS.Signals, heard: (name: NodeJS.Signals) => void): unknown
}

export interface Terminal {
  /** Undefined: the environment of the process. */
  env: Record<string, string | undefined> | undefined
  stdout: Output
  stderr: Output
  /** What SIGINT and SIGTERM come from. */
  signals: Signals
}

const ownTerminal: Terminal = {
  env: undefined,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
}

const current = new AsyncLocalStorage<Terminal>()

/** That of the command which runs here. */
export function terminal(): Terminal {
  return current.getStore() ?? ownTerminal
}

/** Runs a command with another terminal; several at once do not mix. */
export function withTerminal<T>(other: Terminal, command: () => T): T {
  return current.run(other, command)
}
