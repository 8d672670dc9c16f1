/** Target and wording of a worker's log: pino, for our lines and for Temporal's. */
import { Runtime, type LogLevel, type LogMetadata } from '@temporalio/worker'
import pino, { type DestinationStream, type Logger } from 'pino'
import { cleanJson } from '../core/foreign-text.ts'
import type { Environment } from '../config/environment.ts'
import { openLogFile } from './log-file.ts'

export type { Logger } from 'pino'

const LEVELS: Record<LogLevel, pino.Level> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
}

/**
 * Opens the log: JSON lines into a file, readable lines on standard error if it is printed. Default: printed without a
 * file. Throws `Misconfigured` if the file cannot be written.
 */
export function openLog(
  level: Environment['LOG_LEVEL'],
  file?: string,
  isPrinted = file === undefined,
): Logger {
  const targets = [
    ...(isPrinted ? [readableLines()] : []),
    ...(file === undefined ? [] : [openLogFile(file)]),
  ]
  return pino({ level }, cleaning(targets))
}

const readableLines = (): DestinationStream =>
  pino.transport({ target: 'pino-pretty', options: { destination: 2, ignore: 'pid,hostname' } })

/** What strangers wrote is cleaned and our secrets are hidden in every line, whoever logs it. */
function cleaning(targets: DestinationStream[]): DestinationStream {
  return {
    write(line) {
      const clean = cleanJson(line)
      for (const target of targets) target.write(clean)
    },
  }
}

/**
 * Sends Temporal's log through ours. Call once, before the first worker. The core's own lines are limited to
 * errors: it prints hundreds of warnings while a server is away, and every retry says the same.
 * Signals are left to the command, which knows in which order to stop things.
 */
export function installRuntime(log: Logger): void {
  const write = (level: LogLevel, message: string, meta?: LogMetadata) => {
    log[LEVELS[level]](plain(meta), message)
  }
  Runtime.install({
    logger: {
      log: write,
      trace: (message, meta) => {
        write('TRACE', message, meta)
      },
      debug: (message, meta) => {
        write('DEBUG', message, meta)
      },
      info: (message, meta) => {
        write('INFO', message, meta)
      },
      warn: (message, meta) => {
        write('WARN', message, meta)
      },
      error: (message, meta) => {
        write('ERROR', message, meta)
      },
    },
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    shutdownSignals: [],
  })
}

/**
 * Writes what Temporal's runtime holds back (for 100 ms, to put lines in order): by then the ended activities have
 * logged.
 */
export function flushRuntimeLog(): void {
  Runtime.instance().flushLogs()
}

/** Metadata without its symbols and with numbers that JSON can hold. */
function plain(meta: LogMetadata | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(meta ?? {}).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? Number(value) : (value as unknown),
    ]),
  )
}
