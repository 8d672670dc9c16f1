/** The stand-alone collector of match-results. */
import { InvalidArgumentError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { whole, type SetExitCode } from '../../commands/groups/add-command.ts'

/** Longer than a week between two polls of a live feed is a typing mistake. */
const MAX_MINUTES = 7 * 24 * 60

/** Reads a number of minutes, one or more. */
export function minutes(text: string): number {
  const count = whole(text)
  if (count < 1 || count > MAX_MINUTES)
    throw new InvalidArgumentError(`expected a whole number of minutes from 1 to ${MAX_MINUTES}.`)
  return count
}

export function addCollectorCommand(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  program
    .command('collector')
    .description('only match-results: one collection, or with --daemon one every minute; needs no PostgreSQL')
    .option('--daemon', 'keep running, and collect by the schedule')
    .option(
      '--interval <minutes>',
      'with --daemon: minutes between two collections (default: every_minutes of almanac.yaml, which is 1)',
      minutes,
    )
    .option('--log-file <path>', 'also write the log to this file; its folder is created')
    .option('--test-db', 'test whether a collection has a database, and exit (0 or 1)')
    .option('--demo', 'use the stack of the demo instead of the live one')
    .option('-v, --verbose', 'log lines of level DEBUG: why each match is not counted as finished')
    .addHelpText(
      'after',
      `
Examples:
  $ ${ALMANAC} collector
  $ ${ALMANAC} collector --daemon --interval 5 --log-file logs/collector_service.log
  $ ${ALMANAC} collector --test-db

Beside a running stack it says so and exits with 0: a stack collects match results by itself. While PostgreSQL is away rows
are kept in data/spool, and data/matches.csv is written all the same. As a line of cron:
  */5 * * * * cd /path/to/almanac && mkdir -p logs && ${ALMANAC} collector >> logs/cron_collector.log 2>&1`,
    )
    .action(async (options) => {
      setExitCode(await (await import('./run-collector.ts')).collector(options))
    })
}
