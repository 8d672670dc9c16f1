/** What the activities of crypto-forecast take, and what their files get to work with. */
import type { Run } from '../../core/run.ts'
import type { Binance } from '../../upstreams/binance/binance.ts'
import type { CoinGecko } from '../../upstreams/coingecko.ts'
import type { FearGreed } from '../../upstreams/fear-greed.ts'
import type { Mlflow } from '../../upstreams/mlflow/mlflow.ts'
import type { ModelServer } from '../../upstreams/mlflow/model-server.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'

/** A time that is over, to be collected; ISO 8601. */
export interface Backfill {
  from: string
  to: string
  onlyMissing: boolean
}

/** What a source's step takes: the run, and the time to collect where it is not the newest hours. */
export interface SourceInput {
  run: Run
  backfill?: Backfill
}

/** The clients that the activities of crypto-forecast get. */
export interface CryptoForecastClients {
  binance: Binance
  coingecko: CoinGecko
  fearGreed: FearGreed
  /** Undefined without `MODEL_SERVING_URL`: our own model forecasts. */
  modelServer: ModelServer | undefined
  /** Undefined without `MLFLOW_TRACKING_URI`. */
  mlflow: Mlflow | undefined
  /** Folder of the metrics file for the node exporter. */
  textfileDir: string
}

export type CryptoForecastDependencies = DependenciesFor<'crypto-forecast', CryptoForecastClients>

/** What the files of the activities get: the dependencies, and how this attempt waits and ends. */
export type ActivityContext = CryptoForecastDependencies & Attempt
