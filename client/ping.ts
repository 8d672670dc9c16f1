/** Whether a worker of this stack works: the server remembers for minutes who polled, whether it still can or not. */
import { randomUUID } from 'node:crypto'
import { WorkflowFailedError, type Client } from '@temporalio/client'
import { dateOf } from './run-steps.ts'
import { TASK_QUEUE } from './task-queue.ts'

/** Name of the workflow that ends at once. */
export const PING = 'pingWorkflow'

export interface Poller {
  name: string
  /** When it asked for work last; a worker that is busy or idle asks at least once a minute. */
  polledAt: Date | undefined
}

/** The workers that polled in the last minutes. */
export async function pollersOf(client: Client): Promise<Poller[]> {
  // Left out, the kind of queue is the workflows' one.
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: TASK_QUEUE },
  })
  return pollers.map(({ identity, lastAccessTime }) => ({
    name: identity ?? '',
    polledAt: dateOf(lastAccessTime),
  }))
}

/** Starts a workflow that ends at once; returns whether a worker ended it within this time. */
export async function answersPing(client: Client, ms: number): Promise<boolean> {
  try {
    await client.workflow.execute(PING, {
      taskQueue: TASK_QUEUE,
      workflowId: `ping-${randomUUID()}`,
      // The server ends it, if no worker does.
      workflowExecutionTimeout: ms,
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowFailedError) return false
    throw error
  }
}
