/** The activities and clients of crypto-forecast. */
import type { CryptoForecastDependencies } from '../../activities/crypto-forecast/activity-context.ts'
import { createCryptoForecastActivities } from '../../activities/crypto-forecast/index.ts'
import { createBinance } from '../../upstreams/binance/binance.ts'
import { createCoinGecko, UNNAMED_REFUSAL_MS } from '../../upstreams/coingecko.ts'
import { createFearGreed } from '../../upstreams/fear-greed.ts'
import { createGate } from '../../upstreams/gate.ts'
import { createMlflow } from '../../upstreams/mlflow/mlflow.ts'
import { createModelServer } from '../../upstreams/mlflow/model-server.ts'
import type { WorkerPart } from './worker-part.ts'

export const cryptoForecastWorker: WorkerPart<'crypto-forecast', CryptoForecastDependencies> = {
  createActivities: createCryptoForecastActivities,
  createClients: ({ settings, env, userAgent, folders }) => {
    const {
      MODEL_SERVING_URL: servingUrl,
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_TRACKING_TOKEN: token,
    } = env
    return {
      binance: createBinance({ hosts: settings.binance_urls, userAgent }),
      coingecko: createCoinGecko({
        baseUrl: settings.coingecko_url,
        userAgent,
        gate: createGate({
          reserve: 0,
          concurrency: 1,
          minIntervalMs: settings.coingecko_delay_seconds * 1000,
          unnamedDelayMs: UNNAMED_REFUSAL_MS,
        }),
        ...(env.COINGECKO_API_KEY !== undefined && { apiKey: env.COINGECKO_API_KEY }),
      }),
      fearGreed: createFearGreed({ baseUrl: settings.fear_greed_url, userAgent }),
      modelServer: servingUrl === undefined ? undefined : createModelServer({ url: servingUrl, userAgent }),
      mlflow:
        mlflowUrl === undefined
          ? undefined
          : createMlflow({ baseUrl: mlflowUrl, userAgent, ...(token !== undefined && { token }) }),
      textfileDir: env.TEXTFILE_DIR ?? folders.data,
    }
  },
}
