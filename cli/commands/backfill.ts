/** `almanac backfill`: collects a time that is over; says first how much that is. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { newestClosedHour } from '../../activities/crypto-forecast/hours.ts'
import type { Config } from '../../config/load-config.ts'
import type { Pipeline } from '../../registry.ts'
import type { Backfill } from '../../activities/crypto-forecast/step-context.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { connectDatabase } from '../../client/connection.ts'
import { EXIT } from '../exit.ts'
import { planBackfill, type BackfillPlan } from '../crypto-forecast/backfill-plan.ts'
import { moment, print, printJson, table } from '../output.ts'
import { knownPipeline, stackName, startAndTell } from './run.ts'

interface BackfillOptions extends GlobalOptions {
  from?: string
  to?: string
  onlyMissing?: boolean
  wait?: boolean
  json?: boolean
}

/** Binance has candles from this day on. */
const FIRST_DAY = '2017-08-17'

/** Tells how much a backfill asks for and starts it. Throws `WrongUsage` for a time that cannot be collected. */
export async function backfill(id: string, options: BackfillOptions): Promise<number> {
  const pipeline = knownPipeline(id)
  if (pipeline.noBackfill !== undefined)
    throw new WrongUsage(`${pipeline.id} cannot be backfilled: ${pipeline.noBackfill}.`)
  const now = new Date()
  const { asked, isCut } = askedTime(pipeline, options, now)
  const config = configOf(options)
  const plan = await planned(config, asked, now)
  if (plan.toMs < plan.fromMs)
    throw new WrongUsage(`From ${asked.from} to ${options.to ?? 'now'} no hour begins that is over.`)
  if (!options.json) printPlan(stackName(config), plan, isCut)
  const preface = { backfill: { ...asked, coins: plan.coins } }
  if (plan.coins.every(({ requests }) => requests === 0)) {
    if (options.json) printJson(preface)
    else print('nothing is missing; no run was started')
    return EXIT.done
  }
  return startAndTell(pipeline, { ...asked }, options, preface)
}

async function planned(config: Config, asked: Backfill, now: Date): Promise<BackfillPlan> {
  const database = connectDatabase(config)
  try {
    return await planBackfill(database.db, config, { backfill: asked, clock: () => now })
  } finally {
    await database.close()
  }
}

function printPlan(stack: string, { fromMs, toMs, coins }: BackfillPlan, isCut: boolean): void {
  const span = `hours from ${moment(new Date(fromMs))} to ${moment(new Date(toMs + HOUR_MS))}`
  print(`${stack}${span}${isCut ? ', the end of the last hour that is over' : ''}\n`)
  const rows = coins.map((coin) => [
    coin.crypto,
    coin.hours,
    coin.stored,
    coin.missing,
    coin.knownGaps,
    coin.requests,
  ])
  print(table(['coin', 'hours', 'stored', 'missing', 'known gaps', 'requests to Binance'], rows))
  print()
}

/** The time as the run takes it. A day stands for all of it; what has not happened yet is cut off. */
function askedTime(
  pipeline: Pipeline,
  { from, to, onlyMissing = false }: BackfillOptions,
  now: Date,
): { asked: Backfill; isCut: boolean } {
  if (from === undefined)
    throw new WrongUsage('--from is missing: expected the first day or moment to collect.')
  checkForm(pipeline, { from, to })
  const fromMs = Date.parse(from)
  const toMs = to === undefined ? now.getTime() : endOf(to)
  if (fromMs < Date.parse(FIRST_DAY))
    throw new WrongUsage(`--from ${from}: Binance has candles from ${FIRST_DAY} on; begin there.`)
  if (fromMs > toMs) throw new WrongUsage(`--from ${from} lies after --to ${to ?? now.toISOString()}.`)
  if (fromMs > now.getTime()) throw new WrongUsage(`--from ${from} lies in the future.`)
  // To the hour, so that a run that begins after the next one asks for no more than was told.
  const lastMs = newestClosedHour(now.getTime()) + HOUR_MS - 1
  const end = new Date(Math.min(toMs, lastMs)).toISOString()
  return { asked: { from: new Date(fromMs).toISOString(), to: end, onlyMissing }, isCut: toMs > lastMs }
}

/** A day's last millisecond; a moment is itself. */
function endOf(text: string): number {
  return Date.parse(text) + (text.includes('T') ? 0 : DAY_MS - 1)
}

/** The pipeline's own schema says what a time looks like. */
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
