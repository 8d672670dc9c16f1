/** The worker's log as the collector's lines: what the steps tell in the document's words, and what went wrong. */
import pino from 'pino'
import { TOLD } from '../../activities/match-results/told.ts'
import type { Logger } from '../../worker/log.ts'
import { type CollectorLog, type LineLevel, sentenceOf } from './log-lines.ts'
import { linesOf } from './told-lines.ts'

/** The same trouble is told again only after so long: a server that stays away would fill the log with one sentence. */
const REPEAT_AFTER_MS = 10 * 60_000

/** Troubles remembered at most; their texts hold numbers that change, and the collector runs for months. */
const MOST_TROUBLES = 200

export interface WorkerLog {
  /** For the worker and for Temporal's runtime. */
  logger: Logger
  /** Whether the end of this run has been told by its own steps. */
  hasTold: (workflowId: string) => boolean
  /** Keeps the record of told runs small. */
  forget: (workflowId: string) => void
}

/** A logger of the worker that speaks the collector's language; `clock` decides when a trouble is told again. */
export function openWorkerLog(log: CollectorLog, clock: () => number = Date.now): WorkerLog {
  const told = new Set<string>()
  const troubles = new Map<string, number>()
  const isRepeated = (trouble: string) => {
    const last = troubles.get(trouble)
    if (last !== undefined && clock() - last < REPEAT_AFTER_MS) return true
    if (troubles.size >= MOST_TROUBLES) troubles.clear()
    troubles.set(trouble, clock())
    return false
  }
  const write = (json: string) => {
    const record = JSON.parse(json) as Record<string, unknown>
    const message = String(record['msg'])
    const lines = linesOf(message, record)
    if (lines !== undefined) {
      for (const { level, text } of lines) log.line(level, text)
      if (message === TOLD.ended) told.add(String(record['workflowId']))
      return
    }
    if (isNoise(record)) return
    const level = levelOf(record)
    const isNews = level === 'DEBUG' || level === 'INFO' || !isRepeated(textOf(message, record, DIFFERS))
    if (isNews) log.line(level, textOf(message, record, level === 'DEBUG' ? undefined : DIFFERS))
  }
  const logger = pino(
    { level: 'debug', base: null, serializers: { error: sentenceOf, cause: sentenceOf } },
    { write },
  )
  return {
    logger,
    hasTold: (workflowId) => told.has(workflowId),
    forget: (workflowId) => {
      told.delete(workflowId)
    },
  }
}

/** pino's numbers of its levels. */
const PINO = { info: 30, warn: 40, error: 50 }

/** What Temporal's worker says of itself is of interest with --verbose alone; what ours says (of the spool) always is. */
function levelOf({ level, sdkComponent }: Record<string, unknown>): LineLevel {
  const number = Number(level)
  if (number >= PINO.error) return 'ERROR'
  if (number >= PINO.warn) return 'WARNING'
  return number >= PINO.info && sdkComponent === undefined ? 'INFO' : 'DEBUG'
}

/** Said of every worker that runs steps alone, as those of a host's own queues do. */
const STEPS_ALONE = 'No workflows registered, not polling for workflow tasks'
/** The collection's last line has said it, and why. */
const RUN_FAILED = 'Workflow failed'

/** How Temporal's worker is set up and goes through its states: nothing about a collection. */
function isNoise({ msg, level, sdkComponent, workflowId }: Record<string, unknown>): boolean {
  if (msg === RUN_FAILED) return true
  const isInternal = (sdkComponent === 'worker' || sdkComponent === 'core') && workflowId === undefined
  return isInternal && (Number(level) < PINO.warn || msg === STEPS_ALONE)
}

/** What identifies a record to Temporal and says nothing to its reader. */
const SILENT = new Set(
  ['level', 'time', 'msg', 'sdkComponent', 'taskToken', 'namespace', 'taskQueue', 'isLocal'].concat([
    ...['workflowRunId', 'workflowType', 'activityId', 'durationMs', 'runId'],
  ]),
)

/** What differs from one minute to the next while the trouble stays the same. */
const DIFFERS = new Set(['workflowId', 'attempt'])

function textOf(message: string, record: Record<string, unknown>, without = new Set<string>()): string {
  const facts = Object.entries(record).flatMap(([key, value]) => {
    if (SILENT.has(key) || without.has(key) || value === undefined || value === null) return []
    return [`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`]
  })
  return facts.length === 0 ? message : `${message} (${facts.join(', ')})`
}
