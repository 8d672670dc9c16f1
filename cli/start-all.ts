/** Starts everything that `almanac up` keeps: the servers, the tables, the worker, the schedules. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config/load-config.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { sentenceOf } from '../core/failures.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { takeStackLock, takeStackLockFromCollector } from '../local/stack-lock.ts'
import type { Pipeline } from '../pipelines/index.ts'
import { fastClock } from '../simulator/fast-clock.ts'
import { startSimulator } from '../simulator/server.ts'
import { workflowBundle } from '../worker/bundle.ts'
import { installRuntime, type Logger } from '../worker/log.ts'
import { startWorker, type RunningWorker } from '../worker/start-worker.ts'
import { dependenciesOf } from '../worker/dependencies.ts'
import type { DatabaseNews } from './match-results/collector/database-watch.ts'
import { startPatientWorker } from './match-results/collector/patient-worker.ts'
import { connectTemporal, databaseUrl } from '../client/connection.ts'
import { applySchedules } from '../client/schedules.ts'
import { registerSearchAttributes } from '../client/search-attributes.ts'
import { preparePipelines } from '../worker/dependencies.ts'

export type Say = (line: string) => void

export interface Running {
  client: Client
  worker: RunningWorker
  stack: Stack
  /** Stops everything in the reverse order of its start. */
  stop: () => Promise<void>
}

export interface StartOptions {
  config: Config
  /** Pipelines whose schedules follow almanac.yaml; all others are paused. Undefined leaves all as they are. */
  scheduled: readonly Pipeline[] | undefined
  /** Opens the worker's log, once the stack is ours. */
  openLog: () => Logger
  say: Say
  /** What those are told who find the stack taken. */
  what?: string
  /** Of a collector. Makes the database optional: hears of its coming and going. Rows are spooled while there is none. */
  databaseNews?: DatabaseNews
}

type Stops = (() => Promise<void> | void)[]

/** Throws where a part cannot start; the parts before it are stopped again. */
export async function startAll(options: StartOptions): Promise<Running> {
  const stops: Stops = []
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) {
      try {
        await one()
      } catch (error) {
        // The parts that were started before it must be stopped all the same.
        options.say(`could not stop a part in order: ${sentenceOf(error)}`)
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
  const { config, scheduled, say, databaseNews: news } = options
  stops.push(await takeStack(options))
  const log = options.openLog()
  installRuntime(log)
  const enabled = (scheduled ?? []).map(({ id }) => id).filter((id) => config.tracked[id].enabled)
  const [stack] = await Promise.all([
    startStack(config, say, { database: news === undefined ? 'required' : 'optional' }),
    workflowBundle(config.toolsDir),
    preparePipelines(enabled, config.toolsDir, say),
  ])
  stops.push(() => stack.stop())
  const matchClock = config.mode === 'demo' ? demoMatchClock() : undefined
  if (matchClock !== undefined) stops.push(await demoUpstreams(config, matchClock))
  if (news === undefined) await migrateDatabase(databaseUrl(config))
  const worker =
    news === undefined
      ? await startWorker(config, log, dependenciesOf(config, { 'match-results': matchClock }))
      : await startPatientWorker({ config, stack, log, news, matchClock })
  stops.push(() => worker.stop())
  const client = await connectTemporal(config)
  stops.push(() => client.connection.close())
  await schedule(client, options)
  return { client, worker, stack }
}

/** A collector makes way for a whole stack, and never the other way round. */
function takeStack({ config, say, what, databaseNews }: StartOptions): Promise<() => void> {
  const name = what ?? `almanac up${config.mode === 'demo' ? ' --demo' : ''}`
  return databaseNews === undefined
    ? takeStackLockFromCollector(config.stateDir, name, say)
    : takeStackLock(config.stateDir, name)
}

async function schedule(client: Client, { config, scheduled, say }: StartOptions): Promise<void> {
  if (scheduled === undefined) {
    await registerSearchAttributes(client)
    return
  }
  for (const { id, paused, kept } of await applySchedules(client, config, scheduled)) {
    if (kept !== undefined)
      say(`${id} stays ${paused ? 'paused' : 'active'}, as an operator left it: "${kept}"`)
  }
}

/** The demo's upstreams live in this process, on a loopback port of their own. */
async function demoUpstreams(config: Config, matchClock: () => Date): Promise<() => Promise<void>> {
  const simulator = await startSimulator({ port: config.ports.simulator, matchClock })
  return () => simulator.close()
}

/** So far behind the demo's league begins, a minute a second; then it goes with the clock, and the schedule sees each minute. */
const LEAGUE_BEHIND_MS = 40 * 60_000

/** The clock of the demo's league; it begins when it is first looked at. */
function demoMatchClock(): () => Date {
  let clock: (() => Date) | undefined
  return () => {
    clock ??= fastClock({ startAt: new Date(Date.now() - LEAGUE_BEHIND_MS) })
    return clock()
  }
}
