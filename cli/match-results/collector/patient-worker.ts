/** A worker that starts whether its database answers or not. */
import type { Config } from '../../../config/load-config.ts'
import type { Stack } from '../../../local/stack.ts'
import type { Logger } from '../../../worker/log.ts'
import { startWorker, type RunningWorker } from '../../../worker/start-worker.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import { watchDatabase, type DatabaseNews } from './database-watch.ts'

/**
 * An address where nothing answers: for as long as the embedded server is not there. Its own port may be another
 * program's by then, whose refusals would not read as "away". Port 1 of this machine refuses at once.
 */
const NO_DATABASE = 'postgresql://almanac@127.0.0.1:1/almanac'

export interface PatientSettings {
  config: Config
  stack: Stack
  log: Logger
  /** Hears when the database is away, why, and when it is there. */
  news: DatabaseNews
  /** Of the demo's league. */
  matchClock?: (() => Date) | undefined
}

/**
 * Starts the worker. Where the database does not answer, its tables are made as soon as it does; where the embedded one
 * could not start, the worker changes over to it once it runs. Throws `Misconfigured` for a database that refuses us.
 */
export async function startPatientWorker({
  config,
  stack,
  log,
  news,
  matchClock,
}: PatientSettings): Promise<RunningWorker> {
  const watch = await watchDatabase(config, stack, news)
  const isAbsent = stack.withoutDatabase !== undefined
  const first = await startWorker(
    isAbsent ? withoutDatabase(config) : config,
    log,
    dependenciesOf(config, { 'match-results': matchClock }),
  ).catch(async (error: unknown) => {
    await watch.stop()
    throw error
  })
  let current = first
  const changing = watch.started.then(async (isStarted) => {
    if (!isStarted) return
    await first.stop()
    current = await startWorker(config, log, dependenciesOf(config, { 'match-results': matchClock }))
  })
  const ended = first.ended.then(() => changing).then(() => (current === first ? undefined : current.ended))
  return {
    ended,
    async stop() {
      await watch.stop()
      await changing
      await current.stop()
    },
  }
}

function withoutDatabase(config: Config): Config {
  return { ...config, env: { ...config.env, DATABASE_URL: NO_DATABASE } }
}
