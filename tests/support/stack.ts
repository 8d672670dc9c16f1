/** A stack for a test file: a database, a namespace, a simulator and a configuration of its own; a worker when asked. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import { inject } from 'vitest'
import type { z } from 'zod'
import { connectTemporal } from '../../client/connection.ts'
import { applySchedules } from '../../client/schedules.ts'
import { loadConfig, type Config } from '../../config/load-config.ts'
import { freePort } from '../../local/taken-port.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal.ts'
import type { almanacFileSchema } from '../../config/almanac-file.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/server.ts'
import { installRuntime, openLog } from '../../worker/log.ts'
import { dependenciesOf, startWorker, type RunningWorker } from '../../worker/start-worker.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { newNamespace, type Namespace } from './namespace.ts'
import { toolsDir } from './tools-dir.ts'

/** The first `count` mods of the simulator, as `almanac.yaml` lists them. */
export function simulatedMods(count: number) {
  const others = Array.from({ length: count - 1 }, (_, i) => ({
    modrinth: `sim-mod-${i + 1}`,
    curseforge: 1_000_001 + i,
  }))
  return [{ modrinth: 'createnuclear', curseforge: 989797 }, ...others]
}

/** What a worker of a test has otherwise than its stack: settings, tracked mods, what its steps get. */
export interface WorkerChange {
  env?: Partial<Config['env']>
  mods?: Config['tracked']['mod-stats']['mods']
  /** Replaces settings of the section `library-context`. */
  libraryContext?: Partial<Config['tracked']['library-context']>
  dependencies?: Partial<ReturnType<typeof dependenciesOf>>
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
   * Section `crypto-forecast` of almanac.yaml. `enabled` is false unless given, so that no run of the schedule begins at
   * ten past in the middle of a test; runs that are started or triggered collect all the same.
   */
  cryptoForecast?: z.input<typeof almanacFileSchema>['crypto-forecast']
  /** Section `library-context`; `enabled` is false unless given. */
  libraryContext?: z.input<typeof almanacFileSchema>['library-context']
  /** Section `match-results`, addresses aside; `enabled` is false and `csv_minutes` 0 unless given. */
  matchResults?: z.input<typeof almanacFileSchema>['match-results']
  simulator?: SimulatorOptions
  /** A Temporal server of its own, for what ends one; else a namespace on that of the whole test run. */
  ownTemporal?: boolean
  /** Added to the environment that the configuration reads. */
  env?: Record<string, string>
}

let runtimeInstalled = false

export async function startTestStack({
  mods = 3,
  pages = 35,
  cryptoForecast,
  libraryContext,
  matchResults = {},
  simulator: options = {},
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
  writeFileSync(
    configFile,
    stringify({
      'mod-stats': { mods: simulatedMods(mods), modpacks: { pages, page_delay_seconds: 0 } },
      'crypto-forecast': { enabled: false, coingecko_delay_seconds: 0, ...cryptoForecast },
      'library-context': { enabled: false, ...libraryContext },
      'match-results': {
        enabled: false,
        csv_minutes: 0,
        ...matchResults,
        feed: { url: `${simulator.url}/onexbet/service-api/LiveFeed/Get1x2_VZip`, ...matchResults.feed },
        results: {
          url: `${simulator.url}/onexbet-results/service-api/result/web/api`,
          ...matchResults.results,
        },
      },
    }),
  )
  const settings = {
    ALMANAC_CONFIG: configFile,
    ALMANAC_STATE_DIR: stateDir,
    DATA_DIR: join(root, 'data'),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    CURSEFORGE_API_KEY: 'test',
    MODRINTH_URL: `${simulator.url}/modrinth/v2`,
    CURSEFORGE_URL: `${simulator.url}/curseforge`,
    CURSEFORGE_WEB_URL: `${simulator.url}/curseforge-web`,
    BINANCE_URLS: `${simulator.url}/binance`,
    COINGECKO_URL: `${simulator.url}/coingecko/api/v3`,
    FEAR_GREED_URL: `${simulator.url}/fear-greed`,
    ASCL_URL: `${simulator.url}/ascl`,
    GITHUB_API_URL: `${simulator.url}/github`,
    GITHUB_URL: `${simulator.url}/git`,
    GITHUB_TOKEN: 'test',
    LOG_LEVEL: 'error',
    ...env,
  }
  const config: Config = { ...loadConfig({ env: settings, root }), toolsDir }
  const client = await connectTemporal(config)
  await applySchedules(client, config)
  return {
    config,
    database,
    simulator,
    client,
    temporal: () => owned(temporal).server(),
    env: settings,
    startWorker(change = {}) {
      const log = openLog('error', join(root, 'worker.log'))
      // Once a process, and a test file is one: without it the SDK prints every failed attempt.
      if (!runtimeInstalled) installRuntime(log)
      runtimeInstalled = true
      const changed = changedConfig(config, change)
      const dependencies = { ...dependenciesOf(changed), ...change.dependencies }
      return startWorker(changed, log, dependencies)
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

function changedConfig(config: Config, { env, mods, libraryContext }: WorkerChange): Config {
  const { tracked } = config
  const modStats = { ...tracked['mod-stats'], ...(mods && { mods }) }
  const libraries = { ...tracked['library-context'], ...libraryContext }
  return {
    ...config,
    env: { ...config.env, ...env },
    tracked: { ...tracked, 'mod-stats': modStats, 'library-context': libraries },
  }
}
