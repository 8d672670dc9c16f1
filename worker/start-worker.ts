/** Everything a worker process needs, opened in order and closed in the reverse order. */
import { NativeConnection } from '@temporalio/worker'
import type { ActivityDependencies } from '../activities/dependencies.ts'
import { createContextmaker } from '../activities/library-context/contextmaker/contextmaker.ts'
import { connectTemporal, databaseUrl, temporalConnectionOptions } from '../client/connection.ts'
import { startDerivingRuns } from '../client/derive-runs.ts'
import { runStanding } from '../client/runs.ts'
import type { Config } from '../config/load-config.ts'
import type { LogRecord } from '../core/log-records.ts'
import { openDatabase } from '../db/database.ts'
import { openSpool, spoolFolder } from '../db/spool/spool.ts'
import { contextmakerVenv } from '../local/contextmaker-venv.ts'
import { PIPELINES } from '../registry.ts'
import { createBinance } from '../upstreams/binance/binance.ts'
import { createCoinGecko, UNNAMED_REFUSAL_MS } from '../upstreams/coingecko.ts'
import { createCurseForge } from '../upstreams/curseforge/curseforge.ts'
import { createDependents } from '../upstreams/curseforge/curseforge-dependents.ts'
import { createFearGreed } from '../upstreams/fear-greed.ts'
import { createGate } from '../upstreams/gate.ts'
import { createMlflow } from '../upstreams/mlflow/mlflow.ts'
import { createModelServer } from '../upstreams/mlflow/model-server.ts'
import { createOneXBet } from '../upstreams/onexbet/onexbet.ts'
import { createOneXBetResults } from '../upstreams/onexbet/onexbet-results.ts'
import { createModrinth } from '../upstreams/modrinth.ts'
import { userAgent } from '../upstreams/user-agent.ts'
import { workflowBundle } from './bundle.ts'
import { NO_DATABASE, watchDatabase, type EmbeddedServer } from './database-watch.ts'
import { startDraining } from './drain.ts'
import { libraryUpstreams } from './library-upstreams.ts'
import type { Logger } from './log.ts'
import { spoolOrigin } from './spooled-counts.ts'
import { startSweeping } from './sweep.ts'
import { thisHost } from './host.ts'
import { createHostWorkers, createWorker } from './worker.ts'

export interface RunningWorker {
  /** Resolves when the worker ended by itself or by `stop`; rejects where it broke. */
  ended: Promise<void>
  /** Lets steps finish for a moment, then cancels them (they are retried), and closes all connections. */
  stop(): Promise<void>
}

export interface WorkerOptions {
  /**
   * Makes the database optional. The worker starts without it, keeps rows in the spool, migrates it when it comes, and
   * starts the embedded server if that could not start before.
   */
  optionalDatabase?: EmbeddedServer | undefined
}

/**
 * Starts a worker of this stack; it polls when this returns. A test may hand its steps other upstream clients. Throws
 * `Misconfigured` if an optional database refuses us.
 */
export async function startWorker(
  config: Config,
  log: Logger,
  dependencies = dependenciesOf(config),
  { optionalDatabase }: WorkerOptions = {},
): Promise<RunningWorker> {
  const spool = openSpool({
    folder: spoolFolder(config.dataDir),
    capBytes: config.env.SPOOL_MB * 1_000_000,
    warn: (record, message) => {
      log.warn(record, message)
    },
    origin: spoolOrigin,
  })
  const onError = (error: Error) => {
    const record = { event: 'database.connection-lost', reason: error.message } satisfies LogRecord
    log.warn(record, 'a database connection broke')
  }
  const isMissing = optionalDatabase?.withoutDatabase !== undefined
  const database = openDatabase(isMissing ? NO_DATABASE : databaseUrl(config), onError, { spool })
  const watch = optionalDatabase && (await watchDatabase({ config, server: optionalDatabase, database, log }))
  const bundlePath = await workflowBundle(config.toolsDir)
  const client = await connectTemporal(config).catch(async (error: unknown) => {
    await watch?.stop()
    throw error
  })
  const connection = await NativeConnection.connect(temporalConnectionOptions(config))
  const temporal = (run: { workflowId: string; runId: string }) => runStanding(client, run)
  const settings = {
    connection,
    namespace: config.env.TEMPORAL_NAMESPACE,
    bundlePath,
    dependencies: { ...dependencies, db: database.db, temporal },
  }
  const workers = await Promise.all([createWorker(settings), createHostWorkers(settings)])
  const all = workers.flat()
  const sweeping = startSweeping(database.db, temporal, log)
  const draining = startDraining({
    db: database.db,
    folder: spool.folder,
    log,
    startDeriving: async (pipelines) => {
      await startDerivingRuns(client, pipelines)
    },
  })
  const ended = Promise.all(all.map((worker) => worker.run())).then(() => undefined)
  return {
    ended,
    async stop() {
      for (const worker of all) if (worker.getState() === 'RUNNING') worker.shutdown()
      try {
        await ended
      } catch (error) {
        // While its server is away a worker cannot take its leave; what it was doing is tried again all the same.
        const record = { event: 'worker.stop-failed', reason: String(error) } satisfies LogRecord
        log.error(record, 'the worker could not end in order')
      }
      await Promise.all([sweeping.stop(), draining.stop(), watch?.stop()])
      await Promise.all([connection.close(), client.connection.close(), database.close()])
    },
  }
}

