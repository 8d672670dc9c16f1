/** `almanac backfill`: collects the past; says first how much that is. */
import { connectDatabase } from '../../client/connection.ts'
import type { Config } from '../../config/load-config.ts'
import { DAY_MS } from '../../core/durations.ts'
import { WrongUsage } from '../../core/failures.ts'
import type { BackfillParams } from '../../core/run.ts'
import type { Pipeline } from '../../pipelines/index.ts'
import type { Backfiller, BackfillPlan } from '../cli-part.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { print, printJson, table } from '../output.ts'
import { CLI_PARTS } from '../parts.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { stackName } from '../command-context.ts'
import { startAndReport } from './run.ts'

interface BackfillOptions extends GlobalOptions {
  from?: string
  to?: string
  onlyMissing?: boolean
  wait?: boolean
  json?: boolean
}

type Asked = Required<BackfillParams>

/** Prints how much a backfill requests and starts it. Throws `WrongUsage` for a time that cannot be collected. */
export async function backfill(id: string, options: BackfillOptions): Promise<number> {
  const pipeline = knownPipeline(id)
  const backfiller = await CLI_PARTS[pipeline.id].backfill?.()
  if (backfiller === undefined)
    throw new WrongUsage(
      `${pipeline.id} cannot be backfilled: ${pipeline.noBackfill?.() ?? 'its past is not kept'}.`,
    )
  const now = new Date()
  const { asked, isCut } = askedTime(pipeline, backfiller, options, now)
  const config = configOf(options)
  const plan = await planned(config, backfiller, asked, now)
  if (!plan.hasPeriods)
    throw new WrongUsage(
      `No complete ${backfiller.period} begins between ${asked.from ?? ''} and ${options.to ?? 'now'}.`,
    )
  if (!options.json) {
    const cut = isCut ? `, the end of the last ${backfiller.period} that is over` : ''
    print(`${stackName(config)}${plan.span}${cut}\n\n${table(plan.head, plan.rows)}\n`)
  }
  const preface = { backfill: { ...asked, ...plan.json } }
  if (!plan.isDue) {
    if (options.json) printJson(preface)
    else print('nothing is missing; no run was started')
    return EXIT.done
  }
  return startAndReport(pipeline, { ...asked }, options, preface)
}

async function planned(
  config: Config,
  backfiller: Backfiller,
  asked: Asked,
  now: Date,
): Promise<BackfillPlan> {
  const database = connectDatabase(config)
  try {
    return await backfiller.plan(database.db, config, asked, now)
  } finally {
    await database.close()
  }
}

/** The period as the run takes it. A day means all of it; the future is cut off. */
function askedTime(
  pipeline: Pipeline,
  backfiller: Backfiller,
  { from, to, onlyMissing = false }: BackfillOptions,
  now: Date,
): { asked: Asked; isCut: boolean } {
  if (from === undefined)
    throw new WrongUsage('--from is missing: expected the first day or moment to collect.')
  checkForm(pipeline, { from, to })
  const fromMs = Date.parse(from)
  const toMs = to === undefined ? now.getTime() : endOf(to)
  const { firstDay, upstream } = backfiller
  if (fromMs < Date.parse(firstDay))
    throw new WrongUsage(`--from ${from}: ${upstream} from ${firstDay} on; begin there.`)
  if (fromMs > now.getTime()) throw new WrongUsage(`--from ${from} is in the future.`)
  if (to !== undefined && fromMs > toMs) throw new WrongUsage(`--from ${from} lies after --to ${to}.`)
  // To the last period that is over, so that a run that begins after the next one requests no more than was announced.
  const lastMs = backfiller.lastMs(now.getTime())
  const end = new Date(Math.min(toMs, lastMs)).toISOString()
  return { asked: { from: new Date(fromMs).toISOString(), to: end, onlyMissing }, isCut: toMs > lastMs }
}

/** A day's last millisecond; a moment is itself. */
function endOf(text: string): number {
  return Date.parse(text) + (text.includes('T') ? 0 : DAY_MS - 1)
}

/** The pipeline's own schema defines the form of a time. */
function checkForm(pipeline: Pipeline, times: { from: string; to: string | undefined }): void {
  const parsed = pipeline.params.safeParse(times)
  if (parsed.success) return
  const sentences = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    const found = name === 'from' ? times.from : times.to
    return `--${name} "${found ?? ''}": ${message}.`
  })
  throw new WrongUsage(sentences.join('\n'))
}
