/** The pipelines' parts of the API: one line each. */
import type { PipelineId } from '../pipelines/index.ts'
import type { ApiPart } from './api-part.ts'
import { cryptoForecastApi } from './crypto-forecast/part.ts'
import { housekeepingApi } from './housekeeping/part.ts'
import { libraryContextApi } from './library-context/part.ts'
import { matchResultsApi } from './match-results/part.ts'
import { modStatsApi } from './mod-stats/part.ts'

export const API_PARTS: Record<PipelineId, ApiPart> = {
  'mod-stats': modStatsApi,
  'crypto-forecast': cryptoForecastApi,
  'library-context': libraryContextApi,
  'match-results': matchResultsApi,
  housekeeping: housekeepingApi,
}
