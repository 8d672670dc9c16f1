/** `almanac runs`: the newest runs of each pipeline or of one, from the run records. */
import { almanacCommand } from '../../core/command-name.ts'
import { rolledUpRuns, type RolledUpRuns } from '../../db/queries/run-hours.ts'
import { listRuns, type RunRecord } from '../../db/queries/runs.ts'
import { readingDatabase } from '../../client/connection.ts'
import { counted } from '../../wording/text.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { coloured, duration, moment, print, printJson, table, totals } from '../output.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { renderCounts } from '../../wording/run.ts'

/** Runs listed by default: of one pipeline … */
const OF_ONE = 20
/** … and of each: a pipeline that runs every minute must not hide the others. */
const OF_EACH = 5

export async function runs(
  pipeline: string | undefined,
  options: GlobalOptions & { limit?: number; json?: boolean },
): Promise<void> {
  if (pipeline !== undefined) knownPipeline(pipeline)
  await readingDatabase(configOf(options), async ({ db }) => {
    const { limit = pipeline === undefined ? OF_EACH : OF_ONE } = options
    const records = await listRuns(db, { pipeline, limit })
    if (options.json) {
      printJson(records.map((record) => ({ ...record, counts: renderCounts(record.counts) })))
      return
    }
    const rolledUp = await rolledUpRuns(db, pipeline)
    if (records.length === 0 && rolledUp.length === 0) {
      print(`no runs yet; start one with "${almanacCommand(`run ${PIPELINES[0]?.id ?? ''}`)}"`)
      return
    }
    if (records.length > 0) print(runTable(records))
    for (const hours of rolledUp) print(rolledUpLine(hours, pipeline === undefined))
  })
}

function runTable(records: readonly RunRecord[]): string {
  return table(
    ['run', 'outcome', 'trigger', 'started', 'took', 'fetched', 'written', 'rejected'],
    records.map((run) => {
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
    }),
    { spare: ['started', 'rejected', 'trigger', 'took'] },
  )
}

/** Records of complete minutely runs are soon aggregated. */
function rolledUpLine({ pipeline, runs, before }: RolledUpRuns, isOfAll: boolean): string {
  const of = isOfAll ? ` of ${pipeline}` : ''
  return `and ${counted(runs, 'complete run')}${of} before ${moment(before)}, aggregated by hour`
}
