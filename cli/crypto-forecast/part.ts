/** What crypto-forecast contributes to the command. */
import { addressesIn } from '../../config/addresses.ts'
import type { CliPart } from '../cli-part.ts'
import { addForecastCommands } from './commands.ts'

export const cryptoForecastCli: CliPart<'crypto-forecast'> = {
  addCommands: addForecastCommands,

  listsNew: async (db, { tracked }) => {
    const { coinsWithoutCandles } = await import('../../db/queries/crypto-forecast/candles.ts')
    const coins = tracked['crypto-forecast'].coins.map(({ id }) => id)
    return (await coinsWithoutCandles(db, coins)).length > 0
  },

  upstreams: ({ env, tracked: { 'crypto-forecast': section } }) => [
    ...addressesIn(section),
    ...[env.MODEL_SERVING_URL, env.MLFLOW_TRACKING_URI].filter((address) => address !== undefined),
  ],

  dryRun: async (dry) => (await import('./dry-run.ts')).dryRun(dry),

  foundLines: async (db, config, margin) => {
    const { newestForecasts } = await import('../../db/queries/crypto-forecast/forecast-report.ts')
    const newest = await newestForecasts(db)
    if (newest.length === 0) return []
    const { newestTable } = await import('./newest-table.ts')
    const { currencies } = await import('./money.ts')
    return newestTable(newest, currencies(config.tracked['crypto-forecast']), margin).split('\n')
  },

  backfill: async () => (await import('../../client/crypto-forecast/backfill.ts')).backfiller,

  importer: async () => (await import('./import/index.ts')).importer,
}
