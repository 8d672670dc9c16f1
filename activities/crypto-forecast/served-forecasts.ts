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
import { newestStretch, whyBroken } from './model/history-breaks.ts'
import { whyNoPrice } from './model/plausible-price.ts'

/** The name under which its forecasts are stored: the server does not say which model it serves. */
export const SERVED_VERSION = 'served'
/** Newest scored forecasts from which error and interval are computed … */
const RECORD_ROWS = 500
/** … and the minimum: an 80 % interval from fewer is a guess. */
const FEWEST_SCORED = 30

/**
 * Requests one number per horizon. The server gets the newest row of the grid: `crypto`, `horizon_hours`, and the
 * features under their names in `crypto_prices`, null if unknown. It is not asked about a row whose features reach across
 * a jump, and an answer that cannot be a price is no forecast.
 */
export async function servedForecasts(
  context: ActivityContext,
  server: ModelServer,
  crypto: string,
  whole: FeatureTable,
): Promise<CoinForecasts> {
  const { table, follows } = newestStretch(whole)
  const made: CoinForecasts = { predictions: [], mlflow_outbox: [], none: [] }
  if (follows !== undefined && table.openMs.length === 0) {
    const reason = whyBroken(follows, { rows: 0, needed: 1 })
    return { ...made, none: HORIZON_NAMES.map((horizon) => ({ horizon, reason })) }
  }
  const prices = await askServer(context, server, crypto, table)
  const base = table.openMs.at(-1) ?? NaN
  const lastPrice = table.columns.price.at(-1) ?? NaN
  // Errors from before a break are in another unit.
  const sinceMs = follows === undefined ? 0 : (table.openMs[0] ?? 0)
  for (const [index, horizon] of HORIZON_NAMES.entries()) {
    const predicted = prices[index] ?? NaN
    const judged = await withDatabaseRetry(context.retryBudget, () =>
      judgement(context.db, { crypto, horizon, sinceMs }, predicted),
    )
    const reason = whyNoPrice({ predicted, lastPrice, ...judged })
    if (reason !== undefined) {
      made.none.push({ horizon, reason })
      continue
    }
    made.predictions.push({
      crypto,
      horizon,
      modelVersion: SERVED_VERSION,
      madeAt: context.clock(),
      timestamp: new Date(base),
      targetTime: targetTime(base, horizon),
      predictedPrice: predicted,
      lastPrice,
      decision: decide(predicted, lastPrice),
      trainFrom: null,
      trainTo: null,
      ...judged,
    })
  }
  return made
}

/** Returns the server's number for each horizon, from the newest row. */
function askServer(
  { signal }: ActivityContext,
  server: ModelServer,
  crypto: string,
  { columns }: FeatureTable,
): Promise<number[]> {
  const features = FEATURE_COLUMNS.map((name) => {
    const value = columns[name].at(-1) ?? NaN
    return Number.isNaN(value) ? null : value
  })
  const rows = HORIZON_NAMES.map((horizon) => [crypto, HORIZONS[horizon] / HOUR_MS, ...features])
  return server.predict(['crypto', 'horizon_hours', ...columnNames(FEATURE_COLUMNS)], rows, signal)
}

/** Returns error, skill and interval from its scored forecasts so far; null while they are too few. */
async function judgement(
  db: Database,
  of: { crypto: string; horizon: Horizon; sinceMs: number },
  predicted: number,
) {
  const record = { ...of, modelVersion: SERVED_VERSION, limit: RECORD_ROWS }
  const { errors, mae, naiveMae } = await trackRecord(db, record)
  if (errors.length < FEWEST_SCORED || mae === null || naiveMae === null)
    return { lower: null, upper: null, modelMae: null, naiveMae: null, skill: null }
  const radius = intervalRadius(Float64Array.from(errors))
  const skill = naiveMae > 0 ? skillOf(mae, naiveMae) : null
  return { lower: predicted - radius, upper: predicted + radius, modelMae: mae, naiveMae, skill }
}
