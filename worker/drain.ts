/** A loop beside the worker that loads what this machine's spool holds, apart from all runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { fileFailure } from '../atomic-file.ts'
import { databaseFailure, type Database } from '../db/database.ts'
import { openRuns } from '../db/queries/runs.ts'
import { drainSpool, type Drained } from '../db/spool/drain.ts'
import { DRAIN_LOCK, segmentNames } from '../db/spool/folder.ts'
import { takeFileLock, type Holder } from '../local/file-lock.mjs'
import type { Logger } from './log.ts'

/** Rows are back seconds after the database is; to look at the names in a folder costs nothing. */
const LOOK_EVERY_MS = 5_000

/** What became of one attempt at the spool: it was empty, somebody else drains it, or it was drained. */
export type DrainAttempt =
  { kind: 'empty' } | { kind: 'held'; holder: Holder } | ({ kind: 'drained' } & Drained)

interface AttemptOptions {
  /** Said to those who find the lock taken. */
  what: string
  signal: AbortSignal
  onSegment?: (done: number, all: number) => void
}

/**
 * Drains the folder where it holds something and nobody else does it at this moment. Throws what `drainSpool` throws.
 */
export async function attemptDrain(
  db: Database,
  folder: string,
  { what, ...options }: AttemptOptions,
): Promise<DrainAttempt> {
  if (segmentNames(folder).length === 0) return { kind: 'empty' }
  const lock = await takeLock(join(folder, DRAIN_LOCK), what)
  if ('holder' in lock) return { kind: 'held', holder: lock.holder }
  try {
    return { kind: 'drained', ...(await drainSpool(db, folder, options)) }
  } finally {
    lock.release()
  }
}

/** Throws `Misconfigured` where the folder may not be written, `DiskFull` where there is no room for the lock. */
async function takeLock(file: string, what: string): ReturnType<typeof takeFileLock> {
  try {
    return await takeFileLock(file, what)
  } catch (error) {
    throw fileFailure(file, error) ?? error
  }
}

export interface Draining {
  db: Database
  folder: string
  log: Logger
  /**
   * Told whose rows were loaded, once no run of theirs is going on, so that what is derived from them is computed again.
   * Asked again when it fails.
   */
  afterDrain?: (pipelines: string[]) => Promise<void>
  lookEveryMs?: number
}

/** Drains at once and then every few seconds, until stopped; a stop waits for the segment that is being written. */
export function startDraining(draining: Draining): { stop(): Promise<void> } {
  const { folder, lookEveryMs = LOOK_EVERY_MS } = draining
  const stopping = new AbortController()
  const { signal } = stopping
  const look = lookAt(draining, signal)
  const loop = async () => {
    while (!signal.aborted) {
      await look()
      await sleep(lookEveryMs, undefined, { signal }).catch(ignoreAbort)
    }
  }
  const ended = loop()
  draining.log.debug({ folder }, 'looking after the spool')
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** One look, which never throws: what is wrong is told once, and again when it has become something else. */
function lookAt({ db, folder, log, afterDrain }: Draining, signal: AbortSignal): () => Promise<void> {
  const due = new Set<string>()
  let told: string | undefined
  const tell = (reason: string, message: string) => {
    if (reason !== told) log.warn({ reason, folder }, message)
    told = reason
  }
  return async () => {
    try {
      const attempt = await attemptDrain(db, folder, { what: 'the drain of a worker', signal })
      if (attempt.kind === 'drained') {
        logDrained(log, folder, attempt)
        for (const pipeline of attempt.pipelines) due.add(pipeline)
        if (attempt.ended !== undefined) tell(attempt.ended.message, 'the spool waits for the database')
        else told = undefined
      }
      const ready = due.size === 0 || signal.aborted ? [] : await withoutRun(db, [...due])
      if (ready.length > 0) await afterDrain?.(ready)
      for (const pipeline of ready) due.delete(pipeline)
    } catch (error) {
      tell(databaseFailure(error)?.message ?? String(error), 'could not look after the spool; next time')
    }
  }
}

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
  if (segments > 0) log.info({ segments, rows, runs, pipelines }, 'loaded rows from the spool')
  for (const { name, reason } of damaged)
    log.error({ folder, name, reason }, 'a segment of the spool could not be loaded and was put aside')
}

/** The wait was ended by a stop. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}
