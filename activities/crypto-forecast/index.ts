/** The activities of crypto-forecast. Sources write candles and days; the rest is computed from stored rows. */
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import { activity, type CallsOf } from '../checked-activity.ts'
import { forAttempt } from '../dependencies.ts'
import { endingSchema } from '../run-input.ts'
import { finishRun, openOrContinue } from '../run-record.ts'
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
import type { CryptoForecastDependencies } from './activity-context.ts'
import { checkOptions, runSchema, sourceInput } from './inputs.ts'

export type CryptoForecastActivities = CallsOf<ReturnType<typeof createCryptoForecastActivities>>

export function createCryptoForecastActivities(dependencies: CryptoForecastDependencies) {
  const { db, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    openCryptoForecast: activity([runSchema], (run) => openOrContinue(dependencies, run)),

    collectBinance: activity([sourceInput], (input) => collectBinanceCandles(context(), input)),
    collectCoinGecko: activity([sourceInput], (input) => collectCoinGeckoPrices(context(), input)),
    collectFearGreed: activity([sourceInput], (input) => collectFearGreedDays(context(), input)),
    compareSpotPrices: activity([runSchema], (run) => compareSpot(context(), run)),
    computePrices: activity([runSchema], (run) => computeGrid(context(), run)),
    checkPrices: activity([runSchema, checkOptions], (run, options) => checkGrid(context(), run, options)),
    exportFeatures: activity([], () => exportCsv(context())),
    forecastPrices: activity([runSchema], (run) => makeForecasts(context(), run)),
    scorePredictions: activity([runSchema], (run) => scoreForecasts(context(), run)),
    reportToMlflow: activity([], () => deliverReports(context())),

    /** Needs no database: the file must report a database outage, too. */
    writeMetricsFile: activity([runSchema, endingSchema], (run, ending) => {
      writeMetrics(dependencies.textfileDir, run, ending, clock())
      return Promise.resolve()
    }),

    closeCryptoForecast: activity([runSchema, endingSchema], (run, ending) =>
      finishRun(db, { run, ending, at: clock() }, async () => {
        await pruneRawPayloads(db, dependencies.rawPayloadCaps, clock())
        return ending
      }),
    ),
  }
}
