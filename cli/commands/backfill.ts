/** `almanac backfill`: collects the past; says first how much that is. */
import { planBackfill, type Backfiller, type PlannedBackfill } from '../../client/backfill.ts'
import { withDatabase } from '../../client/connection.ts'
import type { Config } from '../../config/load-config.ts'
import { WrongUsage } from '../../core/failures.ts'
import type { Pipeline } from '../../pipelines/index.ts'
import { sentence } from '../../wording/sentence.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { moment, print, printJson, table } from '../output.ts'
import { CLI_PARTS } from '../parts.ts'
import { startAndReport } from './run.ts'

interface BackfillOptions extends GlobalOptions {
  from?: string
  to?: string
  onlyMissing?: boolean
  wait?: boolean
  json?: boolean
}

/** Prints how much a backfill requests and starts it. Throws `WrongUsage` for a time that cannot be collected. */
export async function backfill(id: string, options: BackfillOptions): Promise<number> {
  const pipeline = knownPipeline(id)
  const backfiller = await CLI_PARTS[pipeline.id].backfill?.()
  if (backfiller === undefined)
    throw new WrongUsage(
      `${pipeline.id} cannot be backfilled: ${pipeline.noBackfill === undefined ? 'its past is not kept' : sentence(pipeline.noBackfill())}.`,
    )
  const config = configOf(options)
  const plan = await planned(config, pipeline, backfiller, options)
  if (!options.json)
    print(`${stackName(config)}${spanOf(backfiller, plan)}\n\n${tableOf(backfiller, plan)}\n`)
  const preface = { backfill: { ...plan.params, ...plan.json } }
  if (!plan.isDue) {
    if (options.json) printJson(preface)
    else print('nothing is missing; no run was started')
    return EXIT.done
  }
  return startAndReport(pipeline, { ...plan.params }, options, preface)
}

async function planned(
  config: Config,
  pipeline: Pipeline,
  backfiller: Backfiller,
  { from, to, onlyMissing }: BackfillOptions,
): Promise<PlannedBackfill> {
  return withDatabase(config, ({ db }) => {
    const context = { db, config, now: new Date() }
    return planBackfill(context, pipeline, backfiller, { from, to, onlyMissing }, (name) => `--${name}`)
  })
}

/** The time that is collected, for people. */
function spanOf({ period, periodMs }: Backfiller, { fromMs, toMs, isCut }: PlannedBackfill): string {
  const cut = isCut ? `, the end of the last ${period} that is over` : ''
  return `${period}s from ${moment(new Date(fromMs))} to ${moment(new Date(toMs + periodMs))}${cut}`
}

function tableOf({ subject, period, service, excusedAs }: Backfiller, { parts }: PlannedBackfill): string {
  const head = [subject, `${period}s`, 'stored', 'missing', excusedAs, `requests to ${service}`]
  return table(
    head,
    parts.map(({ of, periods, stored, missing, excused, requests }) => [
      of,
      periods,
      stored,
      missing,
      excused,
      requests,
    ]),
  )
}
