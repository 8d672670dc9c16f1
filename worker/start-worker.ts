/** Everything a worker process needs, opened in order and closed in the reverse order. */
import { NativeConnection, type WorkerOptions as TemporalOptions } from '@temporalio/worker'
import { connectTemporal, databaseUrl, temporalConnectionOptions } from '../client/connection.ts'
import { startRecomputeRuns } from '../client/derive-runs.ts'
import { runStatus } from '../client/runs.ts'
import type { Config } from '../config/load-config.ts'
import { almanacCommand } from '../core/command-name.ts'
import { sentenceOf } from '../core/failures.ts'
import type { LogRecord } from '../core/log-records.ts'
import { openDatabase } from '../db/database.ts'
import { removeUnfinishedFiles } from '../system/atomic-file.ts'
import { openSpool, spoolFolder } from '../db/spool/spool.ts'
import { startStoringHeard } from './upstreams-heard.ts'
import { workflowBundle } from './bundle.ts'
import { NO_DATABASE, watchDatabase, type EmbeddedServer } from './database-watch.ts'
import { startDraining } from './drain.ts'
import type { Logger } from './log.ts'
import { spoolOrigin } from './spooled-counts.ts'
import { startSweeping } from './sweep.ts'
import { connected, dependenciesOf, ownQueues } from './dependencies.ts'
import { createQueueWorker, createWorker } from './worker.ts'
import { createActivities } from './activities.ts'

export interface RunningWorker {
  /** Resolves when `stop` has ended the worker; rejects with `WorkerBroke` if it ends before. */
  ended: Promise<void>
  /** Lets activities finish for a moment, then cancels them (they are retried), and closes all connections. */
  stop(): Promise<void>
}

export interface WorkerOptions {
  /**
   * Makes the database optional. The worker starts without it, keeps rows in the spool, migrates it when it comes, and
   * starts the embedded server if that could not start before.
   */
  optionalDatabase?: EmbeddedServer | undefined
  /** Replaces the defaults of the worker that runs workflows. */
  temporal?: Partial<TemporalOptions>
}

/** The worker ended by itself. Runs that wait for it go on with the next one. */
export class WorkerBroke extends Error {
  override name = 'WorkerBroke'

  constructor(cause: unknown) {
    const found = cause === undefined ? 'it ended by itself' : sentenceOf(cause).replace(/\.$/, '')
    super(
      `The worker broke (${found}); its runs go on with the next one: start it again, and if it breaks again, see its log and "${almanacCommand('doctor')}".`,
      { cause },
    )
  }
}

/**
 * Starts a worker of this stack; it polls when this returns. A test may pass other upstream clients to its activities.
 * Throws `Misconfigured` if an optional database refuses us.
 */
export async function startWorker(
  config: Config,
  log: Logger,
  dependencies = dependenciesOf(config),
  { optionalDatabase, temporal: options = {} }: WorkerOptions = {},
): Promise<RunningWorker> {
  removeUnfinishedFiles(config.dataDir, { recursive: true })
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
  const temporal = (run: { workflowId: string; runId: string }) => runStatus(client, run)
  const settings = {
    connection,
    namespace: config.env.TEMPORAL_NAMESPACE,
    bundlePath,
    activities: createActivities(connected(dependencies, { db: database.db, temporal })),
    options,
  }
  const workers = await Promise.all([
    createWorker(settings),
    ...ownQueues(dependencies).map((queue) => createQueueWorker(settings, queue)),
  ])
  const sweeping = startSweeping(database.db, temporal, log)
  const heard = startStoringHeard(database.db, log)
  const draining = startDraining({
    db: database.db,
    folder: spool.folder,
    log,
    startRecompute: async (pipelines) => {
      await startRecomputeRuns(client, pipelines)
    },
  })
  const runs = workers.map((worker) => worker.run())
  let isStopping = false
  const end = (cause?: unknown) => {
    if (!isStopping) throw new WorkerBroke(cause)
  }
  const ended = Promise.all(runs.map((run) => run.then(end, end))).then(() => undefined)
  // Whoever waits for the worker's runs reports it; one that breaks before that must not end the process.
  ended.catch(() => undefined)
  return {
    ended,
    async stop() {
      isStopping = true
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
      for (const run of await Promise.allSettled(runs)) {
        if (run.status === 'fulfilled') continue
        // While its server is away a worker cannot take its leave; what it was doing is tried again all the same.
        const record = { event: 'worker.stop-failed', reason: String(run.reason) } satisfies LogRecord
        log.error(record, 'the worker could not stop cleanly')
      }
      await Promise.all([sweeping.stop(), heard.stop(), draining.stop(), watch?.stop()])
      await Promise.all([connection.close(), client.connection.close(), database.close()])
    },
  }
}
