/** `almanac cancel`: asks a run to end; its workflow closes the record as `cancelled`. */
import { WorkflowNotFoundError } from '@temporalio/client'
import { almanacCommand } from '../../core/command-name.ts'
import { connectDatabase, connectTemporal } from '../../client/connection.ts'
import { namedRun } from '../../client/named-run.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'

/** Fewer characters of a run id fit whatever happens to run: its first eight are the minute of the start. */
const FEWEST_CHARACTERS = 8

export async function cancel(id: string, options: GlobalOptions): Promise<void> {
  const config = configOf(options)
  const database = connectDatabase(config)
  const client = await connectTemporal(config)
  try {
    const record = await namedRun(database.db, id, { fewest: FEWEST_CHARACTERS })
    const workflowId = record?.workflowId ?? id
    await client.workflow.getHandle(workflowId).cancel()
    print(`asked ${workflowId} to end; "${almanacCommand(`show ${workflowId}`)}" shows when it has ended`)
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
    throw new WrongUsage(`No run "${id}" is going on; "${almanacCommand('runs')}" lists them.`)
  } finally {
    await Promise.all([client.connection.close(), database.close()])
  }
}
