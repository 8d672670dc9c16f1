/** `almanac collector`: match-results alone, under the name, the options and the log lines of the stand-alone service. */
import type { Config } from '../../config.ts'
import { databaseFailure } from '../../db/database.ts'
import { collect } from '../collector/collect.ts'
import { openCollectorLog, sentenceOf } from '../collector/log-lines.ts'
import { testDatabase } from '../collector/test-database.ts'
import { exitCodeOf, WrongUsage } from '../exit.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { stopSignal } from '../stop-request.ts'
import { knownPipeline } from './run.ts'

interface CollectorOptions extends GlobalOptions {
  daemon?: boolean
  /** Minutes. */
  interval?: number
  logFile?: string
  testDb?: boolean
}

/** Minutes between two collections, unless told. */
const DEFAULT_INTERVAL = 1

/** Answers the exit code: 0 also for a partial or skipped collection, 1 for a failed one. */
export async function collector(options: CollectorOptions): Promise<number> {
  if (options.interval !== undefined && !options.daemon)
    throw new WrongUsage('--interval is of --daemon: without it one collection is made.')
  const config = configOf(options)
  const log = openCollectorLog({ verbose: options.verbose ?? false, logFile: options.logFile })
  if (options.testDb) return testDatabase(config, log)
  const stopped = stopSignal()
  const isDaemon = options.daemon ?? false
  const interval = options.interval ?? DEFAULT_INTERVAL
  if (isDaemon) log.line('INFO', `Démarrage du collecteur (toutes les ${interval} minute(s))`)
  try {
    return await collect({
      config: collecting(config, interval),
      pipeline: knownPipeline('match-results'),
      log,
      isDaemon,
      stopped,
    })
  } catch (error) {
    // In the log file too: cron and systemd have no other place where somebody would look.
    const cause = databaseFailure(error) ?? error
    log.line('ERROR', sentenceOf(cause))
    if (error instanceof Error) log.line('DEBUG', error.stack ?? error.message)
    return exitCodeOf(cause)
  } finally {
    if (isDaemon || stopped.aborted) log.line('INFO', 'Arrêt du collecteur')
  }
}

/** Who starts a collector wants it to collect, whatever `almanac.yaml` has in `enabled`. */
function collecting(config: Config, interval: number): Config {
  const section = { ...config.tracked['match-results'], enabled: true, every_minutes: interval }
  return { ...config, tracked: { ...config.tracked, 'match-results': section } }
}
