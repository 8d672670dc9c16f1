/** A separate namespace on the Temporal server of the test run: schedules, runs and task queues live in it. */
import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { registerSearchAttributes } from '../../client/search-attributes.ts'
import { DAY_MS } from '../../core/durations.ts'

export interface Namespace {
  /** host:port of the server. */
  address: string
  namespace: string
  /** Removes its schedules, so that no run begins after the test; the rest goes with the server. */
  end(): Promise<void>
}

/** Registers it with our search attributes; it can be used when this returns. */
export async function newNamespace(address: string): Promise<Namespace> {
  const namespace = `test-${randomBytes(6).toString('hex')}`
  const connection = await Connection.connect({ address })
  const client = new Client({ connection, namespace })
  await client.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs(DAY_MS),
  })
  await registerSearchAttributes(client)
  return {
    address,
    namespace,
    async end() {
      for await (const { scheduleId } of client.schedule.list())
        await client.schedule.getHandle(scheduleId).delete()
      await connection.close()
    },
  }
}
