/** Everything there is to say about one run, from its record and from Temporal: the view behind `show` and `run --wait`. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import type { ChildEnding } from '../activities/library-context/activity-context.ts'
import type { Config } from '../config/load-config.ts'
import type { RunRecord } from '../db/queries/runs.ts'
import type { Database } from '../db/database.ts'
import type { RunCounts, RunOutcome } from '../core/run-outcome.ts'
import { renderStoredError } from '../wording/run.ts'
import type { Language } from '../wording/sentence.ts'
import { webUiLink } from './connection.ts'
import { namedRun } from './named-run.ts'
import { childrenOf, withPendingSteps, type ChildView } from './run-children.ts'
import { endedSteps, resultOf, stepsOf, type StepView } from './run-steps.ts'

export type { StepView } from './run-steps.ts'

export interface RunView {
  workflowId: string
  runId: string
  pipeline: string
  trigger: string
  /** A child workflow, which may be shown like a run, has its own outcomes. */
  outcome: RunOutcome | 'running' | ChildEnding['outcome']
  startedAt: Date
  finishedAt?: Date
  counts: RunCounts
  error?: string
  /** Empty if Temporal no longer keeps the history (7 days on the embedded server). */
  steps: StepView[]
  /** Child workflows that it started, in that order; those before a fresh history are not among them. */
  chains: ChildView[]
  link: string
}

/**
 * The view of a run, by workflow id, run id or the beginning of one; undefined if neither the records nor Temporal know
 * it. `db` or `client` is undefined if that server is unavailable: the other's half is still shown. Why it failed is said in the
 * language. Throws `WrongUsage` if
 * a beginning fits several runs.
 */
export async function viewRun(
  client: Client | undefined,
  db: Database | undefined,
  config: Config,
  id: string,
  language: Language = 'en',
): Promise<RunView | undefined> {
  const record = db === undefined ? undefined : await namedRun(db, id)
  const live = client === undefined ? undefined : await liveRun(client, record?.workflowId ?? id, language)
  if (record === undefined && live === undefined) return undefined
  const workflowId = record?.workflowId ?? id
  const runId = live?.runId ?? record?.runId ?? ''
  return {
    workflowId,
    runId: record?.runId ?? runId,
    pipeline: record?.pipeline ?? workflowId.replace(/-\d{4}-\d\d-\d\dT.*/, ''),
    trigger: record?.trigger ?? '',
    outcome: (record?.outcome ?? live?.outcome ?? 'interrupted') as RunView['outcome'],
    startedAt: record?.startedAt ?? live?.startedAt ?? new Date(0),
    ...(record?.finishedAt ? { finishedAt: record.finishedAt } : {}),
    counts: record?.counts ?? {},
    ...errorOf(record, language),
    steps: live?.steps ?? [],
    chains: live?.chains ?? [],
    link: webUiLink(config, workflowId, runId),
  }
}

function errorOf(record: RunRecord | undefined, language: Language): { error?: string } {
  const error = record && renderStoredError(record, language)
  return error === undefined ? {} : { error }
}

interface LiveRun {
  runId: string
  /** `running`, or what its result says; a run that was terminated has none. */
  outcome: string
  startedAt: Date
  steps: StepView[]
  chains: ChildView[]
}

async function liveRun(client: Client, workflowId: string, language: Language): Promise<LiveRun | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId)
    // One after the other: only `describe` has a name for a workflow that is not there.
    const description = await handle.describe()
    const history = await handle.fetchHistory()
    const chains = childrenOf(history, workflowId, language)
    const isRunning = description.status.name === 'RUNNING'
    return {
      runId: description.runId,
      outcome: isRunning ? 'running' : (resultOf(history)?.outcome ?? 'interrupted'),
      startedAt: description.startTime,
      steps: isRunning
        ? stepsOf(history, description.raw.pendingActivities ?? [], language)
        : endedSteps(history, language),
      chains: await withPendingSteps(client, chains, language),
    }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}
