/** A stack for one benchmark, in a temporary folder and on free ports: servers here, worker and simulator as processes. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import type { z } from 'zod'
import { connectTemporal } from '../client/connection.ts'
import { registerSearchAttributes } from '../client/search-attributes.ts'
import { loadConfig, type Config } from '../config/load-config.ts'
import { openDatabase, type DatabaseHandle } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { startPostgres, type RunningPostgres } from '../local/postgres.ts'
import { freePort } from '../local/taken-port.ts'
import { temporalExecutable } from '../local/temporal-binary.ts'
import { startTemporal, type RunningTemporal } from '../local/temporal.ts'
import { packageRoot } from '../system/package-root.ts'
import { createMods } from '../simulator/mod-stats/mods.ts'
import type { almanacFileSchema } from '../config/almanac-file.ts'
import { startCommand, type CommandProcess } from './command-process.ts'

export const toolsDir = join(packageRoot, '.almanac', 'tools')

/** Seed of the simulated world unless told. */
const WORLD_SEED = 1

/** A temporary folder for a benchmark, and its removal. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'almanac-bench-'))
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** A state folder that borrows the tools of the clone: no benchmark downloads anything. */
export function stateFolder(parent: string): string {
  const state = join(parent, 'state')
  mkdirSync(state)
  symlinkSync(toolsDir, join(state, 'tools'))
  return state
}

/** The first `count` mods of the simulator, as `almanac.yaml` lists them. */
function simulatedMods(seed: number, count: number) {
  const mods = createMods(seed, count)
  return Array.from({ length: count }, (_, index) => {
    const { slug, curseforgeId } = mods.mod(index)
    return { modrinth: slug, curseforge: curseforgeId }
  })
}

export interface BenchStack {
  config: Config
  client: Client
  database: DatabaseHandle
  simulator: CommandProcess
  simulatorUrl: string
  /** Environment for an `almanac` command that talks to this stack. */
  env: Record<string, string>
  /** Which servers run now; each restart replaces its entry. */
  servers: { postgres: RunningPostgres; temporal: RunningTemporal }
  restartPostgres(): Promise<void>
  restartTemporal(): Promise<void>
  /** A worker process that polls. */
  startWorker(): Promise<CommandProcess>
  /** Ends simulator, client and servers; a worker is ended by whoever started it. */
  stop(): Promise<void>
}

export interface BenchStackOptions {
  mods: number
  seed?: number
  /** Days of candles of the three default coins; crypto-forecast is off without. */
  candleDays?: number
  /** Libraries beside the fixed ones, and as many places in the list; library-context is off without. */
  libraries?: number
  /** Libraries read at once. */
  chains?: number
  /** Section of almanac.yaml, with the addresses of a simulator of one's own; match-results is off without. */
  matchResults?: MatchSection
}

/** The section `match-results` of almanac.yaml, as somebody writes it. */
export type MatchSection = NonNullable<z.input<typeof almanacFileSchema>['match-results']>

/** Everything but the worker: PostgreSQL (flushed to disk, as in production), Temporal, a simulator without rate limits. */
export async function startBenchStack(options: BenchStackOptions): Promise<BenchStack> {
  const folder = temporaryFolder()
  const stops: (() => Promise<unknown> | undefined)[] = []
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
    folder.remove()
  }
  try {
    return await startParts(folder.path, options, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

/** Adds to `stops` whatever it has started, so that nothing stays behind where a later part fails. */
async function startParts(
  folder: string,
  options: BenchStackOptions,
  stops: (() => Promise<unknown> | undefined)[],
  stop: () => Promise<void>,
): Promise<BenchStack> {
  const { mods, seed = WORLD_SEED, libraries = 0 } = options
  const state = stateFolder(folder)
  const ports = { postgres: await freePort(), temporal: await freePort() }
  const postgres = () => startPostgres({ dataDir: join(state, 'postgres'), port: ports.postgres })
  const temporal = () =>
    startTemporal({
      stateDir: state,
      port: ports.temporal,
      uiPort: null,
      executable: temporalExecutable(toolsDir),
      namespace: 'default',
    })
  const servers: Partial<BenchStack['servers']> = {}
  stops.push(() => servers.postgres?.stop())
  servers.postgres = await postgres()
  stops.push(() => servers.temporal?.stop())
  servers.temporal = await temporal()
  const { url } = servers.postgres
  await migrateDatabase(url)
  // Asked for only now: Temporal takes free ports of its own choice when it starts.
  const simulatorPort = await freePort()
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`
  const env = settings({ folder, state, databaseUrl: url, temporalPort: ports.temporal, simulatorUrl })
  writeFileSync(env.ALMANAC_CONFIG, stringify(trackedFile(seed, options)))
  const simulator = startCommand(simulatorArguments({ port: simulatorPort, mods, seed, libraries }), env)
  stops.push(() => simulator.end('SIGTERM'))
  await simulator.saw('simulator at')
  const config = loadConfig({ env, root: folder })
  const client = await connectTemporal(config)
  stops.push(() => client.connection.close())
  await registerSearchAttributes(client)
  const database = openDatabase(url, () => undefined)
  stops.push(() => database.close())
  return {
    config,
    client,
    database,
    simulator,
    simulatorUrl,
    env,
    stop,
    servers: servers as BenchStack['servers'],
    async restartPostgres() {
      servers.postgres = await postgres()
    },
    async restartTemporal() {
      servers.temporal = await temporal()
    },
    async startWorker() {
      const worker = startCommand(['worker'], env)
      await worker.saw('worker is polling')
      return worker
    },
  }
}

function trackedFile(seed: number, { mods, candleDays, libraries, chains, matchResults }: BenchStackOptions) {
  const astronomy = {
    description: 'Astronomy',
    source: 'ascl',
    keywords: ['astro', 'sky', 'gal', 'cosmo'],
    top: libraries,
  }
  const coins = { history_days: candleDays, coingecko_delay_seconds: 0 }
  return {
    'mod-stats': { mods: simulatedMods(seed, mods), modpacks: { page_delay_seconds: 0 } },
    ...(candleDays !== undefined && { 'crypto-forecast': coins }),
    ...(libraries !== undefined && { 'library-context': { enabled: true, chains, domains: { astronomy } } }),
    ...(matchResults !== undefined && { 'match-results': matchResults }),
  }
}

function simulatorArguments(numbers: Record<string, number>): string[] {
  const options = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)])
  return ['simulator', '--no-rate-limits', ...options]
}

interface Places {
  folder: string
  state: string
  databaseUrl: string
  temporalPort: number
  simulatorUrl: string
}

function settings({ folder, state, databaseUrl, temporalPort, simulatorUrl }: Places) {
  return {
    ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
    ALMANAC_STATE_DIR: state,
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    CURSEFORGE_API_KEY: 'bench',
    MODRINTH_URL: `${simulatorUrl}/modrinth/v2`,
    CURSEFORGE_URL: `${simulatorUrl}/curseforge`,
    CURSEFORGE_WEB_URL: `${simulatorUrl}/curseforge-web`,
    BINANCE_URLS: `${simulatorUrl}/binance`,
    COINGECKO_URL: `${simulatorUrl}/coingecko/api/v3`,
    FEAR_GREED_URL: `${simulatorUrl}/fear-greed`,
    ASCL_URL: `${simulatorUrl}/ascl`,
    GITHUB_API_URL: `${simulatorUrl}/github`,
    GITHUB_URL: `${simulatorUrl}/git`,
    GITHUB_TOKEN: 'bench',
    LOG_LEVEL: 'warn',
  }
}
