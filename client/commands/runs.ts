/** `almanac runs`: the newest runs, from the run records. */
import { listRuns } from '../../db/queries/runs.ts'
import { connectDatabase } from '../connection.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { coloured, duration, moment, print, printJson, table, totals } from '../output.ts'
import { knownPipeline } from './run.ts'

export async function runs(
  pipeline: string | undefined,
  options: GlobalOptions & { limit: number; json?: boolean },
): Promise<void> {
  if (pipeline !== undefined) knownPipeline(pipeline)
  const database = connectDatabase(configOf(options))
  try {
    const records = await listRuns(database.db, { pipeline, limit: options.limit })
    if (options.json) {
      printJson(records)
      return
    }
    if (records.length === 0) {
      print('no runs yet; start one with "almanac run mod-stats"')
      return
    }
    const rows = records.map((run) => {
      const { fetched, written, rejected } = totals(run.counts)
      const took = run.finishedAt ? duration(run.finishedAt.getTime() - run.startedAt.getTime()) : ''
      return [
        run.workflowId,
        coloured(run.outcome),
        run.trigger,
        moment(run.startedAt),
        took,
        fetched,
        written,
        rejected,
      ]
    })
    print(table(['run', 'outcome', 'trigger', 'started', 'took', 'fetched', 'written', 'rejected'], rows))
  } finally {
    await database.close()
  }
}
