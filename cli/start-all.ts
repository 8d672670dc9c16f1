/** Starts everything that `almanac up` keeps: the servers, the tables, the worker, the schedules. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config/load-config.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { sentenceOf } from '../core/failures.ts'
import { keepOptionalServer } from '../local/kept-server.ts'
import { pagePorts, startPageServer } from '../local/page-server.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { STATE_FOLDER_MODE, takeStackLock } from '../local/stack-lock.ts'
import { refuseTakenPort } from '../local/taken-port.ts'
import type { Pipeline } from '../pipelines/index.ts'
import type { Say } from '../core/log-records.ts'
import { demoWorlds, type DemoWorlds } from '../simulator/index.ts'
import { startSimulator, type SimulatorOptions } from '../simulator/server.ts'
import { ensureWritable } from '../system/writable-folder.ts'
import { workflowBundle } from '../worker/bundle.ts'
import { installRuntime, type Logger } from '../worker/log.ts'
import { startWorker, type RunningWorker } from '../worker/start-worker.ts'
import { dependenciesOf, preparePipelines, type UpstreamClocks } from '../worker/dependencies.ts'
import { connectTemporal, databaseUrl } from '../client/connection.ts'
import { applySchedules } from '../client/schedules.ts'
import { startGuard } from '../watch/guard.ts'
import { terminal } from './terminal.ts'

export interface Running {
  client: Client
  worker: RunningWorker
  stack: Stack
  /** Worlds of the demo that are seen in several passes; none in the live stack. */
  demo: DemoWorlds
  /** Stops everything in the reverse order of its start. */
  stop: () => Promise<void>
}

export interface StartOptions {
  config: Config
  /** Pipelines whose schedules follow almanac.yaml; all others are paused. */
  scheduled: readonly Pipeline[]
  /** Leaves the schedules of the other pipelines as they are: on a server that others use as well they are theirs. */
  leavesOthers?: boolean
  /** Opens the worker's log, once the stack is ours. */
  openLog: () => Logger
  say: Say
  /** Ends the start before its next part; its reason is thrown. */
  stopped?: AbortSignal
  /** What is printed if another stack runs. Default: `almanac up`. */
  what?: string
  /** Starts without an unavailable database: rows go to the spool until it responds. */
  databaseOptional?: boolean
  /** Starts the page and the API beside the worker. */
  withPage?: boolean
}

type Stops = (() => Promise<void> | void)[]

/** Throws if a part cannot start (`StackInUse` if another stack runs); the parts before it are stopped again. */
export async function startAll(options: StartOptions): Promise<Running> {
  const stops: Stops = []
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) {
      try {
        await one()
      } catch (error) {
        // The parts that were started before it must be stopped as well.
        const reason = sentenceOf(error)
        options.say(`could not stop a part cleanly: ${reason}`, { event: 'stop.failed', reason })
      }
    }
  }
  try {
    return { ...(await startParts(options, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts the parts in their order; `stops` gets what ends each. */
async function startParts(options: StartOptions, stops: Stops): Promise<Omit<Running, 'stop'>> {
  const { config, scheduled, say, stopped, databaseOptional = false } = options
  const name = options.what ?? `almanac up${config.mode === 'demo' ? ' --demo' : ''}`
  ensureWritable({ folder: config.stateDir, setting: 'ALMANAC_STATE_DIR', mode: STATE_FOLDER_MODE })
  ensureWritable({ folder: config.dataDir, setting: 'DATA_DIR' })
  stops.push(await takeStackLock(config.stateDir, name))
  if (config.mode === 'demo')
    await refuseTakenPort({ port: config.ports.simulator, setting: 'SIMULATOR_PORT', name: 'the simulator' })
  const log = options.openLog()
  installRuntime(log, { port: config.env.TEMPORAL_METRICS_PORT, say })
  const enabled = scheduled.map(({ id }) => id).filter((id) => config.tracked[id].enabled)
  const starting = startStack(config, say, { database: databaseOptional ? 'optional' : 'required' })
  // Also while they start: if something else fails meanwhile its servers would outlive this process. Why they could not start
  // is thrown below.
  stops.push(() =>
    starting.then(
      (started) => started.stop(),
      () => undefined,
    ),
  )
  const [stack] = await Promise.all([
    starting,
    workflowBundle(config.toolsDir),
    preparePipelines(enabled, config.toolsDir, say),
  ])
  stopped?.throwIfAborted()
  const demo = config.mode === 'demo' ? demoWorlds() : {}
  if (config.mode === 'demo') stops.push(await demoUpstreams(config, demo))
  if (!databaseOptional) await migrateDatabase(databaseUrl(config))
  const page =
    options.withPage === true ? keepOptionalServer('the page', say, () => startPage(config, say)) : undefined
  stops.push(async () => (await page)?.())
  if (page !== undefined) {
    const guard = startGuard(config, log)
    stops.push(() => guard.stop())
  }
  const worker = await startWorker(config, log, dependenciesOf(config, clocksOf(demo)), {
    optionalDatabase: databaseOptional ? stack : undefined,
  })
  stops.push(() => worker.stop())
  await page
  const client = await connectTemporal(config)
  stops.push(() => client.connection.close())
  await schedule(client, options)
  return { client, worker, stack, demo }
}

/** The page of this stack, with the environment that this command has. */
function startPage(config: Config, say: Say) {
  return startPageServer({
    ...pagePorts(config),
    stateDir: config.stateDir,
    host: config.env.PAGE_HOST,
    options: config.mode === 'demo' ? ['--demo'] : [],
    env: terminal().env,
    say,
  })
}

async function schedule(client: Client, options: StartOptions): Promise<void> {
  const { config, scheduled, leavesOthers = false, say } = options
  for (const { id, kept } of await applySchedules(client, config, scheduled, { leavesOthers })) {
    if (kept === undefined) continue
    say(`${id} stays paused, as an operator left it: "${kept}"`, {
      event: 'schedule.kept',
      pipeline: id,
      note: kept,
    })
  }
}

/** The demo's upstreams live in this process, on a separate loopback port. */
async function demoUpstreams(config: Config, worlds: DemoWorlds): Promise<() => Promise<void>> {
  const options: SimulatorOptions = { port: config.ports.simulator }
  for (const world of Object.values(worlds)) Object.assign(options, world.options)
  const simulator = await startSimulator(options)
  return () => simulator.close()
}

function clocksOf(worlds: DemoWorlds): UpstreamClocks {
  return Object.fromEntries(Object.entries(worlds).map(([id, { clock }]) => [id, clock]))
}
