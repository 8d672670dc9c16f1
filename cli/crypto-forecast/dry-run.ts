/** A dry run of crypto-forecast: everything but the report to MLflow and the metrics file. */
import { createCryptoForecastActivities } from '../../activities/crypto-forecast/index.ts'
import type { DryRun } from '../cli-part.ts'

export async function dryRun(dry: DryRun<'crypto-forecast'>): Promise<undefined> {
  const { run, params, dependencies } = dry
  const { from, to = run.startedAt, onlyMissing = false } = params
  const backfill = from === undefined ? undefined : { from, to, onlyMissing }
  const activities = createCryptoForecastActivities(dependencies)
  if (!params.derive) {
    const input = { run, ...(backfill && { backfill }) }
    await dry.source('binance', () => activities.collectBinance(input))
    await dry.source('coingecko', () => activities.collectCoinGecko(input))
    await dry.source('fear-greed', () => activities.collectFearGreed(input))
    if (backfill === undefined) await dry.source('spot', () => activities.compareSpotPrices(run))
  }
  await dry.source('prices', () => activities.computePrices(run))
  await dry.source('checks', () => activities.checkPrices(run, { isPast: false }))
  await dry.source('csv', () => activities.exportFeatures())
  if (backfill === undefined)
    await dry.source('forecasts', async () => (await activities.forecastPrices(run)).counts)
  await dry.source('scores', () => activities.scorePredictions(run))
}
