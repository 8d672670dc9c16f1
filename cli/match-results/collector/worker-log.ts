/** The worker's log as the collector's lines: our records by their event code, and what Temporal's SDK reports. */
import { ApplicationFailure } from '@temporalio/common'
import pino from 'pino'
import { sentenceOf } from '../../../core/failures.ts'
import type { Trouble } from '../../../core/log-records.ts'
import type { Logger } from '../../../worker/log.ts'
import { FRENCH, type CollectorRecord } from './french.ts'
import { because } from './french-words.ts'
import type { CollectorLog, LineLevel, LogLine } from './log-lines.ts'

/** The same problem is reported again only after this time: a long outage would fill the log with one sentence. */
const REPEAT_AFTER_MS = 10 * 60_000

/** Troubles remembered at most; their texts hold numbers that change, and the collector runs for months. */
const MAX_TROUBLES = 200

/** A record as pino writes it. */
interface Written {
  level: number
  msg: string
  /** One of ours; records of Temporal's SDK have none. */
  event?: CollectorRecord['event']
  failure?: string
  /** Of Temporal's SDK: who speaks. */
  sdkComponent?: string
  workflowId?: string
  activityType?: string
  error?: Trouble
}

export interface WorkerLogOptions {
  /** Called for each run whose end was reported. */
  onEnded?: (workflowId: string) => void
  /** Decides when a problem is reported again. */
  clock?: () => number
}

/** A logger for the worker and for Temporal's runtime that writes the collector's lines. */
export function openWorkerLog(
  log: CollectorLog,
  { onEnded = () => undefined, clock = Date.now }: WorkerLogOptions = {},
): Logger {
  const troubles = new Map<string, number>()
  const isRepeated = (trouble: string) => {
    const last = troubles.get(trouble)
    if (last !== undefined && clock() - last < REPEAT_AFTER_MS) return true
    if (troubles.size >= MAX_TROUBLES) troubles.clear()
    troubles.set(trouble, clock())
    return false
  }
  const write = (json: string) => {
    const record = JSON.parse(json) as Written
    const reported = frenchLines(record)
    if (Array.isArray(reported)) log.lines(reported)
    else if (reported !== undefined) {
      const isTrouble = reported.level === 'WARNING' || reported.level === 'ERROR'
      if (!isTrouble || !isRepeated(reported.text)) log.line(reported.level, reported.text)
    }
    if (record.event === 'collection.ended') onEnded(record.workflowId ?? '')
  }
  const settings = { level: 'debug', base: null, serializers: { error: troubleOfSdk } } as const
  return pino(settings, { write })
}

/** The lines of a record: one with the record's level, or several with their own; undefined if it is not worth one. */
function frenchLines(record: Written): LogLine | LogLine[] | undefined {
  const { event, sdkComponent, workflowId, activityType, error, msg } = record
  // A run of another pipeline that goes on where a killed stack left it is no matter of this log.
  if (workflowId !== undefined && !workflowId.startsWith(OWN_RUNS))
    return {
      level: 'DEBUG',
      text: `Autre pipeline (${workflowId}): ${[msg, error?.reason].filter(Boolean).join(': ')}`,
    }
  if (event !== undefined && event in FRENCH) {
    const reported = (FRENCH[event] as (record: Written) => string | LogLine[])(record)
    return typeof reported === 'string' ? { level: levelOf(record), text: reported } : reported
  }
  if (activityType !== undefined && error !== undefined) {
    const level = error.failure === AWAY ? 'DEBUG' : pinoLevel(record)
    return { level, text: `Une étape a échoué: ${because(error)}` }
  }
  const reason = error === undefined ? '' : `: ${because(error)}`
  if (sdkComponent === undefined) return { level: pinoLevel(record), text: `Almanac: ${msg}${reason}` }
  const isError = pinoLevel(record) === 'ERROR'
  // How Temporal's worker is set up and goes through its states says nothing about a collection.
  if (!isError && workflowId === undefined) return undefined
  // The last activity of a failed workflow has already reported its end.
  return { level: isError ? 'ERROR' : 'DEBUG', text: `Temporal: ${msg}${reason}` }
}

/** The beginning of the workflow ids of match-results. */
const OWN_RUNS = 'match-results'

const AWAY = 'DatabaseUnavailable'

/** An unavailable database is reported once, by its own event: its consequences are of level DEBUG. */
function levelOf(record: Written): LineLevel {
  const { event, failure } = record
  if (event === 'database.connection-lost') return 'DEBUG'
  return failure === AWAY && event !== 'database.unavailable' ? 'DEBUG' : pinoLevel(record)
}

/** pino's numbers of its levels. */
const PINO = { info: 30, warn: 40, error: 50 }

function pinoLevel({ level }: Written): LineLevel {
  if (level >= PINO.error) return 'ERROR'
  if (level >= PINO.warn) return 'WARNING'
  return level >= PINO.info ? 'INFO' : 'DEBUG'
}

function troubleOfSdk(error: unknown): Trouble {
  const failure = error instanceof ApplicationFailure ? (error.type ?? undefined) : undefined
  return { reason: sentenceOf(error), failure }
}
