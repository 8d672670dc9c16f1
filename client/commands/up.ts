/** `almanac up`: the whole stack in one process, from the databases to the first collection, until it is told to stop. */
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import type { Config } from '../../config.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { startStack, type Stack } from '../../local/stack.ts'
import { takeStackLock } from '../../local/stack-lock.ts'
import { PIPELINES, type Pipeline } from '../../registry.ts'
import { startSimulator, type Simulator } from '../../simulator/server.ts'
import { workflowBundle } from '../../worker/bundle.ts'
import { installRuntime, openLog, type Logger } from '../../worker/log.ts'
import { startWorker, type RunningWorker } from '../../worker/start-worker.ts'
import { connectTemporal, databaseUrl, temporalAddress, webUi } from '../connection.ts'
import { EXIT } from '../exit.ts'
import { startDueCollections } from '../first-collection.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { coloured, duration, moment, print, table, totals } from '../output.ts'
import { endingOf, openRun, startRun, type RunHandle } from '../runs.ts'
import { applySchedules, scheduleStates } from '../schedules.ts'
import { stopRequested } from '../stop-request.ts'
import { knownPipeline } from './run.ts'

interface UpOptions extends GlobalOptions {
  once?: boolean
  only?: string[]
  logFile?: string
}

/** What runs, in the order in which it was started; stopped in the reverse order. */
interface Running {
  config: Config
  client: Client
  worker: RunningWorker
  stop: () => Promise<void>
}

export async function up(options: UpOptions): Promise<number> {
  const config = configOf(options)
  const pipelines = options.only ? options.only.map(knownPipeline) : PIPELINES
  const stopped = stopRequested()
  const say = (line: string) => {
    print(config.mode === 'demo' ? `DEMO  ${line}` : line)
  }
  const log = openLog(
    options.verbose ? 'debug' : config.env.LOG_LEVEL,
    options.logFile ?? (options.verbose ? undefined : join(config.stateDir, 'almanac.log')),
  )
  installRuntime(log)
  const startedAt = Date.now()
  const running = await startAll(config, pipelines, log, say)
  say(`ready after ${duration(Date.now() - startedAt)}`)
  try {
    return await (config.mode === 'demo'
      ? demo(running, pipelines, options, say, stopped)
      : live(running, pipelines, options, say, stopped))
  } finally {
    await running.stop()
    say('stopped; all data is kept')
  }
}

