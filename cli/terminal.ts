/**
 * The environment and output of a command: those of the process, or what a caller of `main` passes.
 *
 * Everything printed passes through here. Names and error pages are strangers' text and may be anywhere in it, so our own
 * colours carry a mark that no stranger knows: any other control character is taken out.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomInt } from 'node:crypto'
import { inspect } from 'node:util'
import { printable } from '../core/foreign-text.ts'

/** Target of the text. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** Width of a line; 80 if unknown. */
  readonly columns?: number | undefined
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

/** First number of our colour sequences; no terminal has a style of that number. */
const MARK = randomInt(1_000_000, 1_000_000_000)
const MARKED = new RegExp(`\u001b\\[${MARK};(\\d+)m`, 'g')

const ownTerminal = guarded({
  env: undefined,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
})

const current = new AsyncLocalStorage<Terminal>()

/** That of the command which runs here. */
export function terminal(): Terminal {
  return current.getStore() ?? ownTerminal
}

/** Runs a command with another terminal; several at once do not mix. */
export function withTerminal<T>(other: Terminal, command: () => T): T {
  return current.run(guarded(other), command)
}

function guarded(given: Terminal): Terminal {
  return { ...given, stdout: cleaning(given.stdout), stderr: cleaning(given.stderr) }
}

function cleaning(output: Output): Output {
  return {
    write: (text) => output.write(forTerminal(text)),
    // A window may change its width.
    get isTTY() {
      return output.isTTY
    },
    get columns() {
      return output.columns
    },
  }
}

/** Returns a text in a style of ours. */
export function style(text: string, name: keyof typeof inspect.colors): string {
  const [on = 0, off = 0] = inspect.colors[name] ?? []
  return marked(on) + text + marked(off)
}

/** Returns a text as a terminal gets it: printable, and our styles. */
export function forTerminal(text: string): string {
  return betweenStyles(text, (code) => `\u001b[${code}m`)
}

/** Returns a text of which only our styles take no room, as a table measures and cuts it. */
export function harmless(text: string): string {
  return betweenStyles(text, marked)
}

const marked = (code: number | string) => `\u001b[${MARK};${code}m`

function betweenStyles(text: string, styled: (code: string) => string): string {
  const parts = text.split(MARKED)
  return parts.map((part, at) => (at % 2 === 0 ? printable(part) : styled(part))).join('')
}
