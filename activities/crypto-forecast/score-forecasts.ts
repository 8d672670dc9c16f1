/** What became of the forecasts whose time has come. */
import { withPatience } from '../../db/patience.ts'
import { dueScores } from '../../db/queries/crypto-forecast/predictions.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'

/** Scores every forecast whose hour is in the grid; a candle that was corrected since corrects its scores. */
export async function scoreForecasts(
  { db, patience, clock }: ActivityContext,
  run: Run,
): Promise<SourceCounts> {
  const scores = await withPatience(patience, () => dueScores(db))
  const options = { observedAt: clock(), runId: run.runId, patience }
  const { written } = await writeRows(db, { prediction_scores: scores }, options)
  return { outcome: 'complete', fetched: 0, written, rejected: 0, why: [] }
}
