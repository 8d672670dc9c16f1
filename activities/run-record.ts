/** The run record for activities: takes the lock, closes the record, and closes records that were left open. */
import { Context, log } from '@temporalio/activity'
import type { LogRecord } from '../core/log-records.ts'
import { CLOCK_TOLERANCE_MS } from '../db/ahead.ts'
import { refuseAhead } from '../db/refuse-ahead.ts'
import { clockBehindMs } from '../db/clock-behind.ts'
import { databaseFailure, isDatabaseUnwritable, troubleOf, wordsOf } from '../db/database-failure.ts'
import { type RunIdentity } from '../core/run.ts'
import type { Skipped } from '../core/run.ts'
import { type Database } from '../db/database.ts'
import { withDatabaseRetry, type RetryBudget } from '../db/database-retry.ts'
import { closeRun, openRuns, takeRunLock, type RunRecord } from '../db/queries/runs.ts'
import { failureReason } from '../core/reason.ts'
import { attemptRetryBudget, isLastAttempt } from './attempt-retry-budget.ts'
import { withChecks } from './data-checks.ts'
import { isSpooled, lacking, NOTHING, type RunEnding, type SourceCounts } from '../core/run-outcome.ts'
import { reason } from '../wording/reason.ts'

/** State of a run in Temporal: alive, or how it ended (no `ending`: it left none). */
export type RunStatus = { alive: true } | { alive: false; ending?: RunEnding; closedAt?: Date }

/** Trigger of a recompute run. */
const RECOMPUTE_TRIGGER = 'drain'

/** Asks Temporal about a run; throws if Temporal cannot be reached. */
export type AskTemporal = (run: Pick<RunRecord, 'workflowId' | 'runId'>) => Promise<RunStatus>

/**
 * Opens a run's record and takes the run lock. Throws `ClockAhead` for a run that started ahead of the database's clock:
 * its rows would carry a day that has not come. If another run of the pipeline holds it and is alive, returns why this
 * one must not continue; a dead one is closed first.
 */
export async function openRecord(
  db: Database,
  ask: AskTemporal,
  run: RunIdentity,
): Promise<{ skipped?: Skipped }> {
  await named(refuseAhead(db, new Date(run.startedAt)))
  for (;;) {
    const holder = await named(takeRunLock(db, run))
    if (holder === 'taken') return {}
    const status = await ask(holder)
    if (status.alive) {
      const { workflowId, startedAt } = holder
      const why = reason('AlreadyRunning', { workflowId, since: startedAt.toISOString() })
      const isInTheWay = holder.trigger === RECOMPUTE_TRIGGER && run.trigger !== RECOMPUTE_TRIGGER
      return { skipped: { reason: why, ...(isInTheWay && { isDeriving: true }) } }
    }
    await named(closeLeftOpen(db, holder, status))
  }
}

/**
 * Opens a run's record like `openRecord`, then prepares the run with `prepare`. While the database is unavailable, the
 * activity fails and is repeated for the pipeline's retry budget; then, and at once if the database refuses us, the run
 * continues without lock and preparation: what it fetches goes to the spool, and so does its ending.
 */
export async function openOrContinue(
  { db, temporal, retryBudgetMs }: { db: Database; temporal: AskTemporal; retryBudgetMs: number },
  run: RunIdentity,
  prepare: () => Promise<void> = () => Promise.resolve(),
): Promise<{ skipped?: Skipped }> {
  try {
    const opened = await openRecord(db, temporal, run)
    if (opened.skipped === undefined) await named(prepare())
    return opened
  } catch (error) {
    const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info
    const waitedMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs
    if (!isDatabaseUnwritable(error) || db.spool === undefined) throw error
    if (error.type === 'DatabaseUnavailable' && waitedMs < retryBudgetMs) throw error
    db.spool.databaseUnavailable(retryBudgetMs)
    const record = { event: 'run.without-lock', ...troubleOf(error) } satisfies LogRecord
    log.warn('the database accepts no rows: this run has no lock, and spools its rows', record)
    return {}
  }
}

/**
 * Closes a run's record, or puts the ending into the spool while the database is unavailable: the drain then closes the
 * record. Throws like `closeRun` without a spool, `DiskFull` or `Misconfigured` if the spool cannot take it.
 */
