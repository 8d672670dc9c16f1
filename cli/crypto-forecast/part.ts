/** What crypto-forecast contributes to the command. */
import type { CliPart } from '../cli-part.ts'
import { addForecastCommands } from './commands.ts'

export const cryptoForecastCli: CliPart<'crypto-forecast'> = {
  addCommands: addForecastCommands,

  dryRun: async (dry) => (await import('./dry-run.ts')).dryRun(dry),

  foundLines: async (db, _, margin) => {
    const { newestForecasts } = await import('../../db/queries/crypto-forecast/forecast-report.ts')
    const newest = await newestForecasts(db)
    if (newest.length === 0) return []
    const { newestTable } = await import('./newest-table.ts')
    return newestTable(newest, margin).split('\n')
  },

  backfill: async () => (await import('./backfill.ts')).backfiller,

  importer: async () => (await import('./import/index.ts')).importer,
}
