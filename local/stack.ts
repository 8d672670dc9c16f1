/** The embedded stack of one state folder: PostgreSQL and Temporal, kept running while `almanac up` does. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failures.ts'
import type { Config } from '../config.ts'
import { POSTGRES_DATABASE, POSTGRES_USER } from './postgres-cluster.ts'
import { startPostgres } from './postgres.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.mjs'
import { temporalExecutable } from './temporal-binary.ts'
import { startTemporal } from './temporal.ts'

/** A server that died is missed after this long; its return takes about as long again. */
const WATCH_EVERY_MS = 1_000

export interface Stack {
  /** Which servers ran already, left behind by a stack that was killed. */
  adopted: string[]
  /** Stops Temporal first, then PostgreSQL: the last writes come before the last storage goes. */
  stop(): Promise<void>
}

/** Starts or adopts what the configuration does not have elsewhere. `say` hears of restarts. */
export async function startStack(config: Config, say: (line: string) => void): Promise<Stack> {
  const demo = config.mode === 'demo' ? 'DEMO_' : ''
  const servers = await Promise.allSettled([
    config.env.DATABASE_URL === undefined &&
      keep('PostgreSQL', say, () =>
        startPostgres({
          dataDir: clusterFolder(config.stateDir),
          port: config.ports.postgres,
          setting: `${demo}POSTGRES_PORT`,
        }),
      ),
    config.env.TEMPORAL_ADDRESS === undefined &&
      keep('Temporal', say, () =>
        startTemporal({
          stateDir: config.stateDir,
          port: config.ports.temporal,
          uiPort: config.ports.temporalUi,
          setting: `${demo}TEMPORAL_PORT`,
          uiSetting: `${demo}TEMPORAL_UI_PORT`,
          executable: temporalExecutable(config.toolsDir),
          namespace: config.env.TEMPORAL_NAMESPACE,
        }),
      ),
  ])
  const running = servers.flatMap((server) =>
    server.status === 'fulfilled' && server.value ? [server.value] : [],
  )
  const stop = async () => {
    for (const server of running.toReversed()) await server.stop()
  }
  const broken = servers.find((server) => server.status === 'rejected')
  if (broken) {
    await stop()
    throw broken.reason
  }
  return { adopted: running.filter((server) => server.adopted).map((server) => server.name), stop }
}

interface Server {
  pid: number
  adopted: boolean
  stop: () => Promise<void>
}

/** Starts a server and starts it again whenever its process is gone, until it is stopped on purpose. */
async function keep(name: string, say: (line: string) => void, start: () => Promise<Server>) {
  let server = await start()
  let identity: ProcessIdentity | undefined = identify(server.pid)
  let restarting: Promise<void> | undefined
  const { adopted } = server
  const restart = async () => {
    say(`${name} ended unexpectedly; starting it again`)
    try {
      server = await start()
      identity = identify(server.pid)
    } catch (error) {
      say(`${name} could not be started again: ${error instanceof Error ? error.message : String(error)}`)
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

/** Connection string of the embedded database, with its password; undefined until it was started once. */
export function embeddedDatabaseUrl(stateDir: string, port: number): string | undefined {
  const passwordFile = `${clusterFolder(stateDir)}.password`
  if (!existsSync(passwordFile)) return undefined
  const password = readFileSync(passwordFile, 'utf8').trim()
  if (password === '')
    throw new Failure(
      'Misconfigured',
      `${passwordFile} is empty; restore it, or remove ${clusterFolder(stateDir)} to begin anew.`,
    )
  return `postgresql://${POSTGRES_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${POSTGRES_DATABASE}`
}

function clusterFolder(stateDir: string): string {
  return join(stateDir, 'postgres')
}