/** The upstream clients and settings of the steps. One client an upstream, so that its limits are counted once. */
export function dependenciesOf(
  config: Config,
  matchClock = () => new Date(),
): Omit<ActivityDependencies, 'db' | 'temporal'> {
  const { env, tracked } = config
  const agent = userAgent(env.ALMANAC_CONTACT)
  const minIntervalMs = tracked['mod-stats'].modpacks.page_delay_seconds * 1000
  return {
    tracked,
    dataDir: config.dataDir,
    textfileDir: env.TEXTFILE_DIR ?? config.dataDir,
    ...cryptoUpstreams(config, agent),
    ...libraryUpstreams(config),
    ...matchUpstreams(config, agent, matchClock),
    contextmaker: createContextmaker({
      venv: contextmakerVenv(config.toolsDir),
      wallMs: tracked['library-context'].contextmaker_seconds * 1000,
    }),
    host: thisHost(config.workDir),
    modrinth: createModrinth({ baseUrl: env.MODRINTH_URL, userAgent: agent }),
    curseforge:
      env.CURSEFORGE_API_KEY === undefined
        ? undefined
        : createCurseForge({ baseUrl: env.CURSEFORGE_URL, apiKey: env.CURSEFORGE_API_KEY, userAgent: agent }),
    dependents: createDependents({
      baseUrl: env.CURSEFORGE_WEB_URL,
      userAgent: agent,
      gate: createGate({ reserve: 0, concurrency: 1, minIntervalMs }),
    }),
    rawPayloadCaps: { days: env.RAW_PAYLOAD_DAYS, bytesPerSource: env.RAW_PAYLOAD_MB * 1_000_000 },
    patienceMs: Object.fromEntries(
      PIPELINES.map((pipeline) => [pipeline.id, pipeline.databasePatienceMs]),
    ) as ActivityDependencies['patienceMs'],
    clock: () => new Date(),
    matchClock,
  }
}

function cryptoUpstreams({ env, tracked }: Config, userAgent: string) {
  const { MODEL_SERVING_URL: servingUrl, MLFLOW_TRACKING_URI: mlflowUrl, MLFLOW_TRACKING_TOKEN: token } = env
  const minIntervalMs = tracked['crypto-forecast'].coingecko_delay_seconds * 1000
  return {
    binance: createBinance({ hosts: env.BINANCE_URLS, userAgent }),
    coingecko: createCoinGecko({
      baseUrl: env.COINGECKO_URL,
      userAgent,
      gate: createGate({ reserve: 0, concurrency: 1, minIntervalMs, unnamedDelayMs: UNNAMED_REFUSAL_MS }),
      ...(env.COINGECKO_API_KEY !== undefined && { apiKey: env.COINGECKO_API_KEY }),
    }),
    fearGreed: createFearGreed({ baseUrl: env.FEAR_GREED_URL, userAgent }),
    modelServer: servingUrl === undefined ? undefined : createModelServer({ url: servingUrl, userAgent }),
    mlflow:
      mlflowUrl === undefined
        ? undefined
        : createMlflow({ baseUrl: mlflowUrl, userAgent, ...(token !== undefined && { token }) }),
  }
}

function matchUpstreams({ tracked }: Config, userAgent: string, clock: () => Date) {
  const { feed, results } = tracked['match-results']
  return {
    onexbet: createOneXBet({ feedUrl: feed.url, query: feed, userAgent, clock }),
    onexbetResults: createOneXBetResults({
      baseUrl: results.url,
      language: feed.language,
      ref: results.ref,
      sports: feed.sport,
      userAgent,
    }),
  }
}
