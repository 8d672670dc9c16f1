/** The pipelines' parts of the worker: one line each. */
import type { PipelineId } from '../../pipelines/index.ts'
import { cryptoForecastWorker } from './crypto-forecast.ts'
import { housekeepingWorker } from './housekeeping.ts'
import { libraryContextWorker } from './library-context.ts'
import { matchResultsWorker } from './match-results.ts'
import { modStatsWorker } from './mod-stats.ts'
import type { WorkerPart } from './worker-part.ts'

export const WORKER_PARTS: { [Id in PipelineId]: WorkerPart<Id> } = {
  'mod-stats': modStatsWorker,
  'crypto-forecast': cryptoForecastWorker,
  'library-context': libraryContextWorker,
  'match-results': matchResultsWorker,
  housekeeping: housekeepingWorker,
}
