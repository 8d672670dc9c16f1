/** The embedded stack of one state folder: PostgreSQL and Temporal, kept running while `almanac up` does. */
import { existsSync } from 'node:fs'
import { sentenceOf } from '../core/failures.ts'
import { isSameTrouble, type Say } from '../core/log-records.ts'
import type { Config } from '../config/load-config.ts'
import { refuseFullDisk } from './cannot-start.ts'
import { clusterFolder } from './embedded-database.ts'
import { startPostgres } from './postgres.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.mjs'
import { temporalStore } from './running-servers.ts'
import { temporalExecutable } from './temporal-binary.ts'
import { startTemporal } from './temporal.ts'

/** A server that died is missed after this long; its return takes about as long again. */
const WATCH_EVERY_MS = 1_000

export interface Stack {
  /** Which servers ran already, left behind by a stack that was killed. */
  adopted: string[]
  /** Why the embedded PostgreSQL is not running; only if it may be absent. `startDatabase` tries again. */
  withoutDatabase?: unknown
  /** Starts the PostgreSQL that could not start before; throws what it threw then. Does nothing if it runs. */
  startDatabase(): Promise<void>
  /** Stops Temporal first, then PostgreSQL: the last writes come before the last storage goes. */
  stop(): Promise<void>
}

export interface StackOptions {
  /** `optional`: the stack starts without an embedded PostgreSQL that cannot. */
  database?: 'required' | 'optional'
}

/** Starts or adopts what the configuration does not have elsewhere. `say` hears of restarts. */
export async function startStack(
  config: Config,
  say: Say,
  { database = 'required' }: StackOptions = {},
): Promise<Stack> {
  refuseFirstStartOnFullDisk(config)
  const [postgres, temporal] = await Promise.allSettled([
    config.env.DATABASE_URL === undefined && keepPostgres(config, say),
    config.env.TEMPORAL_ADDRESS === undefined && keepTemporal(config, say),
  ])
  const running = [postgres, temporal].flatMap((server) =>
    server.status === 'fulfilled' && server.value ? [server.value] : [],
  )
  const stop = async () => {
    for (const server of running.toReversed()) await server.stop()
  }
  const needed = database === 'optional' ? [temporal] : [postgres, temporal]
  const broken = needed.find((server) => server.status === 'rejected')
  if (broken) {
    await stop()
    throw broken.reason
  }
  let isUnavailable = postgres.status === 'rejected'
  return {
    adopted: running.filter((server) => server.adopted).map((server) => server.name),
    ...(postgres.status === 'rejected' && { withoutDatabase: postgres.reason as unknown }),
    async startDatabase() {
      if (!isUnavailable) return
      running.unshift(await keepPostgres(config, say))
      isUnavailable = false
    },
    stop,
  }
}

function refuseFirstStartOnFullDisk({ stateDir, env }: Config): void {
  const isFirst =
    (env.DATABASE_URL === undefined && !existsSync(clusterFolder(stateDir))) ||
    (env.TEMPORAL_ADDRESS === undefined && !existsSync(temporalStore(stateDir)))
  if (isFirst) refuseFullDisk(stateDir)
}

function keepPostgres({ mode, stateDir, ports }: Config, say: Say) {
  return keep('PostgreSQL', say, () =>
    startPostgres({
      dataDir: clusterFolder(stateDir),
      port: ports.postgres,
      setting: `${demoPrefix(mode)}POSTGRES_PORT`,
    }),
  )
}

function keepTemporal({ mode, stateDir, toolsDir, ports, env }: Config, say: Say) {
  return keep('Temporal', say, () =>
    startTemporal({
      say,
      stateDir,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      setting: `${demoPrefix(mode)}TEMPORAL_PORT`,
      uiSetting: `${demoPrefix(mode)}TEMPORAL_UI_PORT`,
      executable: temporalExecutable(toolsDir),
      namespace: env.TEMPORAL_NAMESPACE,
    }),
  )
}

/** The demo's ports have their own settings. */
function demoPrefix(mode: Config['mode']): string {
  return mode === 'demo' ? 'DEMO_' : ''
}

interface Server {
  pid: number
  adopted: boolean
  stop: () => Promise<void>
}

/** Starts a server and starts it again whenever its process is gone, until it is stopped on purpose. */
async function keep(name: string, say: Say, start: () => Promise<Server>) {
  let server = await start()
  let identity: ProcessIdentity | undefined = identify(server.pid)
  let restarting: Promise<void> | undefined
  const { adopted } = server
  /** Why it could not be started again, as it was reported. */
  let reported: string | undefined
  const restart = async () => {
    if (reported === undefined)
      say(`${name} ended unexpectedly; starting it again`, { event: 'server.ended', name })
    try {
      // Lets go of what a server leaves behind in this process when it dies, as the front of the Web UI.
      await server.stop()
      server = await start()
      identity = identify(server.pid)
      reported = undefined
    } catch (error) {
      const reason = sentenceOf(error)
      if (!isSameTrouble(reason, reported))
        say(`${name} could not be started again: ${reason}`, { event: 'server.restart-failed', name, reason })
      reported = reason
    }
    restarting = undefined
  }
  const watch = setInterval(() => {
    if (restarting === undefined && !(identity && isAlive(identity))) restarting = restart()
  }, WATCH_EVERY_MS)
  return {
    name,
    adopted,
    async stop() {
      clearInterval(watch)
      await restarting
      await server.stop()
    },
  }
}