export async function closeRunOrSpool(
  db: Database,
  run: RunIdentity,
  ending: RunEnding,
  finishedAt: Date,
  retryBudget?: RetryBudget,
): Promise<{ spooled: boolean; ending: RunEnding }> {
  let ended = ending
  const close = async () => {
    ended = await withChecks(db, run, await withClock(db, ending))
    await closeRun(db, run, ended, finishedAt)
  }
  try {
    await named(retryBudget === undefined ? close() : withDatabaseRetry(retryBudget, close))
    db.spool?.databaseAnswered()
    return { spooled: false, ending: ended }
  } catch (error) {
    if (!isDatabaseUnwritable(error) || db.spool === undefined) throw error
    db.spool.databaseUnavailable(0)
    await db.spool.writeEnding(run, ending, finishedAt)
    return { spooled: true, ending }
  }
}

/**
 * The last activity of a run: the work, then the record. Returns how the run ended: the work may find that it is only
 * partial. Without the database, a run with rows in the spool leaves its ending there, too: the record is closed after its
 * rows were loaded, and the recompute finds no open run. So does a run that the database refuses. For any other the
 * activity fails and is retried, and its last attempt leaves the ending in the spool: a run that began without the
 * database has no open record that a sweep could close.
 */
export async function finishRun(
  db: Database,
  { run, ending, at }: { run: RunIdentity; ending: RunEnding; at: Date },
  work: () => Promise<RunEnding>,
): Promise<RunEnding> {
  const oneTry = attemptRetryBudget({ ms: 0 })
  let ended = ending
  try {
    ended = await withDatabaseRetry(oneTry, work)
    ended = await withDatabaseRetry(oneTry, async () => withChecks(db, run, await withClock(db, ended)))
    await withDatabaseRetry(oneTry, () => closeRun(db, run, ended, at))
  } catch (error) {
    // One that may return by itself is waited for, unless the run's rows must be loaded before its record is closed.
    const isWaitedFor =
      isDatabaseUnwritable(error) &&
      error.type === 'DatabaseUnavailable' &&
      !isSpooled(ended.counts) &&
      !isLastAttempt(Date.now())
    if (!isDatabaseUnwritable(error) || isWaitedFor) throw error
    if (!isSpooled(ended.counts))
      ended = lacking(ended, 'closing', [reason('not-closed', { reason: failureReason(error) })])
    await closeRunOrSpool(db, run, ended, at, oneTry)
  }
  return ended
}

/** The ending of a run whose machine's clock is behind: it is partial, for some of its rows may have lost to older ones. */
async function withClock(db: Database, ending: RunEnding): Promise<RunEnding> {
  const behindMs = await clockBehindMs(db)
  if (ending.outcome === 'skipped' || behindMs <= CLOCK_TOLERANCE_MS) return ending
  const counts = { closing: { ...NOTHING, outcome: 'partial' as const }, ...ending.counts }
  return lacking({ ...ending, counts }, 'closing', [reason('clock-behind', { behindMs })])
}

/** What a sweep did: records that it closed, and open ones that it could not check or close, with the reason. */
export interface Swept {
  closed: number
  failed: { run: RunRecord; error: unknown }[]
}

/** Checks every open record once and closes those whose run has ended. One that fails does not keep the others open. */
export async function sweepRuns(db: Database, ask: AskTemporal): Promise<Swept> {
  const swept: Swept = { closed: 0, failed: [] }
  for (const run of await openRuns(db)) {
    try {
      const status = await ask(run)
      if (status.alive) continue
      await closeLeftOpen(db, run, status)
      swept.closed++
    } catch (error) {
      swept.failed.push({ run, error })
    }
  }
  return swept
}

async function closeLeftOpen(
  db: Database,
  run: RunRecord,
  status: RunStatus & { alive: false },
): Promise<void> {
  const { runId, workflowId, pipeline, trigger } = run
  const identity = { runId, workflowId, pipeline, trigger, startedAt: run.startedAt.toISOString() }
  const close = (ending: RunEnding) => closeRun(db, identity, ending, status.closedAt ?? new Date())
  const ending = status.ending ?? interrupted(run)
  try {
    await close(ending)
  } catch (error) {
    if (isDatabaseUnwritable(databaseFailure(error))) throw error
    // Something in this ending can be neither rendered nor stored. The lock is released all the same.
    await close(withoutReasons(ending, wordsOf(error)))
  }
}

function withoutReasons({ outcome, counts }: RunEnding, message: string): RunEnding {
  const bare = Object.entries(counts).map(([source, numbers]): [string, SourceCounts] => [
    source,
    { ...numbers, why: [] },
  ])
  return { outcome, counts: Object.fromEntries(bare), error: reason('RecordRefused', { message }) }
}

function interrupted(run: RunRecord): RunEnding {
  return { outcome: 'interrupted', counts: run.counts, error: reason('Interrupted') }
}

/** Converts the driver's errors into named failures. */
async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw databaseFailure(error) ?? error
  }
}
