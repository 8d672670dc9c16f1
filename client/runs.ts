/** Runs from outside: start, status, cancel. */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import type { RunStatus } from '../activities/run-record.ts'
import type { Database } from '../db/database.ts'
import { databaseFailure, isDatabaseUnwritable } from '../db/database-failure.ts'
import { openRuns } from '../db/queries/runs.ts'
import type { Pipeline } from '../pipelines/index.ts'
import type { RunEnding } from '../core/run-outcome.ts'
import { failureReason } from '../core/reason.ts'
import { asEnding, type StoredEnding } from '../core/run-outcome.ts'
import type { RunInput, Trigger } from '../core/run.ts'
import { namedRun } from './named-run.ts'
import { PIPELINE } from './search-attributes.ts'
import { TASK_QUEUE } from './task-queue.ts'

export type RunHandle = WorkflowHandleWithFirstExecutionRunId

/** Starts a run at once, with an id that says when: `mod-stats-2026-11-21T10:00:00Z`. */
export async function startRun(
  client: Client,
  pipeline: Pipeline,
  trigger: Trigger,
  params: Record<string, unknown> = {},
  now = new Date(),
): Promise<RunHandle> {
  const second = now.toISOString().replace(/\.\d+Z$/, 'Z')
  const input: RunInput = { trigger, params }
  // Two starts within a second get two ids; the run lock decides which of them collects.
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.workflow.start(pipeline.workflow, {
        taskQueue: TASK_QUEUE,
        workflowId: `${pipeline.id}-${second}${attempt === 1 ? '' : `-${attempt}`}`,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        args: [input],
        typedSearchAttributes: [{ key: PIPELINE, value: pipeline.id }],
        staticSummary: `${pipeline.id}, ${trigger}`,
        staticDetails: pipeline.summary,
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
  }
}

/** The run of a pipeline that is going on, if there is one. */
export async function openRun(
  client: Client,
  db: Database,
  pipeline: Pipeline,
): Promise<WorkflowHandle | undefined> {
  const record = (await openRuns(db)).find((run) => run.pipeline === pipeline.id)
  if (record === undefined || !(await runStatus(client, record)).alive) return undefined
  return client.workflow.getHandle(record.workflowId)
}

/**
 * Returns the workflow id of the run for which the run lock would end a new one as skipped; undefined if there is none, or
 * while the database is unavailable, when there is no lock.
 */
export async function runInTheWay(
  client: Client,
  db: Database,
  pipeline: Pipeline,
): Promise<string | undefined> {
  try {
    return (await openRun(client, db, pipeline))?.workflowId
  } catch (error) {
    if (databaseFailure(error) === undefined) throw error
    return undefined
  }
}

/**
 * Asks a run to end, by workflow id, run id or the beginning of one; its workflow closes the record as `cancelled`. Returns
 * its workflow id, or undefined if no such run is going on. Throws `WrongUsage` for a beginning that is short or fits
 * several runs.
 */
export async function cancelRun(client: Client, db: Database, id: string): Promise<string | undefined> {
  const workflowId = await workflowIdOf(db, id)
  try {
    const handle = client.workflow.getHandle(workflowId)
    // The server accepts a cancellation of a workflow that has ended.
    const { status } = await handle.describe()
    if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return undefined
    await handle.cancel()
    return workflowId
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

/** Fewer characters of a run id fit whatever happens to run: its first eight are the minute of the start. */
const FEWEST_CHARACTERS = 8

/** The workflow id of a run by any of its names; the name itself if no record has it, or the database is unavailable. */
async function workflowIdOf(db: Database, id: string): Promise<string> {
  try {
    return (await namedRun(db, id, { fewest: FEWEST_CHARACTERS }))?.workflowId ?? id
  } catch (error) {
    if (!isDatabaseUnwritable(databaseFailure(error))) throw error
    return id
  }
}

/** Waits for a run's end. A failed run has an ending like any other; a terminated one has none. */
export async function endingOf(handle: Pick<RunHandle, 'result'>): Promise<RunEnding> {
  try {
    return asEnding((await handle.result()) as StoredEnding)
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error
    return failedEnding(error)
  }
}

/** A run that has ended. */
export interface EndedRun {
  workflowId: string
  ending: RunEnding
}

/**
 * Waits for the end of a run, or of the one for which the run lock ended it as skipped: a schedule may have started that in
 * the same moment.
 */
export async function collectedBy(
  client: Client,
  handle: Pick<RunHandle, 'workflowId' | 'result'>,
): Promise<EndedRun> {
  const { workflowId } = handle
  const ending = await endingOf(handle)
  const holder = ending.error?.code === 'AlreadyRunning' ? ending.error.values?.['workflowId'] : undefined
  if (typeof holder !== 'string') return { workflowId, ending }
  return { workflowId: holder, ending: await endingOf(client.workflow.getHandle(holder)) }
}

function failedEnding(error: WorkflowFailedError): RunEnding {
  const { cause } = error
  if (cause instanceof ApplicationFailure && cause.type === 'RunFailed')
    return asEnding(cause.details?.[0] as StoredEnding)
  if (cause?.name === 'CancelledFailure') return { outcome: 'cancelled', counts: {} }
  const message = cause?.message ?? error.message
  return {
    outcome: 'interrupted',
    counts: {},
    error: failureReason({ type: cause?.name ?? error.name, message }),
  }
}

/** Status of a run, for the run lock and the sweep. A workflow that Temporal no longer knows is not alive. */
export async function runStatus(
  client: Client,
  run: { workflowId: string; runId: string },
): Promise<RunStatus> {
  // By its first execution: after continue-as-new the handle follows the chain to the newest one.
  const handle = client.workflow.getHandle(run.workflowId, undefined, { firstExecutionRunId: run.runId })
  try {
    const { status, closeTime } = await handle.describe()
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return { alive: true }
    const closedAt = closeTime === undefined ? {} : { closedAt: closeTime }
    const ending = await endingOf(client.workflow.getHandle(run.workflowId, run.runId))
    return { alive: false, ...closedAt, ...(ending.outcome === 'interrupted' ? {} : { ending }) }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { alive: false }
    throw error
  }
}
