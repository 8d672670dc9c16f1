/** A loop next to the worker that loads what this machine's spool holds, independent of all runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { fileFailure } from '../system/atomic-file.ts'
import { isNotMigrated, troubleOf } from '../db/database-failure.ts'
import { type Database } from '../db/database.ts'
import { openRuns } from '../db/queries/runs.ts'
import { drainSpool, type Drained } from '../db/spool/drain.ts'
import { duePipelines, forgetDue } from '../db/spool/due.ts'
import { damagedSegments, DRAIN_LOCK, segmentNames, restoreDeadLetters } from '../db/spool/folder.ts'
import { heldBy } from '../db/spool/held.ts'
import { Failure } from '../core/failures.ts'
import type { LogRecord } from '../core/log-records.ts'
import { takeFileLock, type Holder } from '../local/file-lock.mjs'
import { sentence } from '../wording/sentence.ts'
import type { Logger } from './log.ts'

/** Rows are loaded seconds after the database is back; reading the names in a folder costs nothing. */
const POLL_INTERVAL_MS = 5_000

/**
 * Intervals until the next poll after one that found a table missing: a person migrates, and each attempt until then leaves
 * some twenty lines in the log of PostgreSQL.
 */
const INTERVALS_UNTIL_MIGRATED = 6

/** What became of one attempt at the spool: it was empty, another process drains it, or it was drained. */
export type DrainAttempt =
  | { kind: 'empty' }
  | { kind: 'held'; holder: Holder }
  | ({
      kind: 'drained'
      /** Why what follows from loaded rows could not be started; it stays due. */
      notStarted?: Error
    } & Drained)

interface AttemptOptions {
  /** Said to those who find the lock taken. */
  what: string
  signal: AbortSignal
  onSegment?: (done: number, all: number) => void
  /**
   * Starts what recomputes the derived rows of these pipelines, including those of an earlier drain. They stay due if
   * it throws, and if a run of theirs is open.
   */
  startRecompute?: (pipelines: string[]) => Promise<void>
  /** What was put aside is tried again, too. */
  withDamaged?: boolean
}

/** Whether there is nothing to load, and nothing due by an earlier drain. */
export function isDrained(folder: string, { withDamaged = false }: { withDamaged?: boolean } = {}): boolean {
  const damaged = withDamaged ? damagedSegments(folder) : []
  return segmentNames(folder).length + duePipelines(folder).length + damaged.length === 0
}

/**
 * Drains the folder if it holds something and no other process does so at this moment, and starts what is due by it.
 * Throws `Misconfigured` or `DiskFull` if the lock cannot be taken, or a dead letter not be moved.
 */
export async function attemptDrain(
  db: Database,
  folder: string,
  { what, startRecompute, withDamaged = false, ...options }: AttemptOptions,
): Promise<DrainAttempt> {
  if (isDrained(folder, { withDamaged })) return { kind: 'empty' }
  const lock = await takeLock(join(folder, DRAIN_LOCK), what)
  if ('holder' in lock) return { kind: 'held', holder: lock.holder }
  try {
    if (withDamaged) restoreDeadLetters(folder)
    const drained = await drainSpool(db, folder, options)
    if (startRecompute === undefined || options.signal.aborted) return { kind: 'drained', ...drained }
    try {
      await deriveDue(db, folder, startRecompute)
      return { kind: 'drained', ...drained }
    } catch (error) {
      const notStarted = error instanceof Error ? error : new Error(String(error))
      return { kind: 'drained', ...drained, notStarted }
    }
  } finally {
    lock.release()
  }
}

async function deriveDue(
  db: Database,
  folder: string,
  startRecompute: (pipelines: string[]) => Promise<void>,
): Promise<void> {
  const due = duePipelines(folder)
  const ready = due.length === 0 ? [] : await withoutRun(db, due)
  if (ready.length === 0) return
  await startRecompute(ready)
  forgetDue(folder, ready)
}

/** Throws `Misconfigured` if the folder may not be written, `DiskFull` if there is no room for the lock. */
async function takeLock(file: string, what: string): ReturnType<typeof takeFileLock> {
  try {
    return await takeFileLock(file, what, { isRenewed: true })
  } catch (error) {
    throw fileFailure(file, error) ?? error
  }
}