/** Starts everything; what was started is stopped again where a later part fails. */
async function startAll(
  config: Config,
  pipelines: readonly Pipeline[],
  log: Logger,
  say: (line: string) => void,
): Promise<Running> {
  const stops: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    stops.push(await takeStackLock(config.stateDir, `almanac up${config.mode === 'demo' ? ' --demo' : ''}`))
    const building = workflowBundle(config.toolsDir)
    const stack = await startStack(config, say)
    stops.push(() => stack.stop())
    await migrateDatabase(databaseUrl(config))
    if (config.mode === 'demo') stops.push(await demoSimulator(config))
    await building
    const worker = await startWorker(config, log)
    stops.push(() => worker.stop())
    const client = await connectTemporal(config)
    stops.push(() => client.connection.close())
    const applied = await applySchedules(client, config, pipelines)
    for (const schedule of applied.filter(({ kept }) => kept !== undefined)) {
      say(
        `${schedule.id} stays ${schedule.paused ? 'paused' : 'active'}, as an operator left it: "${schedule.kept ?? ''}"`,
      )
    }
    tell(config, stack, say)
    return { config, client, worker, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The demo's upstreams live in this process, on a loopback port of their own. */
async function demoSimulator(config: Config): Promise<() => Promise<void>> {
  const simulator: Simulator = await startSimulator({ port: config.ports.simulator })
  return () => simulator.close()
}

/** Where everything is: what a user needs to look further. */
function tell(config: Config, { adopted }: Stack, say: (line: string) => void): void {
  const { env } = config
  if (adopted.length > 0) say(`adopted from an earlier start: ${adopted.join(', ')}`)
  const where = (url: string | undefined, port: number) =>
    url === undefined ? `127.0.0.1:${port} (embedded)` : new URL(url).host
  say(`database   ${where(env.DATABASE_URL, config.ports.postgres)}`)
  say(
    `temporal   ${temporalAddress(config)}${env.TEMPORAL_ADDRESS === undefined ? ' (embedded)' : ''}, Web UI ${webUi(config)}`,
  )
  say(
    `upstreams  Modrinth (needs no key), CurseForge ${env.CURSEFORGE_API_KEY === undefined ? 'skipped: CURSEFORGE_API_KEY is not set' : 'with key'}`,
  )
}

/** The live stack: first collections, then what runs next, until a signal. */
async function live(
  running: Running,
  pipelines: readonly Pipeline[],
  options: UpOptions,
  say: (line: string) => void,
  stopped: Promise<unknown>,
): Promise<number> {
  const { client, config, worker } = running
  if (options.once) return once(running, pipelines, say, stopped)
  const due = await startDueCollections(client, config, pipelines)
  for (const handle of due) void report(handle, say)
  for (const { id, state, next } of await scheduleStates(client)) {
    if (pipelines.some((pipeline) => pipeline.id === id))
      say(`schedule   ${id} ${coloured(state)}${next ? `, next ${moment(next)}` : ''}`)
  }
  say('Ctrl+C stops everything')
  return untilStopped(worker, stopped)
}

/** The demo: every pipeline once, the table, and then it stays up unless told otherwise. */
async function demo(
  running: Running,
  pipelines: readonly Pipeline[],
  options: UpOptions,
  say: (line: string) => void,
  stopped: Promise<unknown>,
): Promise<number> {
  const code = await once(running, pipelines, say, stopped)
  if (options.once) return code
  say('stays up; Ctrl+C stops everything')
  return untilStopped(running.worker, stopped)
}

/** Runs every pipeline once and prints the table. A run that an earlier stop left open is followed instead of started. */
async function once(
  { client, config, worker }: Running,
  pipelines: readonly Pipeline[],
  say: (line: string) => void,
  stopped: Promise<unknown>,
): Promise<number> {
  const flag = config.mode === 'demo' ? '--demo ' : ''
  const collect = async (pipeline: Pipeline) => {
    const startedAt = Date.now()
    const handle =
      (await openRun(client, config, pipeline)) ??
      (await startRun(client, pipeline, config.mode === 'demo' ? 'demo' : 'start'))
    const ending = await endingOf(handle)
    return { pipeline, handle, ending, ms: Date.now() - startedAt }
  }
  const rows = await Promise.race([
    stopped.then(() => undefined),
    worker.ended.then(() => undefined),
    Promise.all(pipelines.map(collect)),
  ])
  if (rows === undefined) return EXIT.runFailed
  const lines = rows.map(({ pipeline, handle, ending, ms }) => {
    const { fetched, written, rejected } = totals(ending.counts)
    return [
      pipeline.id,
      coloured(ending.outcome),
      fetched,
      written,
      rejected,
      (ms / 1000).toFixed(1),
      `almanac ${flag}show ${handle.workflowId}`,
    ]
  })
  for (const line of table(
    ['pipeline', 'outcome', 'fetched', 'written', 'rejected', 'seconds', 'where to look'],
    lines,
  ).split('\n'))
    say(line)
  return rows.every(({ ending }) => ending.outcome === 'complete') ? EXIT.done : EXIT.runFailed
}

async function report(
  handle: Pick<RunHandle, 'workflowId' | 'result'>,
  say: (line: string) => void,
): Promise<void> {
  say(`collecting ${handle.workflowId}`)
  const ending = await endingOf(handle)
  const { fetched, written } = totals(ending.counts)
  say(
    `collected  ${handle.workflowId} ${coloured(ending.outcome)}: ${fetched} rows fetched, ${written} written`,
  )
}

async function untilStopped(worker: RunningWorker, stopped: Promise<unknown>): Promise<number> {
  await Promise.race([stopped, worker.ended])
  return EXIT.done
}
