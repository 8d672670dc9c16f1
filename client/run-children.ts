/**
 * The workflows that a run starts and waits for (one a library): the status of each, and what its activity waits for.
 */
import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import type { ChildEnding } from '../activities/library-context/activity-context.ts'
import {
  dateOf,
  failureText,
  pendingSteps,
  type History,
  type HistoryEvent,
  type StepView,
} from './run-steps.ts'
import { asReason } from '../core/reason.ts'
import { sentence, type Language } from '../wording/sentence.ts'

export interface ChildView {
  workflowId: string
  /** What it is about: its workflow id without the run's. */
  name: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  /** How it ended, in its own word. */
  outcome?: ChildEnding['outcome']
  /** Why it failed, or what was not as it should be. */
  reason?: string
  startedAt?: Date
  seconds?: number
  /** Running and waiting activities, for a running one that was described. */
  steps: StepView[]
}

/** The child workflows of a run in the order in which they were started, from its history alone. */
export function childrenOf(history: History, runWorkflowId: string, language: Language = 'en'): ChildView[] {
  const children = new Map<string, ChildView>()
  for (const event of history.events ?? []) {
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes
    if (initiated) {
      const workflowId = initiated.workflowId ?? ''
      children.set(String(event.eventId), runningChild(workflowId, runWorkflowId))
      continue
    }
    applyEvent(children, event, language)
  }
  return [...children.values()]
}

/** A child workflow that was started, before anything is known of it. */
export function runningChild(workflowId: string, runWorkflowId: string): ChildView {
  const name = workflowId.startsWith(`${runWorkflowId}/`)
    ? workflowId.slice(runWorkflowId.length + 1)
    : workflowId
  return { workflowId, name, state: 'running', steps: [] }
}

function applyEvent(children: Map<string, ChildView>, event: HistoryEvent, language: Language): void {
  const at = dateOf(event.eventTime)
  const started = event.childWorkflowExecutionStartedEventAttributes
  const begun = children.get(String(started?.initiatedEventId))
  if (begun !== undefined && at) begun.startedAt = at
  const bad =
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes
  const cancelled = event.childWorkflowExecutionCanceledEventAttributes
  const done = event.childWorkflowExecutionCompletedEventAttributes
  const child = children.get(String((bad ?? cancelled ?? done)?.initiatedEventId))
  if (child === undefined) return
  child.state = bad ? 'failed' : cancelled ? 'cancelled' : 'done'
  const { failure } = failureText(event.childWorkflowExecutionFailedEventAttributes?.failure, language)
  if (failure !== undefined) child.reason = failure
  const payload = done?.result?.payloads?.[0]
  if (payload)
    applyEnding(
      child,
      defaultPayloadConverter.fromPayload<Partial<ChildEnding> | undefined>(payload),
      language,
    )
  if (child.startedAt && at) child.seconds = (at.getTime() - child.startedAt.getTime()) / 1000
}

function applyEnding(child: ChildView, ending: Partial<ChildEnding> | undefined, language: Language): void {
  if (ending?.outcome === undefined) return
  child.outcome = ending.outcome
  if (ending.outcome !== 'made') child.state = 'failed'
  if (ending.reason !== undefined) child.reason = sentence(asReason(ending.reason), language)
}

/** The configured maximum of concurrent ones (`chains`). */
const MAX_DESCRIBED = 16

/** Adds to the running ones what their activities wait for. One that Temporal no longer knows stays unchanged. */
export async function withPendingSteps(
  client: Client,
  children: ChildView[],
  language: Language,
): Promise<ChildView[]> {
  const running = children.filter(({ state }) => state === 'running').slice(0, MAX_DESCRIBED)
  await Promise.all(
    running.map(async (child) => {
      try {
        const { raw } = await client.workflow.getHandle(child.workflowId).describe()
        child.steps = pendingSteps(raw.pendingActivities ?? [], language)
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error
      }
    }),
  )
  return children
}

/** How many are going on and how the others ended: `2 running, 14 made, 1 failed`. */
export function childrenSentence(children: readonly ChildView[]): string {
  const counts = new Map<string, number>()
  for (const { state, outcome } of children) {
    const word = state === 'running' ? state : (outcome ?? state)
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = [...counts.keys()].toSorted((a, b) => Number(b === 'running') - Number(a === 'running'))
  return words.map((word) => `${counts.get(word) ?? 0} ${word}`).join(', ')
}
