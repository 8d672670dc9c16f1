/** One collection, from its start to the line that tells of its end. */
import type { Client } from '@temporalio/client'
import type { RunOutcome } from '../../../core/run-outcome.ts'
import { EXIT } from '../../exit.ts'
import { endingOf, startRun } from '../../../client/runs.ts'
import { listRuns, type RunTeller } from './run-teller.ts'
import { bounded, pause, type Session } from './session.ts'

/** Between two looks at runs that are about to end. */
const LOOK_EVERY_MS = 100

/** A minute's collection takes well under a second: one that is going on at the end gets this long to finish its step … */
const FINISH_MS = 3_000
/** … and, cancelled, this long to close its record. */
const CLOSE_MS = 3_000

/** With what a collection is made, and by whom it is told. */
export interface OneRun {
  client: Client
  teller: RunTeller
  /** Writes what the steps said and the log still holds back. */
  flush?: () => void
}

/** A one-shot collector's exit code: a run that another one made unnecessary did nothing wrong. */
export function exitCodeFor(outcome: RunOutcome): number {
  return ['complete', 'partial', 'skipped'].includes(outcome) ? EXIT.done : EXIT.runFailed
}

/** Starts a run and waits for it; undefined where the signal came first. The end is told. */
export async function collectOnce(
  { pipeline }: Session,
  { client, teller, flush }: OneRun,
  signal: AbortSignal,
): Promise<RunOutcome | undefined> {
  const handle = await bounded(client, () => startRun(client, pipeline, 'start'))
  const ending = await unlessAborted(signal, () => client.withAbortSignal(signal, () => endingOf(handle)))
  if (ending === undefined) return undefined
  flush?.()
  const { workflowId, firstExecutionRunId: runId } = handle
  await teller.tell({ workflowId, runId }, ending)
  return ending.outcome
}

/** What an abort makes of the work is no failure. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** Runs that an earlier stop left open, or that go on at this moment. */
export function openRuns(client: Client) {
  return bounded(client, () => listRuns(client, 'ExecutionStatus="Running"'))
}

/** Waits until no run is open; false where the signal came first. */
export async function waitForOpenRuns(client: Client, signal: AbortSignal): Promise<boolean> {
  while ((await openRuns(client)).length > 0) {
    if (!(await pause(LOOK_EVERY_MS, signal))) return false
  }
  return !signal.aborted
}

/** Lets the runs that are going on finish their step, and cancels those that cannot: none goes on by itself later. */
export async function endOpenRuns(client: Client): Promise<void> {
  if (await waitForOpenRuns(client, AbortSignal.timeout(FINISH_MS))) return
  for (const { workflowId, runId } of await openRuns(client)) {
    await bounded(client, () => client.workflow.getHandle(workflowId, runId).cancel())
  }
  await waitForOpenRuns(client, AbortSignal.timeout(CLOSE_MS))
}
