/** The embedded stack of one state folder: PostgreSQL and Temporal, kept running while `almanac up` does. */
import { existsSync } from 'node:fs'
import type { Say } from '../core/log-records.ts'
import type { Config } from '../config/load-config.ts'
import { refuseFullDisk } from './cannot-start.ts'
import { clusterFolder } from './embedded-database.ts'
import { keepServer } from './kept-server.ts'
import { startPostgres } from './postgres.ts'
import { temporalStore } from './running-servers.ts'
import { temporalExecutable } from './temporal-binary.ts'
import { startTemporal } from './temporal.ts'

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
  return keepServer('PostgreSQL', say, () =>
    startPostgres({
      dataDir: clusterFolder(stateDir),
      port: ports.postgres,
      setting: `${demoPrefix(mode)}POSTGRES_PORT`,
    }),
  )
}

function keepTemporal({ mode, stateDir, toolsDir, ports, env }: Config, say: Say) {
  return keepServer('Temporal', say, () =>
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
