/** The record of attempts: the outcome of a library's child workflow, and when it is tried again. */
import { DAY_MS } from '../../core/durations.ts'
import { type RowsByTable } from '../../db/write-call.ts'
import type { ChildEnding, ActivityContext } from './activity-context.ts'
import type { ChildStep, LibraryTodo, NamedFailure } from './inputs.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { FAILURES } from '../../core/failures.ts'
import { failureReason } from '../../core/reason.ts'
import { sentence } from '../../wording/sentence.ts'

/** After one failure the next night tries again, then two days later, four, eight … */
const GROWTH = 2
/** … and never longer than this: a library that was fixed must come back some day. */
const LONGEST_WAIT_DAYS = 32
/** A schedule may start a little earlier than a day after the last attempt ended. */
const SLACK_MS = 3 * 3_600_000

/** When a library that failed for the `failures`-th time in a row is tried again. */
export function nextTry(failures: number, now: Date): Date {
  const days = Math.min(GROWTH ** (failures - 1), LONGEST_WAIT_DAYS)
  return new Date(now.getTime() + days * DAY_MS - SLACK_MS)
}

/**
 * Failures of the machine or the network: the next night tries again, however often they occurred. Not timeouts: a
 * clone that never ends would cost its five minutes, several times over, every night.
 */
function passes(type: string): boolean {
  if (type === 'CommandTimedOut') return false
  return (
    !(type in FAILURES) ||
    FAILURES[type as keyof typeof FAILURES] ||
    type === 'DiskFull' ||
    type === 'Misconfigured'
  )
}

type Attempt = WritableRows['library_attempts']

/** The row of an attempt that just ended. */
export function attemptRow(
  todo: LibraryTodo,
  ending: Pick<Attempt, 'outcome' | 'reason' | 'verdicts' | 'commit' | 'cloneBytes' | 'seconds'>,
  now: Date,
  isPassing = false,
): Attempt {
  const failures = ending.outcome === 'made' ? 0 : todo.failures + (isPassing ? 0 : 1)
  const nextTryAt = ending.outcome === 'made' || isPassing ? null : nextTry(failures, now)
  return { library: todo.library, why: todo.why, ...ending, failures, nextTryAt, triedAt: now }
}

/** Stores an attempt that failed before there was a text to judge. */
export async function recordAttempt(
  context: ActivityContext,
  { run, todo, reason }: ChildStep & { reason: NamedFailure },
): Promise<ChildEnding> {
  const now = context.clock()
  const why = failureReason(reason)
  const nothing = { verdicts: [], commit: null, cloneBytes: null, seconds: 0 }
  const row = attemptRow(
    todo,
    { outcome: 'failed', reason: sentence(why), ...nothing },
    now,
    passes(reason.type),
  )
  await storeAttempt(context, run.runId, { library_attempts: [row] }, now)
  return { outcome: 'failed', reason: why, bytes: 0 }
}

export async function storeAttempt(
  { db, retryBudget }: ActivityContext,
  runId: string,
  rows: RowsByTable,
  observedAt: Date,
): Promise<void> {
  await writeRows(db, rows, { observedAt, runId, retryBudget })
}
