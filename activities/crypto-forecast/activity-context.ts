/** Clients and context of the activities of crypto-forecast. */
import type { Binance } from '../../upstreams/binance/binance.ts'
import type { CoinGecko } from '../../upstreams/coingecko.ts'
import type { FearGreed } from '../../upstreams/fear-greed.ts'
import type { Mlflow } from '../../upstreams/mlflow/mlflow.ts'
import type { ModelServer } from '../../upstreams/mlflow/model-server.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'

/** The clients of the activities of crypto-forecast. */
export interface CryptoForecastClients {
  binance: Binance
  coingecko: CoinGecko
  fearGreed: FearGreed
  /** Undefined without `MODEL_SERVING_URL`: then only the built-in model forecasts. */
  modelServer: ModelServer | undefined
  /** Undefined without `MLFLOW_TRACKING_URI`. */
  mlflow: Mlflow | undefined
  /** Folder of the metrics file for the node exporter. */
  textfileDir: string
}

export type CryptoForecastDependencies = DependenciesFor<'crypto-forecast', CryptoForecastClients>

/** Context of the activities' files: the dependencies, and the attempt's cancellation and retry budget. */
export type ActivityContext = CryptoForecastDependencies & Attempt
