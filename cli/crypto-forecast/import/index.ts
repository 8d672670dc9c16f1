/** What crypto-forecast takes over from an older collector, and from Binance's public files. */
import { importFiles } from '../../import/import-files.ts'
import type { Importer } from '../../import/importer.ts'
import { cryptoKinds } from './kinds.ts'
import { trackedCoins } from './tracked-coins.ts'

export const importer: Importer = {
  options: [],
  examples: [
    'crypto_prices.csv fear_greed_index.csv predictions.csv',
    'bitcoin_features.csv BTCUSDT-1h-2026-01.csv',
  ],
  help: `Old prices mix days and moments and stay apart from the hourly grid; hourly candles from https://data.binance.vision
(BTCUSDT-1h-….csv, unpacked) enter it, and the next run computes from them. Forecasts that another Almanac exported (the data set predictions) are scored
by the prices stored here, under imported/ and the name of their model.`,
  run: (config, request) =>
    importFiles(config, request, {
      runId: 'import-crypto-forecast',
      kinds: cryptoKinds(request.now ?? new Date(), trackedCoins(config.tracked['crypto-forecast'].coins)),
      open: (base) => base,
    }),
}
