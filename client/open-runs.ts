/** What the open runs do at this moment, from Temporal alone. */
import type { Client } from '@temporalio/client'
import { PIPELINES } from '../pipelines/index.ts'
import { runningChild, withPendingSteps } from './run-children.ts'
import type { Language } from '../wording/sentence.ts'
import { pendingSteps, type StepView } from './run-steps.ts'
import { PIPELINE } from './search-attributes.ts'

export interface OpenRun {
  pipeline: string
  workflowId: string
  runId: string
  /** Events of its history: one more whenever it goes on. */
  historyLength: number
  /** Activities that run or wait, of the run itself and of its running children. */
  pending: { workflowId: string; steps: StepView[] }[]
}

/** Every run that is open, with what it waits for; why it failed in the language. */
export async function openRuns(client: Client, language: Language = 'en'): Promise<OpenRun[]> {
  const ids = PIPELINES.map(({ id }) => `"${id}"`).join(', ')
  const open: OpenRun[] = []
  for await (const { workflowId, runId, typedSearchAttributes } of client.workflow.list({
    query: `ExecutionStatus = "Running" and Pipeline in (${ids})`,
  })) {
    const { status, historyLength, raw } = await client.workflow.getHandle(workflowId, runId).describe()
    // The list is late by a second or so.
    if (status.name !== 'RUNNING') continue
    const children = (raw.pendingChildren ?? []).map((child) =>
      runningChild(child.workflowId ?? '', workflowId),
    )
    open.push({
      pipeline: typedSearchAttributes.get(PIPELINE) ?? '',
      workflowId,
      runId,
      historyLength,
      pending: [
        { workflowId, steps: pendingSteps(raw.pendingActivities ?? [], language) },
        ...(await withPendingSteps(client, children, language)),
      ],
    })
  }
  return open
}
