/** Forecasts by the user's model behind an MLflow scoring server, judged by its own past forecasts. */
import { HOUR_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { trackRecord } from '../../db/queries/crypto-forecast/predictions.ts'
import { columnNames } from '../../db/queries/crypto-forecast/prices.ts'
import type { ModelServer } from '../../upstreams/mlflow/model-server.ts'
import type { ActivityContext } from './activity-context.ts'
import { HORIZON_NAMES, HORIZONS, targetTime, type CoinForecasts, type Horizon } from './horizons.ts'
import { intervalRadius } from './model/conformal.ts'
import { decide, skillOf } from './model/decision.ts'
import { FEATURE_COLUMNS, type FeatureTable } from './model/feature-columns.ts'

/** The name under which its forecasts are stored: the server does not say which model it serves. */
export const SERVED_VERSION = 'served'
/** Newest scored forecasts from which error and interval are computed … */
const RECORD_ROWS = 500
/** … and the minimum: an 80 % interval from fewer is a guess. */
const FEWEST_SCORED = 30

/**
 * Requests one number per horizon. The server gets the newest row of the grid: `crypto`, `horizon_hours`, and the
 * features under their names in `crypto_prices`, null if unknown.
 */
export async function servedForecasts(
  { db, signal, retryBudget, clock }: ActivityContext,
  server: ModelServer,
  crypto: string,
  { openMs, columns }: FeatureTable,
): Promise<CoinForecasts> {
  const features = FEATURE_COLUMNS.map((name) => {
    const value = columns[name].at(-1) ?? NaN
    return Number.isNaN(value) ? null : value
  })
  const rows = HORIZON_NAMES.map((horizon) => [crypto, HORIZONS[horizon] / HOUR_MS, ...features])
  const names = ['crypto', 'horizon_hours', ...columnNames(FEATURE_COLUMNS)]
  const prices = await server.predict(names, rows, signal)
  const base = openMs.at(-1) ?? NaN
  const lastPrice = columns.price.at(-1) ?? NaN
  const predictions = await Promise.all(
    HORIZON_NAMES.map(async (horizon, index) => {
      const predictedPrice = prices[index] ?? NaN
      return {
        crypto,
        horizon,
        modelVersion: SERVED_VERSION,
        madeAt: clock(),
        timestamp: new Date(base),
        targetTime: targetTime(base, horizon),
        predictedPrice,
        lastPrice,
        decision: decide(predictedPrice, lastPrice),
        trainFrom: null,
        trainTo: null,
        ...(await withDatabaseRetry(retryBudget, () => judgement(db, crypto, horizon, predictedPrice))),
      }
    }),
  )
  return { predictions, mlflow_outbox: [], none: [] }
}

/** Returns error, skill and interval from its scored forecasts so far; null while they are too few. */
async function judgement(db: Database, crypto: string, horizon: Horizon, predicted: number) {
  const record = { crypto, horizon, modelVersion: SERVED_VERSION, limit: RECORD_ROWS }
  const { errors, mae, naiveMae } = await trackRecord(db, record)
  if (errors.length < FEWEST_SCORED || mae === null || naiveMae === null)
    return { lower: null, upper: null, modelMae: null, naiveMae: null, skill: null }
  const radius = intervalRadius(Float64Array.from(errors))
  const skill = naiveMae > 0 ? skillOf(mae, naiveMae) : null
  return { lower: predicted - radius, upper: predicted + radius, modelMae: mae, naiveMae, skill }
}
