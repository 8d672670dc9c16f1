/** The steps of a workflow from its history and its description. Pure. */
import { defaultPayloadConverter } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import { failureReason, textReason } from '../core/reason.ts'
import type { SourceCounts } from '../core/run-outcome.ts'
import { sentence, type Language } from '../wording/sentence.ts'

export interface StepView {
  /** Its id within the workflow: what a retry names. */
  activityId: string
  step: string
  summary: string
  state: 'done' | 'failed' | 'cancelled' | 'running' | 'waiting'
  attempts: number
  startedAt?: Date
  seconds?: number
  /** Why the last attempt failed, in the language that was asked for. */
  failure?: string
  /** When the next attempt of a waiting activity starts. */
  nextAttemptAt?: Date
  /** Until when a waiting activity is tried. */
  triedUntil?: Date
  /** What a finished activity returned, if it collected something. */
  batch?: StepBatch
}

/** What one batch of a source gave: rows, and how many things (mods, modpacks) it did and left for later batches. */
export interface StepBatch {
  fetched: number
  written: number
  done: number
  left: number
}

export type History = temporal.api.history.v1.IHistory
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent
export type Pending = temporal.api.workflow.v1.IPendingActivityInfo

/** Steps in the order in which they were scheduled; pending ones carry their last failure and next attempt. */
export function stepsOf(history: History, pending: Pending[], language: Language = 'en'): StepView[] {
  const steps = new Map<string, StepView>()
  const byActivityId = new Map<string, StepView>()
  for (const event of history.events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled) {
      const activityId = scheduled.activityId ?? ''
      const step: StepView = {
        activityId,
        step: scheduled.activityType?.name ?? '',
        summary: summaryOf(event),
        state: 'running',
        attempts: 1,
      }
      steps.set(String(event.eventId), step)
      byActivityId.set(activityId, step)
    }
    applyEvent(steps, event, language)
  }
  for (const info of pending) {
    const step = byActivityId.get(info.activityId ?? '')
    if (step) applyPending(step, info, language)
  }
  return [...steps.values()]
}

/** Steps of a workflow that has ended: nothing of it runs or waits, though the server still lists it after a termination. */
export function endedSteps(history: History, language: Language = 'en'): StepView[] {
  return stepsOf(history, [], language).map((step) =>
    step.state === 'running' ? { ...step, state: 'cancelled' } : step,
  )
}

/** The running activities, from a description alone: what a history would add (the summary) is left empty. */
export function pendingSteps(pending: Pending[], language: Language = 'en'): StepView[] {
  return pending.map((info) => {
    const step: StepView = {
      activityId: info.activityId ?? '',
      step: info.activityType?.name ?? '',
      summary: '',
      state: 'running',
      attempts: 1,
    }
    applyPending(step, info, language)
    return step
  })
}

function applyEvent(steps: Map<string, StepView>, event: HistoryEvent, language: Language): void {
  const started = event.activityTaskStartedEventAttributes
  if (started) {
    const step = steps.get(String(started.scheduledEventId))
    const at = dateOf(event.eventTime)
    if (step)
      Object.assign(step, {
        attempts: started.attempt ?? 1,
        ...(at ? { startedAt: at } : {}),
        ...failureText(started.lastFailure, language),
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
  Object.assign(step, failureText(failed?.failure, language), batchOf(event))
  const at = dateOf(event.eventTime)
  if (step.startedAt && at) step.seconds = (at.getTime() - step.startedAt.getTime()) / 1000
}

/** What the activities that collect in batches return, of which each part may be missing. */
interface BatchResult {
  counts: Partial<SourceCounts>
  done: number
  left: number
}

/** The counts in a finished activity's result; activities that collect nothing have none. */
function batchOf(event: HistoryEvent): { batch?: StepBatch } {
  const payload = event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]
  if (!payload) return {}
  const result = defaultPayloadConverter.fromPayload<Partial<BatchResult> | undefined>(payload)
  const { fetched, written } = result?.counts ?? {}
  // The closing activity returns the counts of all sources, by their names.
  if (typeof fetched !== 'number' || typeof written !== 'number') return {}
  return { batch: { fetched, written, done: result?.done ?? 0, left: result?.left ?? 0 } }
}

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED: number = 2

function applyPending(step: StepView, info: Pending, language: Language): void {
  step.attempts = info.attempt ?? 1
  Object.assign(step, failureText(info.lastFailure, language))
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
  const until = dateOf(info.expirationTime)
  if (until) step.triedUntil = until
}

/** The innermost failure that has a name, since the outer ones say only that an activity failed. */
export function failureText(
  failure: temporal.api.failure.v1.IFailure | null | undefined,
  language: Language,
): { failure?: string } {
  if (!failure) return {}
  const type = failure.applicationFailureInfo?.type ?? (failure.timeoutFailureInfo ? 'TimedOut' : '')
  const isOfTime = failure.timeoutFailureInfo?.timeoutType !== undefined
  const inner = isOfTime ? failureText(failure.cause, language) : {}
  if (inner.failure !== undefined) return inner
  const message = failure.message ?? ''
  return { failure: sentence(type ? failureReason({ type, message }) : textReason(message), language) }
}

/** What a finished workflow returned, as far as all workflows return it; undefined if there is nothing. */
export function resultOf(history: History): { outcome?: string } | undefined {
  const payload = history.events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0]
  return payload ? defaultPayloadConverter.fromPayload<{ outcome?: string } | undefined>(payload) : undefined
}

function summaryOf(event: HistoryEvent): string {
  const payload = event.userMetadata?.summary
  return payload ? defaultPayloadConverter.fromPayload<string>(payload) : ''
}

/** A moment of Temporal's API. */
export function dateOf(
  time: { seconds?: unknown; nanos?: number | null } | null | undefined,
): Date | undefined {
  return time ? new Date(Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6) : undefined
}
