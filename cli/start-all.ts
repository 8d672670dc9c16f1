/** Starts everything that `almanac up` keeps: the servers, the tables, the worker, the schedules. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config/load-config.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { Failure, sentenceOf } from '../core/failures.ts'
import type { Say } from '../core/log-records.ts'
import { ensureContextmaker } from '../local/contextmaker-venv.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { takeStackLock } from '../local/stack-lock.ts'
import type { Pipeline } from '../registry.ts'
import { fastClock } from '../simulator/fast-clock.ts'
import { startSimulator } from '../simulator/server.ts'
import { workflowBundle } from '../worker/bundle.ts'
import { installRuntime, type Logger } from '../worker/log.ts'
import { dependenciesOf, startWorker, type RunningWorker } from '../worker/start-worker.ts'
import { connectTemporal, databaseUrl, temporalAddress, webUi } from '../client/connection.ts'
import { applySchedules } from '../client/schedules.ts'

export interface Running {
  client: Client
  worker: RunningWorker
  stack: Stack
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
  /** What those are told who find the stack taken. Default: `almanac up`. */
  what?: string
  /** Starts without a database that does not answer: rows go to the spool until it does. */
  databaseOptional?: boolean
}

type Stops = (() => Promise<void> | void)[]

/** Throws where a part cannot start (`StackInUse` where another stack runs); the parts before it are stopped again. */
export async function startAll(options: StartOptions): Promise<Running> {
  const stops: Stops = []
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) {
      try {
        await one()
      } catch (error) {
        // The parts that were started before it must be stopped all the same.
        const reason = sentenceOf(error)
        options.say(`could not stop a part in order: ${reason}`, { event: 'stop.failed', reason })
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
  const { config, scheduled, say, databaseOptional = false } = options
  const name = options.what ?? `almanac up${config.mode === 'demo' ? ' --demo' : ''}`
  stops.push(await takeStackLock(config.stateDir, name))
  const log = options.openLog()
  installRuntime(log)
  const isRead = scheduled.some(({ id }) => id === 'library-context' && config.tracked[id].enabled)
  const [stack] = await Promise.all([
    startStack(config, say, { database: databaseOptional ? 'optional' : 'required' }),
    workflowBundle(config.toolsDir),
    isRead && bringContextmaker(config, say),
  ])
  stops.push(() => stack.stop())
  const matchClock = config.mode === 'demo' ? demoMatchClock() : undefined
  if (matchClock !== undefined) stops.push(await demoUpstreams(config, matchClock))
  if (!databaseOptional) await migrateDatabase(databaseUrl(config))
  const worker = await startWorker(config, log, dependenciesOf(config, matchClock), {
    optionalDatabase: databaseOptional ? stack : undefined,
  })
  stops.push(() => worker.stop())
  const client = await connectTemporal(config)
  stops.push(() => client.connection.close())
  await schedule(client, options)
  return { client, worker, stack }
}

async function schedule(client: Client, options: StartOptions): Promise<void> {
  const { config, scheduled, leavesOthers = false, say } = options
  for (const { id, paused, kept } of await applySchedules(client, config, scheduled, { leavesOthers })) {
    if (kept === undefined) continue
    say(`${id} stays ${paused ? 'paused' : 'active'}, as an operator left it: "${kept}"`, {
      event: 'schedule.kept',
      pipeline: id,
      paused,
      note: kept,
    })
  }
}

/** What contexts are made with; without it our own engine makes them, and every run says so. */
export async function bringContextmaker(config: Config, say: Say): Promise<void> {
  try {
    await ensureContextmaker(config.toolsDir, say)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    say(`contextmaker is not installed: ${error.message}`)
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

/** Tells where everything is: what a user needs to look further. */
export function tellPlaces(config: Config, { adopted }: Stack, say: Say): void {
  const { env, ports } = config
  if (adopted.length > 0) say(`adopted    ${adopted.join(' and ')}, still running from an earlier start`)
  const database =
    env.DATABASE_URL === undefined ? `127.0.0.1:${ports.postgres} (embedded)` : new URL(env.DATABASE_URL).host
  const embedded = env.TEMPORAL_ADDRESS === undefined ? ' (embedded)' : ''
  const curseforge =
    env.CURSEFORGE_API_KEY === undefined ? 'skipped, CURSEFORGE_API_KEY is not set' : 'with a key'
  say(`database   ${database}`)
  say(`temporal   ${temporalAddress(config)}${embedded}, Web UI ${webUi(config)}`)
  say(`upstreams  CurseForge ${curseforge}; the others need no key`)
}
