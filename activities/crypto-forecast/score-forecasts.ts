/** Scores of the forecasts whose time has come. */
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { dueScores } from '../../db/queries/crypto-forecast/predictions.ts'
import { rowsOfRun } from '../../db/queries/rows-of-run.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'

/** Scores every forecast whose hour is in the grid; a corrected candle corrects its scores. */
export async function scoreForecasts(
  { db, retryBudget, clock }: ActivityContext,
  run: Run,
): Promise<SourceCounts> {
  const scores = await withDatabaseRetry(retryBudget, () => dueScores(db))
  const options = { observedAt: clock(), runId: run.runId, retryBudget }
  await writeRows(db, { prediction_scores: scores }, options)
  // An attempt that was killed after its rows were stored leaves none to score.
  const written = await withDatabaseRetry(retryBudget, () => rowsOfRun(db, run.runId, ['prediction_scores']))
  return { outcome: 'complete', fetched: 0, written, rejected: 0, why: [] }
}
