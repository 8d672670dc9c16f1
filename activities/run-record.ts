/** The run record as steps see it: taking the lock, closing it, and closing what others left open. */
import { databaseFailure, isDatabaseUnwritable } from '../db/database-failure.ts'
import { type RunIdentity } from '../core/run.ts'
import type { Skipped } from '../core/run.ts'
import { type Database } from '../db/database.ts'
import { withDatabaseRetry, type RetryBudget } from '../db/database-retry.ts'
import { closeRun, openRuns, takeRunLock, type RunRecord } from '../db/queries/runs.ts'
import { isSpooled, type RunEnding } from '../core/run-outcome.ts'
import { reason } from '../wording/reason.ts'

/** How a run stands in Temporal: alive, or how it ended (no `ending`: it left no word). */
export type RunStanding = { alive: true } | { alive: false; ending?: RunEnding; closedAt?: Date }

/** Trigger of a run that only derives. */
const DERIVING = 'drain'

/** Asks Temporal about a run; throws where it cannot be reached. */
export type AskTemporal = (run: Pick<RunRecord, 'workflowId' | 'runId'>) => Promise<RunStanding>

/**
 * Opens a run's record and takes the run lock. Where another run of the pipeline holds it and is alive, answers
 * why this one must not go on; one that is dead is closed first.
 */
export async function openRecord(
  db: Database,
  ask: AskTemporal,
  run: RunIdentity,
): Promise<{ skipped?: Skipped }> {
  for (;;) {
    const holder = await named(takeRunLock(db, run))
    if (holder === 'taken') return {}
    const standing = await ask(holder)
    if (standing.alive) {
      const { workflowId, startedAt } = holder
      const why = reason('AlreadyRunning', { workflowId, since: startedAt.toISOString() })
      const isInTheWay = holder.trigger === DERIVING && run.trigger !== DERIVING
      return { skipped: { reason: why, ...(isInTheWay && { isDeriving: true }) } }
    }
    await named(closeLeftOpen(db, holder, standing))
  }
}

/**
 * Closes a run's record, or keeps the ending in the spool while the database is away: the drain closes the record then.
 * Throws like `closeRun` without a spool, `DiskFull` or `Misconfigured` where the spool cannot take it.
 */
export async function closeRunOrSpool(
  db: Database,
  run: RunIdentity,
  ending: RunEnding,
  finishedAt: Date,
  retryBudget?: RetryBudget,
): Promise<{ spooled: boolean }> {
  const close = () => closeRun(db, run, ending, finishedAt)
  try {
    await named(retryBudget === undefined ? close() : withDatabaseRetry(retryBudget, close))
    db.spool?.databaseAnswered()
    return { spooled: false }
  } catch (error) {
    if (!isDatabaseUnwritable(error) || db.spool === undefined) throw error
    db.spool.databaseWentAway(Date.now())
    await db.spool.writeEnding(run, ending, finishedAt)
    return { spooled: true }
  }
}

/**
 * The last step of a run: what is to be done with the database, then the record. Without the database a run whose rows lie
 * in the spool leaves its ending there, too: the record is closed after its rows were loaded, and what is derived from them
 * finds no run going on. Another run's step fails and is tried again.
 */
export async function finishRun(
  db: Database,
  { run, ending, at }: { run: RunIdentity; ending: RunEnding; at: Date },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await named(work())
    await named(closeRun(db, run, ending, at))
  } catch (error) {
    if (!isDatabaseUnwritable(error) || !isSpooled(ending.counts)) throw error
    await closeRunOrSpool(db, run, ending, at)
  }
}

/** Looks at every open record once and closes those whose run has ended; answers how many. */
export async function sweepRuns(db: Database, ask: AskTemporal): Promise<number> {
  let closed = 0
  for (const run of await openRuns(db)) {
    const standing = await ask(run)
    if (standing.alive) continue
    await closeLeftOpen(db, run, standing)
    closed++
  }
  return closed
}

async function closeLeftOpen(
  db: Database,
  run: RunRecord,
  standing: RunStanding & { alive: false },
): Promise<void> {
  const { runId, workflowId, pipeline, trigger } = run
  const identity = { runId, workflowId, pipeline, trigger, startedAt: run.startedAt.toISOString() }
  await closeRun(db, identity, standing.ending ?? interrupted(run), standing.closedAt ?? new Date())
}

function interrupted(run: RunRecord): RunEnding {
  return { outcome: 'interrupted', counts: run.counts, error: reason('Interrupted') }
}

/** Gives the driver's errors their names. */
async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw databaseFailure(error) ?? error
  }
}
