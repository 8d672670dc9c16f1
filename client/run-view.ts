/** Everything there is to say about one run, from its record and from Temporal: the view behind `show` and `run --wait`. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import type { Config } from '../config.ts'
import { findRun, type RunRecord } from '../db/queries/runs.ts'
import type { Database } from '../db/database.ts'
import type { Batch } from '../workflows/mod-stats.ts'
import type { RunCounts, RunOutcome } from '../run-outcome.ts'
import { webUiLink } from './connection.ts'

export interface StepView {
  step: string
  summary: string
  state: 'done' | 'failed' | 'cancelled' | 'running' | 'waiting'
  attempts: number
  startedAt?: Date
  seconds?: number
  /** Last failure, as `Type: message`. */
  failure?: string
  /** When the next attempt starts, for a step that waits. */
  nextAttemptAt?: Date
  /** What a step that is done answered, where it collected something. */
  batch?: StepBatch
}

/** What one batch of a source gave: rows, and how many things (mods, modpacks) it did and left for later batches. */
export interface StepBatch {
  fetched: number
  written: number
  done: number
  left: number
}

export interface RunView {
  workflowId: string
  runId: string
  pipeline: string
  trigger: string
  outcome: RunOutcome | 'running'
  startedAt: Date
  finishedAt?: Date
  counts: RunCounts
  error?: string
  /** Empty where Temporal no longer keeps the history (7 days on the embedded server). */
  steps: StepView[]
  link: string
}

type History = temporal.api.history.v1.IHistory
type HistoryEvent = temporal.api.history.v1.IHistoryEvent
type Pending = temporal.api.workflow.v1.IPendingActivityInfo

/**
 * The view of a run, by workflow id, run id or the beginning of one; undefined where neither the records nor
 * Temporal know it. `db` is undefined where the database is away: Temporal's half is still shown.
 */
export async function viewRun(
  client: Client,
  db: Database | undefined,
  config: Config,
  id: string,
): Promise<RunView | undefined> {
  const record = db === undefined ? undefined : await findRun(db, id)
  const live = await liveRun(client, record?.workflowId ?? id)
  if (record === undefined && live === undefined) return undefined
  const workflowId = record?.workflowId ?? id
  const runId = live?.runId ?? record?.runId ?? ''
  return {
    workflowId,
    runId: record?.runId ?? runId,
    pipeline: record?.pipeline ?? workflowId.replace(/-\d{4}-\d\d-\d\dT.*/, ''),
    trigger: record?.trigger ?? '',
    outcome: (record?.outcome ?? (live?.running === true ? 'running' : 'interrupted')) as RunView['outcome'],
    startedAt: record?.startedAt ?? live?.startedAt ?? new Date(0),
    ...(record?.finishedAt ? { finishedAt: record.finishedAt } : {}),
    counts: record?.counts ?? {},
    ...errorOf(record),
    steps: live?.steps ?? [],
    link: webUiLink(config, workflowId, runId),
  }
}

function errorOf(record: RunRecord | undefined): { error?: string } {
  return record?.errorMessage ? { error: `${record.errorType ?? 'Error'}: ${record.errorMessage}` } : {}
}

interface LiveRun {
  runId: string
  running: boolean
  startedAt: Date
  steps: StepView[]
}

async function liveRun(client: Client, workflowId: string): Promise<LiveRun | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId)
    // One after the other: only `describe` has a name for a workflow that is not there.
    const description = await handle.describe()
    const history = await handle.fetchHistory()
    return {
      runId: description.runId,
      running: description.status.name === 'RUNNING',
      startedAt: description.startTime,
      steps: stepsOf(history, description.raw.pendingActivities ?? []),
    }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

/** Steps in the order in which they were scheduled; pending ones carry their last failure and next attempt. */
export function stepsOf(history: History, pending: Pending[]): StepView[] {
  const steps = new Map<string, StepView>()
  const byActivityId = new Map<string, StepView>()
  for (const event of history.events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled) {
      const step: StepView = {
        step: scheduled.activityType?.name ?? '',
        summary: summaryOf(event),
        state: 'running',
        attempts: 1,
      }
      steps.set(String(event.eventId), step)
      byActivityId.set(scheduled.activityId ?? '', step)
    }
    applyEvent(steps, event)
  }
  for (const info of pending) {
    const step = byActivityId.get(info.activityId ?? '')
    if (step) applyPending(step, info)
  }
  return [...steps.values()]
}

function applyEvent(steps: Map<string, StepView>, event: HistoryEvent): void {
  const started = event.activityTaskStartedEventAttributes
  if (started) {
    const step = steps.get(String(started.scheduledEventId))
    const at = dateOf(event.eventTime)
    if (step)
      Object.assign(step, {
        attempts: started.attempt ?? 1,
        ...(at ? { startedAt: at } : {}),
        ...failureText(started.lastFailure),
      })
    return
  }
  const ended =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes
  const step = steps.get(String(ended?.scheduledEventId))
  if (!ended || !step) return
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes
  step.state = failed ? 'failed' : event.activityTaskCanceledEventAttributes ? 'cancelled' : 'done'
  Object.assign(step, failureText(failed?.failure), batchOf(event))
  const at = dateOf(event.eventTime)
  if (step.startedAt && at) step.seconds = (at.getTime() - step.startedAt.getTime()) / 1000
}

/** The counts in a finished step's result; steps that collect nothing have none. */
function batchOf(event: HistoryEvent): { batch?: StepBatch } {
  const payload = event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]
  if (!payload) return {}
  const result = defaultPayloadConverter.fromPayload<Partial<Batch> | undefined>(payload)
  if (result?.counts === undefined) return {}
  const { fetched, written } = result.counts
  return { batch: { fetched, written, done: result.done ?? 0, left: result.left ?? 0 } }
}

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED: number = 2

function applyPending(step: StepView, info: Pending): void {
  step.attempts = info.attempt ?? 1
  Object.assign(step, failureText(info.lastFailure))
  if (Number(info.state) === STARTED) {
    const startedAt = dateOf(info.lastStartedTime)
    if (startedAt) step.startedAt = startedAt
    return
  }
  step.state = 'waiting'
  // The server counts the attempt that is to come.
  step.attempts = Math.max(0, (info.attempt ?? 1) - 1)
  const next = dateOf(info.nextAttemptScheduleTime ?? info.scheduledTime)
  if (next) step.nextAttemptAt = next
}

/** The innermost failure that has a name, since the outer ones say only that an activity failed. */
function failureText(failure: temporal.api.failure.v1.IFailure | null | undefined): { failure?: string } {
  if (!failure) return {}
  const type = failure.applicationFailureInfo?.type ?? (failure.timeoutFailureInfo ? 'TimedOut' : '')
  const inner = failure.timeoutFailureInfo?.timeoutType === undefined ? {} : failureText(failure.cause)
  if (inner.failure !== undefined) return inner
  return { failure: type ? `${type}: ${failure.message ?? ''}` : (failure.message ?? '') }
}

function summaryOf(event: HistoryEvent): string {
  const payload = event.userMetadata?.summary
  return payload ? defaultPayloadConverter.fromPayload<string>(payload) : ''
}

function dateOf(time: { seconds?: unknown; nanos?: number | null } | null | undefined): Date | undefined {
  return time ? new Date(Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6) : undefined
}
