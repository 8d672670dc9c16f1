/**
 * A stack for one benchmark or soak, in a temporary folder and on free ports. PostgreSQL and Temporal are its own, flushed to
 * disk as in production, and workers are processes: all of them can be killed. The simulator runs in this process.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import type { z } from 'zod'
import { connectTemporal } from '../client/connection.ts'
import { registerSearchAttributes } from '../client/search-attributes.ts'
import { mergedSections, simulatedSections } from '../pipelines/simulated-sections.ts'
import { loadConfig, type Config } from '../config/load-config.ts'
import { withClient } from '../db/database-client.ts'
import { openDatabase, type DatabaseHandle } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { POSTGRES_ROLE } from '../local/postgres-roles.ts'
import { startPostgres, type RunningPostgres } from '../local/postgres.ts'
import { freePort } from '../local/taken-port.ts'
import { temporalExecutable } from '../local/temporal-binary.ts'
import { startTemporal, type RunningTemporal } from '../local/temporal.ts'
import { packageRoot } from '../system/package-root.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/server.ts'
import type { almanacFileSchema } from '../config/almanac-file.ts'
import { startCommand, type CommandProcess } from './command-process.ts'

export const toolsDir = join(packageRoot, '.almanac', 'tools')

/** The one section that almanac.yaml cannot do without. */
const REQUIRED_SECTION: AlmanacFile = {
  'mod-stats': { enabled: false, mods: [{ modrinth: 'createnuclear', curseforge: 989_797 }] },
}

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

/** Runs a benchmark on a PostgreSQL of its own, migrated, in a temporary folder; both are gone after it. */
export async function withBenchDatabase<T>(
  work: (database: DatabaseHandle, folder: string) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder()
  try {
    const dataDir = join(stateFolder(folder.path), 'postgres')
    const server = await startPostgres({ dataDir, port: await freePort() })
    try {
      await migrateDatabase(server.url)
      // So that none falls into a measurement: the role of all work may not ask for checkpoints by itself.
      await withClient({ connectionString: server.adminUrl }, (admin) =>
        admin.query(`grant pg_checkpoint to ${POSTGRES_ROLE}`),
      )
      const database = openDatabase(server.url, () => undefined)
      try {
        return await work(database, folder.path)
      } finally {
        await database.close()
      }
    } finally {
      await server.stop()
    }
  } finally {
    folder.remove()
  }
}

export interface BenchStack {
  config: Config
  client: Client
  database: DatabaseHandle
  simulator: Simulator
  /** Environment for an `almanac` command that talks to this stack. */
  env: Record<string, string>
  /** Which servers run now; each restart replaces its entry. */
  servers: { postgres: RunningPostgres; temporal: RunningTemporal }
  restartPostgres(): Promise<void>
  restartTemporal(): Promise<void>
  /** A worker process that polls. */
  startWorker(): Promise<CommandProcess>
  /** Ends client, simulator and servers; a worker is ended by its starter. */
  stop(): Promise<void>
}

/** What `almanac.yaml` may hold. */
export type AlmanacFile = z.input<typeof almanacFileSchema>

export interface BenchStackOptions {
  /** Sections of almanac.yaml, given the simulator's address; a pipeline without one is off. */
  tracked: (simulatorUrl: string) => Partial<AlmanacFile>
  /** The simulated world. Rate limits are off by default. */
  simulator?: SimulatorOptions
}

/** Starts everything but the worker. */
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

/** Adds to `stops` whatever it has started, so that nothing is left running if a later part fails. */
async function startParts(
  folder: string,
  { tracked, simulator: world }: BenchStackOptions,
  stops: (() => Promise<unknown> | undefined)[],
  stop: () => Promise<void>,
): Promise<BenchStack> {
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
  const simulator = await startSimulator({ rateLimits: false, ...world })
  stops.push(() => simulator.close())
  const env = settings({
    folder,
    state,
    databaseUrl: url,
    temporalPort: ports.temporal,
  })
  const given = { ...REQUIRED_SECTION, ...tracked(simulator.url) }
  // A section that is given is on by its own default.
  const on = Object.fromEntries(Object.keys(given).map((id) => [id, { enabled: undefined }]))
  const sections = mergedSections(mergedSections(simulatedSections(simulator.url), on), given)
  writeFileSync(env.ALMANAC_CONFIG, stringify(sections))
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

interface Places {
  folder: string
  state: string
  databaseUrl: string
  temporalPort: number
}

function settings({ folder, state, databaseUrl, temporalPort }: Places) {
  return {
    ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
    ALMANAC_STATE_DIR: state,
    DATA_DIR: join(folder, 'data'),
    BACKUP_DIR: join(folder, 'backups'),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    CURSEFORGE_API_KEY: 'bench',
    GITHUB_TOKEN: 'bench',
    LOG_LEVEL: 'warn',
  }
}
