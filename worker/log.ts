/** Target and wording of a worker's log: pino, for our lines and for Temporal's. */
import {
  DefaultLogger,
  Runtime,
  type LogLevel,
  type LogMetadata,
  type RuntimeOptions,
} from '@temporalio/worker'
import pino, { type DestinationStream, type Logger } from 'pino'
import { sentenceOf } from '../core/failures.ts'
import { cleanJson } from '../core/foreign-text.ts'
import type { LogRecord, Say } from '../core/log-records.ts'
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

/** Where the SDK's own metrics are served on 127.0.0.1, if they are. */
export interface SdkMetrics {
  port: number | undefined
  say: Say
}

/**
 * Sends Temporal's log through ours. Call once, before the first worker. The core's own lines are limited to
 * errors: it prints hundreds of warnings while a server is away, and every retry says the same.
 * Signals are left to the command, which knows in which order to stop things. A port of `metrics` that is
 * taken is said, and nothing more.
 */
export function installRuntime(log: Logger, metrics?: SdkMetrics): void {
  const options: RuntimeOptions = {
    logger: new DefaultLogger('TRACE', ({ level, message, meta }) => {
      log[LEVELS[level]](plain(meta), message)
    }),
    telemetryOptions: TELEMETRY,
    shutdownSignals: [],
  }
  if (metrics?.port === undefined) {
    Runtime.install(options)
    return
  }
  const { port, say } = metrics
  try {
    Runtime.install({ ...options, telemetryOptions: { ...TELEMETRY, metrics: metricsAt(port) } })
  } catch (error) {
    // Anything else that is wrong makes this throw as well.
    Runtime.install(options)
    const record = { event: 'worker.metrics-failed', port, reason: sentenceOf(error) } satisfies LogRecord
    const line = `no metrics of Temporal's SDK at port ${port} (${record.reason}): free it, or set TEMPORAL_METRICS_PORT to another one`
    log.warn(record, line)
    say(line, record)
  }
}

const TELEMETRY = { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } } as const

/** Names and units as Prometheus wants them. */
const metricsAt = (port: number) => ({
  prometheus: {
    bindAddress: `127.0.0.1:${port}`,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
  },
})

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
