/** A stack for a test file: a separate database, namespace, simulator and configuration; a worker on request. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import { inject } from 'vitest'
import { connectTemporal } from '../../client/connection.ts'
import { applySchedules } from '../../client/schedules.ts'
import { workerLogFile } from '../../client/worker-log.ts'
import type { Intersection } from '../../core/intersection.ts'
import { loadConfig, type Config } from '../../config/load-config.ts'
import { freePort } from '../../local/taken-port.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal.ts'
import type { SectionInputs } from '../../config/almanac-file.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/server.ts'
import { openLog } from '../../worker/log.ts'
import type { ActivityDependencies } from '../../worker/pipelines/index.ts'
import type { ClientsIn } from '../../worker/pipelines/worker-part.ts'
import type { CommonDependencies } from '../../activities/dependencies.ts'
import type { PipelineId } from '../../pipelines/index.ts'
import { mergedSections, simulatedSections } from '../../pipelines/simulated-sections.ts'
import { dependenciesOf, type WorkerDependencies } from '../../worker/dependencies.ts'
import { startWorker, type RunningWorker } from '../../worker/start-worker.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { newNamespace, type Namespace } from './namespace.ts'
import { quietRuntime } from './runtime.ts'
import { toolsDir } from './tools-dir.ts'

/** The first `count` mods of the simulator, as `almanac.yaml` lists them. */
export function simulatedMods(count: number) {
  const others = Array.from({ length: count - 1 }, (_, i) => ({
    modrinth: `sim-mod-${i + 1}`,
    curseforge: 1_000_001 + i,
  }))
  return [{ modrinth: 'createnuclear', curseforge: 989797 }, ...others]
}

/** What a worker of a test has otherwise than its stack: settings, tracked mods, what its activities get. */
export interface WorkerChange {
  env?: Partial<Config['env']>
  mods?: Config['tracked']['mod-stats']['mods']
  /** Replaces whole sections; activities read these very objects. */
  sections?: Partial<Config['tracked']>
  /** Replaces what the activities of every pipeline get under these names. */
  dependencies?: ReplacedDependencies
}

export type ReplacedDependencies = Partial<
  Intersection<{ [Id in PipelineId]: ClientsIn<ActivityDependencies[Id]> }[PipelineId]> &
    Pick<CommonDependencies, 'clock' | 'rawPayloadCaps'> & { retryBudgetMs: number }
>

/** Puts the replacements in the place of what the pipelines have under these names. */
export function replaced(
  dependencies: WorkerDependencies,
  replacements: ReplacedDependencies = {},
): WorkerDependencies {
  const entries = Object.entries(dependencies).map(([id, own]) => {
    const known = Object.entries(replacements).filter(([name]) => name in own)
    return [id, { ...own, ...Object.fromEntries(known) }]
  })
  return Object.fromEntries(entries) as WorkerDependencies
}

export interface TestStack {
  config: Config
  database: TestDatabase
  simulator: Simulator
  client: Client
  /** Environment for a child process (`node bin/almanac.mjs …`) that talks to this stack. */
  env: Record<string, string>
  startWorker(change?: WorkerChange): Promise<RunningWorker>
  /** The Temporal server of a stack with `ownTemporal`. */
  temporal(): RunningTemporal
  /** Starts it again on the same port and data, after it was stopped or killed. */
  restartTemporal(): Promise<void>
  stop(): Promise<void>
}

export interface TestStackOptions {
  mods?: number
  /** Pages of dependents that one run may read. */
  pages?: number
  /**
   * Sections of almanac.yaml, on top of the simulator's addresses and of settings without pauses. `enabled` is false unless
   * given (but for mod-stats), so that no scheduled run begins in the middle of a test; runs that are started or triggered
   * collect all the same.
   */
  sections?: SectionInputs
  simulator?: SimulatorOptions
  /** False: none are made, for tests that start each run; a server computes as long for them as for some runs. Default: true. */
  schedules?: boolean
  /** A separate Temporal server, for tests that end one; else a namespace on that of the whole test run. */
  ownTemporal?: boolean
  /** Added to the environment that the configuration reads. */
  env?: Record<string, string>
}

