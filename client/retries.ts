/** Activities that are tried again: all of them at this moment, and one of them at once. */
import { isGrpcServiceError, type Client } from '@temporalio/client'
import { grpcRefusal } from './cannot-reach.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { runningChild, withPendingSteps } from './run-children.ts'
import { pendingSteps, type StepView } from './run-steps.ts'

/** An activity that has failed at least once and is tried again. */
export interface Retry {
  /** Workflow of the activity: the run, or a child of it. */
  workflowId: string
  /** The run. */
  runWorkflowId: string
  step: StepView
}

/** Every retry of the open runs and of their running children, from Temporal alone. */
export async function retriesNow(client: Client): Promise<Retry[]> {
  const ids = PIPELINES.map(({ id }) => `"${id}"`).join(', ')
  const retries: Retry[] = []
  for await (const { workflowId, runId } of client.workflow.list({
    query: `ExecutionStatus = "Running" and Pipeline in (${ids})`,
  })) {
    const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe()
    // The list is late by a second or so.
    if (status.name !== 'RUNNING') continue
    const children = (raw.pendingChildren ?? []).map((child) =>
      runningChild(child.workflowId ?? '', workflowId),
    )
    const workflows = [
      { workflowId, steps: pendingSteps(raw.pendingActivities ?? []) },
      ...(await withPendingSteps(client, children)),
    ]
    for (const { workflowId: of, steps } of workflows)
      for (const step of steps)
        if (step.failure !== undefined) retries.push({ workflowId: of, runWorkflowId: workflowId, step })
  }
  return retries
}

/** `Not found` of gRPC. */
const GRPC_NOT_FOUND = 5

/**
 * Starts the next attempt of an activity at once. Its attempts are counted from one again; the time that all attempts
 * have together is not extended. One that runs is cancelled and begins again. Returns whether there is such an activity.
 */
export async function retryNow(client: Client, workflowId: string, activityId: string): Promise<boolean> {
  try {
    await client.workflowService.resetActivity({
      namespace: client.options.namespace,
      execution: { workflowId },
      id: activityId,
      identity: client.options.identity,
    })
    return true
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined
    if (code === GRPC_NOT_FOUND && grpcRefusal(error) === undefined) return false
    throw error
  }
}
