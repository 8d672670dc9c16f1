/** What crypto-forecast found out. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../core/command-name.ts'
import { add, days, whole, type SetExitCode } from '../commands/groups/add-command.ts'

export function addForecastCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const forecast = program
    .command('forecast')
    .description('the forecasts of crypto-forecast and their quality')
  const load = async () => import('./forecast.ts')
  add(forecast, 'latest', 'the newest forecast of each coin: the next hour and the next day', [
    `${ALMANAC} forecast latest`,
    `${ALMANAC} forecast latest --coin BTC --json`,
  ])
    .option('--coin <id or code>', 'only this coin (default: all)')
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).latest(options)
    })
  add(forecast, 'report', 'results of past forecasts, compared with the naive forecast', [
    `${ALMANAC} forecast report`,
    `${ALMANAC} forecast report --coin BTC --days 7 --json`,
  ])
    .option('--coin <id or code>', 'only this coin (default: all)')
    .option('--days <count>', 'forecasts made in the last given number of days', days, 30)
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).report(options)
    })
  add(
    forecast,
    'backtest',
    'forecasts as they would have been made in the past: walk-forward over the stored hours, nothing is stored',
    [`${ALMANAC} forecast backtest`, `${ALMANAC} forecast backtest --coin bitcoin --days 90 --refit-hours 1`],
  )
    .option('--coin <id or code>', 'only this coin (default: all)')
    .option('--days <count>', 'number of days to test, up to the newest stored hour', days, 365)
    .option('--refit-hours <hours>', 'interval at which the model is refitted', whole, 24)
    .option('--json', 'print JSON')
    .action(async (options) => {
      setExitCode(await (await load()).backtest(options))
    })
}
