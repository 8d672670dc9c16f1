/** Reports of the models to MLflow, and their delivery, which may be late but fails no forecast. */
import { withDatabaseRetry } from '../../db/database-retry.ts'
import {
  oldestReports,
  removeReport,
  waitingReports,
  type WaitingReport,
} from '../../db/queries/crypto-forecast/mlflow-outbox.ts'
import { columnNames } from '../../db/queries/crypto-forecast/prices.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure } from '../../core/failures.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { MlflowRun } from '../../upstreams/mlflow/mlflow.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import { modelFiles } from './mlflow-model.ts'
import type { Forecast } from './model/forecast.ts'
import { RIDGE_ALPHA } from './model/ridge.ts'
import { distinctReasons, failureReason, textReason, type Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** The original's experiment, so that its charts continue. */
const EXPERIMENT = 'cryptobot_ridge'
/** Deliveries per run; after a long outage several runs share them, so that none takes an hour. */
const DELIVERIES_PER_RUN = 60

interface Made {
  run: Run
  code: string
  prediction: WritableRows['predictions']
  forecast: Forecast
}

/** Returns the id of a forecast's report; the same for the same forecast. */
export function deliveryId({
  crypto,
  horizon,
  targetTime,
  modelVersion,
}: WritableRows['predictions']): string {
  return `${crypto}-${horizon}-${targetTime.toISOString()}-${modelVersion}`
}

/** Returns the report of one model: the original's parameters and metrics, and additional ones. */
export function mlflowReport({ run, code, prediction, forecast }: Made): WritableRows['mlflow_outbox'] {
  const { crypto, horizon, modelVersion, madeAt } = prediction
  const stamp = madeAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
  const { model, features } = forecast
  const names = columnNames(features)
  const report: MlflowRun = {
    deliveryId: deliveryId(prediction),
    runName: `${crypto}_${code.toLowerCase()}_${stamp}_${horizon}`,
    startMs: Date.parse(run.startedAt),
    endMs: madeAt.getTime(),
    params: {
      crypto_name: crypto,
      crypto_code: code.toLowerCase(),
      horizon,
      model: 'ridge',
      alpha: String(RIDGE_ALPHA),
      n_features: String(features.length),
      train_from: new Date(forecast.trainFromMs).toISOString(),
      train_to: new Date(forecast.trainToMs).toISOString(),
    },
    metrics: {
      mae_cv_mean: forecast.maeCvMean,
      mae_cv_std: forecast.maeCvStd,
      mae_test: forecast.mae,
      directional_accuracy: forecast.directionalAccuracy,
      last_price: forecast.lastPrice,
      pred_next: forecast.predicted,
      naive_mae: forecast.naiveMae,
      skill: forecast.skill,
      coverage: forecast.coverage,
    },
    tags: { model_version: modelVersion, run_id: run.runId },
    artifacts: modelFiles(
      { ...model, features: names },
      { crypto, horizon, version: modelVersion, createdMs: madeAt.getTime() },
    ),
    registerAs: `${EXPERIMENT}_${code.toLowerCase()}_${horizon}`,
  }
  return { deliveryId: report.deliveryId, report }
}

/**
 * Delivers waiting reports, oldest first. If MLflow is unavailable, they keep waiting, and the run says so; a report
 * that MLflow rejects goes to `quarantine`, so that it does not block those behind it.
 */
export async function deliverReports(context: ActivityContext): Promise<SourceCounts> {
  const { db, mlflow, signal, retryBudget } = context
  if (mlflow === undefined) return { ...NOTHING, outcome: 'skipped' }
  const reports = await withDatabaseRetry(retryBudget, () => oldestReports(db, DELIVERIES_PER_RUN))
  let delivered = 0
  let refused = 0
  const why: Reason[] = []
  for (const waiting of reports) {
    try {
      const { notes } = await mlflow.deliver(EXPERIMENT, waiting.report as MlflowRun, signal)
      why.push(...notes.map(textReason))
      delivered += 1
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      why.push(failureReason(error))
      // A failure for one is a failure for the next.
      if (!isOfReport(error)) break
      await setAside(context, waiting, error)
      refused += 1
    }
    await withDatabaseRetry(retryBudget, () => removeReport(db, waiting.deliveryId))
  }
  const left = await withDatabaseRetry(retryBudget, () => waitingReports(db))
  if (left > 0) why.push(reason('reports-wait', { reports: left }))
  const outcome = why.length > 0 ? 'partial' : 'complete'
  return { outcome, fetched: 0, written: delivered, rejected: refused, why: distinctReasons(why) }
}

async function setAside(
  { db, retryBudget, clock }: ActivityContext,
  { deliveryId, report, runId }: WaitingReport,
  refusal: Failure,
): Promise<void> {
  const row = { source: 'mlflow', reason: `${refusal.type}: ${refusal.message}`, row: { deliveryId, report } }
  await writeRows(db, {}, { observedAt: clock(), runId, rejected: [row], retryBudget })
}

/** MLflow examined the report and rejected it. Other failures, such as a wrong address, are not the report's fault. */
function isOfReport({ type }: Failure): boolean {
  return type === 'UpstreamRejected'
}
