/** The worker's log as the collector's lines: what the steps tell in the document's words, and what went wrong. */
import pino from 'pino'
import { TOLD } from '../../../activities/match-results/told.ts'
import { sentenceOf } from '../../../core/failures.ts'
import type { Logger } from '../../../worker/log.ts'
import type { CollectorLog } from './log-lines.ts'
import { linesOf } from './told-lines.ts'
import { isDatabaseAway, isNoise, levelOf, troubleText, type LogRecord } from './trouble-lines.ts'

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
    const record = JSON.parse(json) as LogRecord
    const message = String(record['msg'])
    const lines = linesOf(message, record)
    if (lines !== undefined) {
      log.lines(lines)
      if (message === TOLD.ended) told.add(String(record['workflowId']))
      return
    }
    if (isNoise(record)) return
    const level = isDatabaseAway(message, record) ? 'DEBUG' : levelOf(record)
    const text = troubleText(message, record) ?? `${speakerOf(record)}: ${textOf(message, record, DIFFERS)}`
    if (level === 'DEBUG') log.line(level, textOf(message, record))
    else if (level === 'INFO' || !isRepeated(text)) log.line(level, text)
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

/** Whose words these are: they stay as they are. */
const speakerOf = ({ sdkComponent }: LogRecord) => (sdkComponent === undefined ? 'Almanac' : 'Temporal')

/** What identifies a record to Temporal and says nothing to its reader. */
const SILENT = new Set(
  ['level', 'time', 'msg', 'sdkComponent', 'taskToken', 'namespace', 'taskQueue', 'isLocal'].concat([
    'workflowRunId',
    'workflowType',
    'activityId',
    'durationMs',
    'runId',
  ]),
)

/** What differs from one minute to the next while the trouble stays the same. */
const DIFFERS = new Set(['workflowId', 'attempt'])

function textOf(message: string, record: LogRecord, without = new Set<string>()): string {
  const facts = Object.entries(record).flatMap(([key, value]) => {
    if (SILENT.has(key) || without.has(key) || value === undefined || value === null) return []
    return [`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`]
  })
  return facts.length === 0 ? message : `${message} (${facts.join(', ')})`
}
