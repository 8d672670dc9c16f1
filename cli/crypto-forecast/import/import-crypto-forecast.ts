/** The import of crypto-forecast: looks at all files, then stores file after file. */
import type { Config } from '../../../config/load-config.ts'
import type { FileReport } from '../../import/file-report.ts'
import { withDatabase } from '../../import/import-database.ts'
import { recogniseFile } from './file-kinds.ts'
import { importFile } from './import-files.ts'
import { trackedCoins } from './tracked-coins.ts'

/** The run that imported rows name. */
const RUN_ID = 'import-crypto-forecast'

export interface CryptoForecastImport {
  files: string[]
  /** The time of the import; a candle that closes later is left out. */
  now?: Date
  /** Hears how much of a file was read, in bytes. */
  onProgress?: ((file: string, bytes: number, total: number) => void) | undefined
}

/** Imports the files in their order. Throws `WrongUsage`, before anything is written, where one is none of ours. */
export async function importCryptoForecast(
  config: Config,
  { files, now = new Date(), onProgress }: CryptoForecastImport,
): Promise<{ files: FileReport[] }> {
  const coins = trackedCoins(config.tracked['crypto-forecast'].coins)
  const recognised = files.map((file) => recogniseFile(file, coins))
  return withDatabase(config, async (db, patience) => {
    const context = { db, patience, runId: RUN_ID, coins, now }
    const reports: FileReport[] = []
    for (const file of recognised) {
      reports.push(await importFile(context, file, (bytes, total) => onProgress?.(file.path, bytes, total)))
    }
    return { files: reports }
  })
}
