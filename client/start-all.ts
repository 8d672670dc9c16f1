/** Starts everything that `almanac up` keeps: the servers, the tables, the worker, the schedules. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { Failure } from '../failures.ts'
import { ensureContextmaker } from '../local/contextmaker-venv.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { takeStackLock } from '../local/stack-lock.ts'
import type { Pipeline } from '../registry.ts'
import { startSimulator } from '../simulator/server.ts'
import { workflowBundle } from '../worker/bundle.ts'
import { installRuntime, openLog } from '../worker/log.ts'
import { startWorker, type RunningWorker } from '../worker/start-worker.ts'
import { connectTemporal, databaseUrl, temporalAddress, webUi } from './connection.ts'
import { applySchedules } from './schedules.ts'

export type Say = (line: string) => void

export interface Running {
  client: Client
  worker: RunningWorker
  /** Stops everything in the reverse order of its start. */
  stop: () => Promise<void>
}

export interface StartOptions {
  config: Config
  /** Pipelines whose schedules follow almanac.yaml; all others are paused. */
  scheduled: readonly Pipeline[]
  /** The worker's log; undefined writes it to standard error. */
  logFile: string | undefined
  logLevel: Config['env']['LOG_LEVEL']
  say: Say
}

/** Throws where a part cannot start; the parts before it are stopped again. */
export async function startAll({
  config,
  scheduled,
  logFile,
  logLevel,
  say,
}: StartOptions): Promise<Running> {
  const stops: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) {
      try {
        await one()
      } catch (error) {
        // The parts that were started before it must be stopped all the same.
        say(`could not stop a part in order: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  try {
    stops.push(await takeStackLock(config.stateDir, `almanac up${config.mode === 'demo' ? ' --demo' : ''}`))
    const log = openLog(logLevel, logFile)
    installRuntime(log)
    const isRead = scheduled.some(({ id }) => id === 'library-context' && config.tracked[id].enabled)
    const [stack] = await Promise.all([
      startStack(config, say),
      workflowBundle(config.toolsDir),
      isRead && bringContextmaker(config, say),
    ])
    stops.push(() => stack.stop())
    await migrateDatabase(databaseUrl(config))
    if (config.mode === 'demo') stops.push(await demoUpstreams(config))
    const worker = await startWorker(config, log)
    stops.push(() => worker.stop())
    const client = await connectTemporal(config)
    stops.push(() => client.connection.close())
    for (const { id, paused, kept } of await applySchedules(client, config, scheduled)) {
      if (kept !== undefined)
        say(`${id} stays ${paused ? 'paused' : 'active'}, as an operator left it: "${kept}"`)
    }
    tell(config, stack, say)
    return { client, worker, stop }
  } catch (error) {
    await stop()
    throw error
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
async function demoUpstreams(config: Config): Promise<() => Promise<void>> {
  const simulator = await startSimulator({ port: config.ports.simulator })
  return () => simulator.close()
}

/** Where everything is: what a user needs to look further. */
function tell(config: Config, { adopted }: Stack, say: Say): void {
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