export interface Draining {
  db: Database
  folder: string
  log: Logger
  /** Starts what computes the derived rows of these pipelines again. Asked again when it fails. */
  startRecompute?: (pipelines: string[]) => Promise<void>
  pollIntervalMs?: number
}

/** Drains at once and then every few seconds, until stopped; a stop waits for the segment that is being written. */
export function startDraining(draining: Draining): { stop(): Promise<void> } {
  const { folder, pollIntervalMs = POLL_INTERVAL_MS } = draining
  const stopping = new AbortController()
  const { signal } = stopping
  const poll = createPoll(draining, signal)
  const loop = async () => {
    while (!signal.aborted) {
      const trouble = await poll()
      const intervals = isNotMigrated(trouble) ? INTERVALS_UNTIL_MIGRATED : 1
      await sleep(intervals * pollIntervalMs, undefined, { signal }).catch(ignoreAbort)
    }
  }
  const ended = loop()
  draining.log.debug({ folder }, 'checking the spool')
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** One poll, which never throws: each distinct error is reported once. Returns what ended it. */
function createPoll(
  { db, folder, log, startRecompute }: Draining,
  signal: AbortSignal,
): () => Promise<unknown> {
  let reported: string | undefined
  const report = ({ record, message }: Report) => {
    if (record.reason !== reported) log.warn(record, message)
    reported = record.reason
  }
  const options = { what: 'the drain of a worker', signal, ...(startRecompute && { startRecompute }) }
  return async () => {
    try {
      const attempt = await attemptDrain(db, folder, options)
      if (attempt.kind !== 'drained') return undefined
      logDrained(log, folder, attempt)
      const trouble = troubleAfter(attempt, folder)
      if (trouble === undefined) reported = undefined
      else report(trouble)
      return attempt.ended ?? attempt.notStarted
    } catch (error) {
      report({
        record: { event: 'spool.check-failed', ...troubleOf(error), folder },
        message: 'could not check the spool; will retry',
      })
      return error
    }
  }
}

interface Report {
  record: Extract<LogRecord, { reason: string; folder: string }>
  message: string
}

/** The first error; other errors are reported once this is over. */
function troubleAfter(
  { ended, skipped, notStarted }: DrainAttempt & { kind: 'drained' },
  folder: string,
): Report | undefined {
  if (ended !== undefined) {
    const trouble = troubleOf(ended)
    return isUnavailable(ended)
      ? {
          record: { event: 'spool.waiting', ...trouble, folder },
          message: 'the spool waits for the database',
        }
      : {
          record: { event: 'spool.drain-failed', ...trouble, folder },
          message: 'the spool could not be drained; will retry',
        }
  }
  if (skipped.length > 0) {
    const reason = skipped.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
    return {
      record: { event: 'spool.unreadable', reason, folder },
      message: 'segments of the spool could not be read and were not moved; will retry',
    }
  }
  if (notStarted === undefined) return undefined
  return {
    record: { event: 'spool.derive-failed', ...troubleOf(notStarted), folder },
    message: 'the recompute of the loaded rows could not be started; will retry',
  }
}

const isUnavailable = (error: Error) => error instanceof Failure && error.type === 'DatabaseUnavailable'

/** Those of which no run is going on: it would be in the way of one that derives, and may be about to end. */
async function withoutRun(db: Database, pipelines: string[]): Promise<string[]> {
  const open = new Set((await openRuns(db)).map(({ pipeline }) => pipeline))
  return pipelines.filter((pipeline) => !open.has(pipeline))
}

function logDrained(
  log: Logger,
  folder: string,
  { segments, rows, runs, damaged, pipelines }: Drained,
): void {
  if (segments > 0)
    log.info(
      { event: 'spool.loaded', segments, rows, runs, pipelines } satisfies LogRecord,
      'loaded rows from the spool',
    )
  for (const { name, reason, head } of damaged) {
    const held = head === undefined ? undefined : heldBy(head)
    const what = held === undefined ? '' : `: ${sentence(held)}`
    log.error(
      { event: 'spool.segment-rejected', folder, name, reason, held } satisfies LogRecord,
      `a segment of the spool could not be loaded and is now a dead letter${what}`,
    )
  }
}

/** The wait was ended by a stop. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}
