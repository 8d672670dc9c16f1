/** The forecasts of the next hour and the next day, from the newest closed candle of every coin. */
import pMap from 'p-map'
import { HOUR_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { waitingReports } from '../../db/queries/crypto-forecast/mlflow-outbox.ts'
import { storedHorizons } from '../../db/queries/crypto-forecast/predictions.ts'
import { rowsOfRun } from '../../db/queries/rows-of-run.ts'
import { priceColumns } from '../../db/queries/crypto-forecast/prices.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import { COINS_AT_ONCE } from './grid-series.ts'
import { HORIZON_NAMES, HORIZONS, targetTime, type CoinForecasts, type Horizon } from './horizons.ts'
import { newestClosedHour } from './hours.ts'
import { deliveryId, mlflowReport } from './mlflow-reports.ts'
import { FEATURE_COLUMNS, type FeatureTable } from './model/feature-columns.ts'
import { forecast, type Forecast } from './model/forecast.ts'
import { SERVED_VERSION, servedForecasts } from './served-forecasts.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Name of the built-in model in every forecast; change it when the method changes. */
const MODEL_VERSION = 'ridge-1'

/**
 * Makes the forecasts, each once: a second run in the same hour finds them. `reports` wait for MLflow, if it is
 * configured.
 */
export async function makeForecasts(
  context: ActivityContext,
  run: Run,
): Promise<{ counts: SourceCounts; reports: number }> {
  const { db, settings, signal, retryBudget, mlflow } = context
  const coins = settings.coins.map(({ id }) => id)
  const done = await pMap(coins, (crypto) => forecastCoin(context, run, crypto), {
    concurrency: COINS_AT_ONCE,
    signal,
  })
  const made = done.reduce((total, coin) => total + coin.made, 0)
  // Counts all attempts of this activity: an earlier one may have been killed between two coins.
  const written = await withDatabaseRetry(retryBudget, () =>
    rowsOfRun(db, run.runId, ['predictions', 'mlflow_outbox']),
  )
  const why = done.flatMap((coin) => coin.why)
  const reports = mlflow === undefined ? 0 : await withDatabaseRetry(retryBudget, () => waitingReports(db))
  const outcome = made === 0 ? 'failed' : why.length > 0 ? 'partial' : 'complete'
  return { counts: { outcome, fetched: 0, written, rejected: 0, why }, reports }
}

/** `made` counts the forecasts of this hour that exist now, including those of an earlier run. */
async function forecastCoin(
  context: ActivityContext,
  run: Run,
  crypto: string,
): Promise<{ made: number; why: Reason[] }> {
  const { db, retryBudget, clock, modelServer } = context
  const { openMs, columns } = await withDatabaseRetry(retryBudget, () =>
    priceColumns(db, crypto, FEATURE_COLUMNS),
  )
  const table = { stepMs: HOUR_MS, openMs, columns }
  const stale = staleness(table, clock().getTime())
  if (stale !== undefined) return { made: 0, why: [reason('no-forecast', { crypto, reason: stale })] }
  const modelVersion = modelServer === undefined ? MODEL_VERSION : SERVED_VERSION
  const key = { crypto, openMs: openMs.at(-1) ?? NaN, modelVersion }
  const stored = await withDatabaseRetry(retryBudget, () => storedHorizons(db, key))
  if (stored.size === HORIZON_NAMES.length) return { made: stored.size, why: [] }
  const { none, ...rows } = without(stored, await forecastsOf(context, run, crypto, table))
  const options = { observedAt: clock(), runId: run.runId, retryBudget }
  await writeRows(db, rows, options)
  const made = stored.size + rows.predictions.length
  const why = none.map((one) => reason('no-horizon', { crypto, ...one }))
  return { made, why }
}

/** Stored forecasts were reported with them, in one transaction: a second report would differ only in its times. */
function without(
  stored: ReadonlySet<string>,
  { predictions, mlflow_outbox, none }: CoinForecasts,
): CoinForecasts {
  const isNew = ({ horizon }: { horizon: string }) => !stored.has(horizon)
  const reported = new Set(predictions.filter((made) => !isNew(made)).map(deliveryId))
  return {
    predictions: predictions.filter(isNew),
    mlflow_outbox: mlflow_outbox.filter((report) => !reported.has(report.deliveryId)),
    none,
  }
}

/** Forecasts are made only from the newest closed candle: the near future of an older one is past. */
export function staleness({ openMs }: Pick<FeatureTable, 'openMs'>, nowMs: number): Reason | undefined {
  const newest = openMs.at(-1)
  if (newest === undefined) return reason('no-candle')
  const behind = (newestClosedHour(nowMs) - newest) / HOUR_MS
  return behind <= 0 ? undefined : reason('candle-too-old', { hours: behind })
}

async function forecastsOf(
  context: ActivityContext,
  run: Run,
  crypto: string,
  table: FeatureTable,
): Promise<CoinForecasts> {
  if (context.modelServer !== undefined) return servedForecasts(context, context.modelServer, crypto, table)
  const { clock, settings, mlflow } = context
  const found: CoinForecasts = { predictions: [], mlflow_outbox: [], none: [] }
  const answers = forecast(table, Object.values(HORIZONS))
  answers.forEach((answer, index) => {
    const horizon = HORIZON_NAMES[index] ?? '1h'
    if ('why' in answer) {
      found.none.push({ horizon, reason: answer.why })
      return
    }
    const prediction = predictionOf(crypto, horizon, table, answer, clock())
    found.predictions.push(prediction)
    const code = settings.coins.find(({ id }) => id === crypto)?.code ?? crypto
    if (mlflow !== undefined)
      found.mlflow_outbox.push(mlflowReport({ run, code, prediction, forecast: answer }))
  })
  return found
}

/** Returns the row of a forecast. It is due when the candle that lies the horizon after the newest one closes. */
function predictionOf(
  crypto: string,
  horizon: Horizon,
  { openMs }: FeatureTable,
  made: Forecast,
  now: Date,
): WritableRows['predictions'] {
  const base = openMs.at(-1) ?? NaN
  return {
    crypto,
    horizon,
    modelVersion: MODEL_VERSION,
    madeAt: now,
    timestamp: new Date(base),
    targetTime: targetTime(base, horizon),
    predictedPrice: made.predicted,
    lower: made.lower,
    upper: made.upper,
    lastPrice: made.lastPrice,
    decision: made.decision,
    modelMae: made.mae,
    naiveMae: made.naiveMae,
    skill: Number.isFinite(made.skill) ? made.skill : null,
    trainFrom: new Date(made.trainFromMs),
    trainTo: new Date(made.trainToMs),
  }
}