export async function startTestStack({
  mods = 3,
  pages = 35,
  sections = {},
  simulator: options = {},
  schedules = true,
  ownTemporal = false,
  env = {},
}: TestStackOptions = {}): Promise<TestStack> {
  const root = mkdtempSync(join(tmpdir(), 'almanac-stack-'))
  const stateDir = join(root, 'state')
  mkdirSync(stateDir)
  // Child processes look for the tools in their state folder.
  symlinkSync(toolsDir, join(stateDir, 'tools'))
  const [database, simulator, temporal] = await Promise.all([
    createTestDatabase(),
    startSimulator({ mods, ...options }),
    ownTemporal ? startOwnTemporal(stateDir) : newNamespace(inject('temporalAddress')),
  ])
  const configFile = join(root, 'almanac.yaml')
  writeFileSync(configFile, stringify(testSections(simulator.url, { mods, pages }, sections)))
  const settings = {
    ALMANAC_CONFIG: configFile,
    ALMANAC_STATE_DIR: stateDir,
    DATA_DIR: join(root, 'data'),
    BACKUP_DIR: join(root, 'backups'),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    CURSEFORGE_API_KEY: 'test',
    GITHUB_TOKEN: 'test',
    LOG_LEVEL: 'error',
    ...env,
  }
  const config: Config = { ...loadConfig({ env: settings, root }), toolsDir }
  const client = await connectTemporal(config)
  if (schedules) await applySchedules(client, config)
  return {
    config,
    database,
    simulator,
    client,
    temporal: () => owned(temporal).server(),
    env: settings,
    startWorker(change = {}) {
      const log = openLog('error', workerLogFile(config))
      quietRuntime()
      const changed = changedConfig(config, change)
      const dependencies = replaced(dependenciesOf(changed), change.dependencies)
      // Workflows run in this thread: a thread for each worker takes longer than most runs.
      return startWorker(changed, log, dependencies, { temporal: { debugMode: true } })
    },
    restartTemporal: () => owned(temporal).restart(),
    async stop() {
      await client.connection.close()
      await temporal.end()
      await Promise.all([simulator.close(), database.drop()])
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** A server whose end a test is about. */
interface OwnTemporal {
  address: string
  namespace: string
  server(): RunningTemporal
  restart(): Promise<void>
  end(): Promise<void>
}

async function startOwnTemporal(stateDir: string): Promise<OwnTemporal> {
  const namespace = 'default'
  const executable = temporalExecutable(toolsDir)
  const options = { stateDir, port: await freePort(), uiPort: null, executable, namespace }
  let server = await startTemporal(options)
  return {
    address: server.address,
    namespace,
    server: () => server,
    async restart() {
      server = await startTemporal(options)
    },
    end: () => server.stop(),
  }
}

function owned(temporal: OwnTemporal | Namespace): OwnTemporal {
  if ('server' in temporal) return temporal
  throw new Error('the Temporal server is shared: start the stack with ownTemporal')
}

function changedConfig(config: Config, { env, mods, sections }: WorkerChange): Config {
  const { tracked } = config
  return {
    ...config,
    env: { ...config.env, ...env },
    tracked: {
      ...tracked,
      ...(mods && { 'mod-stats': { ...tracked['mod-stats'], mods } }),
      ...sections,
    },
  }
}

/** The file of a test's stack: the simulator's addresses, no pauses, then what the test has otherwise. */
function testSections(
  simulatorUrl: string,
  { mods, pages }: { mods: number; pages: number },
  sections: SectionInputs,
): Record<string, unknown> {
  const quick = {
    'mod-stats': {
      enabled: true,
      mods: simulatedMods(mods),
      modpacks: { pages, page_delay_seconds: 0 },
    },
    'crypto-forecast': { coingecko_delay_seconds: 0 },
    'match-results': { csv_minutes: 0 },
  }
  return mergedSections(mergedSections(simulatedSections(simulatorUrl), quick), sections)
}
