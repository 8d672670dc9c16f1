/** One library: clone, read, clean up, all on one host; from the start on another host if that one is lost. */
import {
  ActivityFailure,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  TimeoutFailure,
  type ActivityOptions,
} from '@temporalio/workflow'
import type { ChildEnding } from '../../activities/library-context/activity-context.ts'
import type { LibraryTodo } from '../../activities/library-context/inputs.ts'
import { type Run } from '../../core/run.ts'
import type { LibraryContextActivities } from '../../activities/library-context/index.ts'
import { databaseWork } from '../policies.ts'
import { CHAIN_ROUNDS, CLEANUP_MS, hostCleanup, hostCommand, RECORDING_MS } from './bounds.ts'
import { reasonOf, remainingMs } from '../recorded-run.ts'
import { reason } from '../../wording/reason.ts'
import { failureReason } from '../../core/reason.ts'

/** Input of the child workflow. Times in milliseconds. */
export interface ChildInput {
  run: Run
  todo: LibraryTodo
  /** When the night's child workflows must be over, as milliseconds since the run's start. */
  boundMs: number
  /** Time for cloning and reading, from the settings. */
  cloneMs: number
  readMs: number
}

/** Makes the context of one library. The outcome is returned, not thrown: only a cancellation fails the workflow. */
export async function makeContextWorkflow(input: ChildInput): Promise<ChildEnding> {
  const { run, todo, boundMs } = input
  const left = () => remainingMs(run, boundMs)
  for (let round = 1; ; round++) {
    try {
      return await onOneHost(input, left)
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
      const isLost = isHostLost(error)
      if (isLost && round < CHAIN_ROUNDS && left() > 1_000) {
        log.warn('the host of this library is lost; starting over', { round })
        continue
      }
      const reason = isLost
        ? { type: 'HostLost', message: `no worker of its host took its activities, ${round} times` }
        : reasonOf(error)
      return await recordFailure({ run, todo, reason }, left())
    }
  }
}

/** If even the record fails, the night still gets the reason. */
async function recordFailure(
  attempt: Parameters<LibraryContextActivities['recordFailedAttempt']>[0],
  leftMs: number,
): Promise<ChildEnding> {
  const { type } = attempt.reason
  const options = { ...databaseWork(Math.max(leftMs, RECORDING_MS)), summary: `Record: ${type}` }
  try {
    return await proxyActivities<LibraryContextActivities>(options).recordFailedAttempt(attempt)
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
    const unrecorded = reasonOf(error)
    const why = reason('not-recorded', {
      reason: failureReason(attempt.reason),
      failure: failureReason(unrecorded),
    })
    return { outcome: 'failed', reason: why, bytes: 0 }
  }
}

async function onOneHost(
  { run, todo, cloneMs, readMs }: ChildInput,
  left: () => number,
): Promise<ChildEnding> {
  const steps = (options: ActivityOptions, summary: string) =>
    proxyActivities<LibraryContextActivities>({ ...options, summary })
  const { queue, cleanupQueue } = await steps(databaseWork(left()), 'Find a host').claimHost(run)
  try {
    const onHost = (attemptMs: number) => ({ ...hostCommand(left(), attemptMs), taskQueue: queue })
    const clone = await steps(onHost(cloneMs), `Clone ${todo.name}`).cloneLibrary({ run, todo })
    return await steps(onHost(readMs), `Read ${todo.name}`).makeContext({ run, todo, clone })
  } finally {
    await CancellationScope.nonCancellable(async () => {
      const options = { ...hostCleanup(CLEANUP_MS), taskQueue: cleanupQueue }
      try {
        await steps(options, `Remove the clone of ${todo.name}`).removeClone({ run, todo })
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error
        // The host is unavailable or its disk is faulty: the next run on it removes what is left.
        log.warn('the clone could not be removed', { reason: reasonOf(error) })
      }
    })
  }
}

function isHostLost(error: ActivityFailure): boolean {
  return error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START'
}
