/**
 * The workflows that a run starts and waits for (one a library): the status of each, and what its activity waits for.
 */
import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import type { ChainEnding } from '../activities/library-context/activity-context.ts'
import {
  dateOf,
  failureText,
  pendingSteps,
  type History,
  type HistoryEvent,
  type StepView,
} from './run-steps.ts'
import { asReason } from '../core/reason.ts'
import { sentence } from '../wording/sentence.ts'

export interface ChainView {
  workflowId: string
  /** What it is about: its workflow id without the run's. */
  name: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  /** How it ended, in its own word. */
  outcome?: ChainEnding['outcome']
  /** Why it failed, or what was not as it should be. */
  reason?: string
  startedAt?: Date
  seconds?: number
  /** Steps that are going on or wait, of a running one that was looked at. */
  steps: StepView[]
}

/** The child workflows of a run in the order in which they were started, from its history alone. */
export function chainsOf(history: History, runWorkflowId: string): ChainView[] {
  const chains = new Map<string, ChainView>()
  for (const event of history.events ?? []) {
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes
    if (initiated) {
      const workflowId = initiated.workflowId ?? ''
      const name = workflowId.startsWith(`${runWorkflowId}/`)
        ? workflowId.slice(runWorkflowId.length + 1)
        : workflowId
      chains.set(String(event.eventId), { workflowId, name, state: 'running', steps: [] })
      continue
    }
    applyEvent(chains, event)
  }
  return [...chains.values()]
}

function applyEvent(chains: Map<string, ChainView>, event: HistoryEvent): void {
  const at = dateOf(event.eventTime)
  const started = event.childWorkflowExecutionStartedEventAttributes
  const begun = chains.get(String(started?.initiatedEventId))
  if (begun !== undefined && at) begun.startedAt = at
  const bad =
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes
  const cancelled = event.childWorkflowExecutionCanceledEventAttributes
  const done = event.childWorkflowExecutionCompletedEventAttributes
  const chain = chains.get(String((bad ?? cancelled ?? done)?.initiatedEventId))
  if (chain === undefined) return
  chain.state = bad ? 'failed' : cancelled ? 'cancelled' : 'done'
  const { failure } = failureText(event.childWorkflowExecutionFailedEventAttributes?.failure)
  if (failure !== undefined) chain.reason = failure
  const payload = done?.result?.payloads?.[0]
  if (payload)
    applyEnding(chain, defaultPayloadConverter.fromPayload<Partial<ChainEnding> | undefined>(payload))
  if (chain.startedAt && at) chain.seconds = (at.getTime() - chain.startedAt.getTime()) / 1000
}

function applyEnding(chain: ChainView, ending: Partial<ChainEnding> | undefined): void {
  if (ending?.outcome === undefined) return
  chain.outcome = ending.outcome
  if (ending.outcome !== 'made') chain.state = 'failed'
  if (ending.reason !== undefined) chain.reason = sentence(asReason(ending.reason))
}

/** The configured maximum of concurrent ones (`chains`). */
const MAX_LOOKED_AT = 16

/** Adds to the running ones what their activities wait for. One that Temporal no longer knows stays unchanged. */
export async function lookAtChains(client: Client, chains: ChainView[]): Promise<ChainView[]> {
  const running = chains.filter(({ state }) => state === 'running').slice(0, MAX_LOOKED_AT)
  await Promise.all(
    running.map(async (chain) => {
      try {
        const { raw } = await client.workflow.getHandle(chain.workflowId).describe()
        chain.steps = pendingSteps(raw.pendingActivities ?? [])
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error
      }
    }),
  )
  return chains
}

/** How many are going on and how the others ended: `2 running, 14 made, 1 failed`. */
export function chainsSentence(chains: readonly ChainView[]): string {
  const counts = new Map<string, number>()
  for (const { state, outcome } of chains) {
    const word = state === 'running' ? state : (outcome ?? state)
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = [...counts.keys()].toSorted((a, b) => Number(b === 'running') - Number(a === 'running'))
  return words.map((word) => `${counts.get(word) ?? 0} ${word}`).join(', ')
}
