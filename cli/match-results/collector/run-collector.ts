/** `almanac collector`: match-results alone, under the name, the options and the log lines of the stand-alone service. */
import type { Config } from '../../../config/load-config.ts'
import { databaseFailure } from '../../../db/database-failure.ts'
import { WrongUsage } from '../../../core/failures.ts'
import { endServersAtOnce } from '../../../local/end-servers.ts'
import { StackInUse } from '../../../local/stack-lock.ts'
import { configOf, type GlobalOptions } from '../../command-context.ts'
import { collect } from './collect.ts'
import { becauseOf, everyMinutes } from './french-words.ts'
import { openCollectorLog, type CollectorLog } from './log-lines.ts'
import { testDatabase } from './test-database.ts'
import { EXIT, exitCodeOf } from '../../exit.ts'
import { stopController } from '../../stop-request.ts'
import { knownPipeline } from '../../known-pipeline.ts'

interface CollectorOptions extends GlobalOptions {
  daemon?: boolean
  /** Minutes. */
  interval?: number
  logFile?: string
  testDb?: boolean
}

/** Returns the exit code: 0 for a partial or skipped collection as well, 1 for a failed one. */
export async function collector(options: CollectorOptions): Promise<number> {
  if (options.interval !== undefined && !options.daemon)
    throw new WrongUsage('--interval needs --daemon: without it one collection is made.')
  if (options.testDb) return testDatabase(() => configOf(options), openLog(options))
  const given = configOf(options)
  const config = collecting(given, options.interval)
  const log = openLog(options)
  if (!given.tracked['match-results'].enabled) log.line('WARNING', NOT_ENABLED)
  const stopped = stopController({
    async second() {
      await endServersAtOnce(config.stateDir)
      process.exit(EXIT.endedAtOnce)
    },
  }).signal
  const isDaemon = options.daemon ?? false
  if (isDaemon) log.line('INFO', `Démarrage du collecteur (${rhythm(config, options.interval)})`)
  try {
    return await collect({ config, log, isDaemon, stopped, pipeline: knownPipeline('match-results') })
  } catch (error) {
    if (stopped.aborted) return EXIT.done
    if (error instanceof StackInUse) {
      const { what, pid } = error.holder
      log.line('INFO', `Collecte ignorée: "${what}" (processus ${pid}) tourne déjà ici`)
      return EXIT.done
    }
    // In the log file too: cron and systemd have no other place to look.
    const cause = databaseFailure(error) ?? error
    log.line('ERROR', `Le collecteur s'arrête: ${becauseOf(cause)}`)
    if (error instanceof Error) log.line('DEBUG', error.stack ?? error.message)
    return exitCodeOf(cause)
  } finally {
    if (isDaemon || stopped.aborted) log.line('INFO', 'Arrêt du collecteur')
  }
}

function openLog({ verbose = false, logFile }: CollectorOptions): CollectorLog {
  return openCollectorLog({ verbose, logFile })
}

/**
 * Starting a collector implies that it collects, whatever `almanac.yaml` has in `enabled`; its interval is the default.
 */
function collecting(config: Config, interval: number | undefined): Config {
  const found = config.tracked['match-results']
  const section = { ...found, enabled: true, every_minutes: interval ?? found.every_minutes }
  return { ...config, tracked: { ...config.tracked, 'match-results': section } }
}

const NOT_ENABLED =
  "match-results n'est pas activé dans almanac.yaml (enabled: false ou section absente): le collecteur collecte quand même"

/** Minutes between two collections of the document's service. */
const USUAL_MINUTES = 1

/** If it differs from the documented one, the source of the interval is named. */
function rhythm({ tracked }: Config, interval: number | undefined): string {
  const minutes = tracked['match-results'].every_minutes
  const isOfFile = interval === undefined && minutes !== USUAL_MINUTES
  return `${everyMinutes(minutes)}${isOfFile ? ', selon almanac.yaml' : ''}`
}
