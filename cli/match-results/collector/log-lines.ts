/** The collector's log: the lines of the document, on the console and in a file. */
import { appendFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../../../system/make-folder.mjs'
import { Failure, sentenceOf } from '../../../core/failures.ts'
import { printable } from '../../../core/foreign-text.ts'
import { redacted } from '../../../core/secrets.ts'
import { print } from '../../output.ts'

export type LineLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR'

export interface LogLine {
  level: LineLevel
  text: string
}

export interface CollectorLog {
  line(level: LineLevel, text: string): void
  lines(lines: readonly LogLine[]): void
}

export interface CollectorLogOptions {
  /** Also lines of level DEBUG. LOG_LEVEL is the worker's: it must not take away the lines that the document promises. */
  verbose: boolean
  /** File that every line is also written to; its folder is made. */
  logFile?: string | undefined
  /** Additional target of the lines. Default: standard output. */
  write?: (line: string) => void
  clock?: () => Date
}

const SERVICE = 'COLLECTOR-SERVICE'

/** Line breaks and other control characters: a team's name must not be able to write additional lines. */
const CONTROL = /[\s\p{Cc}\u2028\u2029]+/gu

/** `[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] Démarrage de la collecte...`, in the machine's own time zone. */
export function formatLine({ level, text }: LogLine, at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `[${day} ${time}] [${level}] [${SERVICE}] ${printable(redacted(text).replaceAll(CONTROL, ' ')).trim()}`
}

/**
 * Opens the log. Throws `Misconfigured` if the file cannot be written. If it can no longer be written later (a full
 * disk), the console says so once, and the collection continues.
 */
export function openCollectorLog({
  verbose,
  logFile,
  write = print,
  clock = () => new Date(),
}: CollectorLogOptions): CollectorLog {
  const append = logFile === undefined ? undefined : fileOf(logFile)
  let isBroken = false
  const toFile = (line: string) => {
    try {
      append?.(line)
      isBroken = false
    } catch (error) {
      if (!isBroken) {
        const text = `Le fichier de log ne peut pas être écrit: ${sentenceOf(error)}`
        write(formatLine({ level: 'WARNING', text }, clock()))
      }
      isBroken = true
    }
  }
  const line = (level: LineLevel, text: string) => {
    if (level === 'DEBUG' && !verbose) return
    const formatted = formatLine({ level, text }, clock())
    write(formatted)
    toFile(formatted)
  }
  return {
    line,
    lines(lines) {
      for (const { level, text } of lines) line(level, text)
    },
  }
}

/** Opened anew for each line: a program that rotates logs may have moved the file in between. */
function fileOf(path: string): (line: string) => void {
  try {
    makeFolder(dirname(path))
    appendFileSync(path, '')
  } catch (error) {
    throw new Failure('Misconfigured', `--log-file ${path} cannot be written: ${sentenceOf(error)}.`, {
      cause: error,
    })
  }
  return (line) => {
    appendFileSync(path, `${line}\n`)
  }
}
