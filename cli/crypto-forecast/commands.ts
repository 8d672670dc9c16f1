/** What crypto-forecast found out. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../core/command-name.ts'
import { add, days, whole, type SetExitCode } from '../commands/groups/add-command.ts'

export function addForecastCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const forecast = program
    .command('forecast')
    .description('the forecasts of crypto-forecast, and how good they are')
  const load = async () => import('./forecast.ts')
  add(forecast, 'latest', 'the newest forecast of each coin: the next hour and the next day', [
    `${ALMANAC} forecast latest`,
    `${ALMANAC} forecast latest --coin BTC --json`,
  ])
    .option('--coin <id or code>', 'this coin alone (default: all)')
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).latest(options)
    })
  add(
    forecast,
    'report',
    'what became of the forecasts that were made: against the naive forecast, with counts',
    [`${ALMANAC} forecast report`, `${ALMANAC} forecast report --coin BTC --days 7 --json`],
  )
    .option('--coin <id or code>', 'this coin alone (default: all)')
    .option('--days <count>', 'forecasts made in so many days', days, 30)
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).report(options)
    })
  add(
    forecast,
    'backtest',
    'what the forecasts of a past time would have been: walk-forward over the stored hours, nothing is stored',
    [`${ALMANAC} forecast backtest`, `${ALMANAC} forecast backtest --coin bitcoin --days 90 --refit-hours 1`],
  )
    .option('--coin <id or code>', 'this coin alone (default: all)')
    .option('--days <count>', 'test so many days, up to the newest stored hour', days, 365)
    .option('--refit-hours <hours>', 'train the model again so often', whole, 24)
    .option('--json', 'print JSON')
    .action(async (options) => {
      setExitCode(await (await load()).backtest(options))
    })
}
