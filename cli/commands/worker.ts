/** `almanac worker`: a worker alone, for a server and a database that are already there. */
import { checkMigrated } from '../../db/migrate.ts'
import { installRuntime, openLog } from '../../worker/log.ts'
import { startWorker } from '../../worker/start-worker.ts'
import { withDatabase } from '../../client/connection.ts'
import { EXIT } from '../exit.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { preparePipelines } from '../../worker/dependencies.ts'
import { stopRequested } from '../stop-request.ts'
import { stackName } from '../command-context.ts'
import { reportTroubles } from '../report-troubles.ts'

export async function worker(options: GlobalOptions & { logFile?: string }): Promise<number> {
  const config = configOf(options)
  await withDatabase(config, ({ db }) => checkMigrated(db))
  const level = options.verbose ? 'debug' : config.env.LOG_LEVEL
  const log = openLog(level, options.logFile ?? config.env.WORKER_LOG, options.logFile === undefined)
  installRuntime(log, { port: config.env.TEMPORAL_METRICS_PORT, say: print })
  const enabled = PIPELINES.map(({ id }) => id).filter((id) => config.tracked[id].enabled)
  await preparePipelines(enabled, config.toolsDir, print)
  const running = await startWorker(config, log)
  print(`${stackName(config)}worker is polling; Ctrl+C ends it`)
  await reportTroubles(config, print)
  try {
    await Promise.race([
      stopRequested().then(() => {
        print('stopping …')
      }),
      running.ended,
    ])
  } finally {
    await running.stop()
  }
  return EXIT.done
}
