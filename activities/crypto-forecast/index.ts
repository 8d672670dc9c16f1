/** The activities of crypto-forecast. Sources write candles and days; the rest is computed from stored rows. */
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { forAttempt } from '../dependencies.ts'
import { finishRun, openRecord } from '../run-record.ts'
import { collectBinanceCandles } from './binance-candles.ts'
import { checkGrid } from './check-grid.ts'
import { collectCoinGeckoPrices } from './coingecko-prices.ts'
import { compareSpot } from './compare-spot.ts'
import { computeGrid } from './compute-grid.ts'
import { collectFearGreedDays } from './fear-greed-days.ts'
import { exportCsv } from './features-csv.ts'
import { makeForecasts } from './make-forecasts.ts'
import { writeMetrics } from './metrics-file.ts'
import { deliverReports } from './mlflow-reports.ts'
import { scoreForecasts } from './score-forecasts.ts'
import type { CryptoForecastDependencies, SourceInput } from './activity-context.ts'

export type CryptoForecastActivities = ReturnType<typeof createCryptoForecastActivities>

export function createCryptoForecastActivities(dependencies: CryptoForecastDependencies) {
  const { db, temporal, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    openCryptoForecast: (run: Run) => openRecord(db, temporal, run),

    collectBinance: (input: SourceInput) => collectBinanceCandles(context(), input),
    collectCoinGecko: (input: SourceInput) => collectCoinGeckoPrices(context(), input),
    collectFearGreed: (input: SourceInput) => collectFearGreedDays(context(), input),
    compareSpotPrices: (run: Run) => compareSpot(context(), run),
    computePrices: (run: Run) => computeGrid(context(), run),
    checkPrices: (run: Run) => checkGrid(context(), run),
    exportFeatures: () => exportCsv(context()),
    forecastPrices: (run: Run) => makeForecasts(context(), run),
    scorePredictions: (run: Run) => scoreForecasts(context(), run),
    reportToMlflow: () => deliverReports(context()),

    /** Needs no database: the file must report a database outage, too. */
    writeMetricsFile(run: Run, ending: RunEnding): Promise<void> {
      writeMetrics(dependencies.textfileDir, run, ending, clock())
      return Promise.resolve()
    },

    async closeCryptoForecast(run: Run, ending: RunEnding) {
      await finishRun(db, { run, ending, at: clock() }, () =>
        pruneRawPayloads(db, dependencies.rawPayloadCaps, clock()),
      )
    },
  }
}
