/** `almanac cancel`: asks a run to end; its workflow closes the record as `cancelled`. */
import { almanacCommand } from '../../core/command-name.ts'
import { connectDatabase, connectTemporal } from '../../client/connection.ts'
import { cancelRun } from '../../client/runs.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'

export async function cancel(id: string, options: GlobalOptions): Promise<void> {
  const config = configOf(options)
  const database = connectDatabase(config)
  const client = await connectTemporal(config)
  try {
    const workflowId = await cancelRun(client, database.db, id)
    if (workflowId === undefined)
      throw new WrongUsage(`No run "${id}" is going on; "${almanacCommand('runs')}" lists them.`)
    print(`asked ${workflowId} to end; "${almanacCommand(`show ${workflowId}`)}" shows when it has ended`)
  } finally {
    await Promise.all([client.connection.close(), database.close()])
  }
}
