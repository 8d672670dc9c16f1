/** Activities that are tried again: all of them at this moment, and one of them at once. */
import { isGrpcServiceError, type Client } from '@temporalio/client'
import { grpcRefusal } from './cannot-reach.ts'
import type { Language } from '../wording/sentence.ts'
import { openRuns } from './open-runs.ts'
import type { StepView } from './run-steps.ts'

/** An activity that has failed at least once and is tried again. */
export interface Retry {
  /** Workflow of the activity: the run, or a child of it. */
  workflowId: string
  /** The run. */
  runWorkflowId: string
  step: StepView
}

/** Every retry of the open runs and of their running children. */
export async function retriesNow(client: Client, language: Language): Promise<Retry[]> {
  return (await openRuns(client, language)).flatMap(({ workflowId: runWorkflowId, pending }) =>
    pending.flatMap(({ workflowId, steps }) =>
      steps
        .filter(({ failure }) => failure !== undefined)
        .map((step) => ({ workflowId, runWorkflowId, step })),
    ),
  )
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
