/** What is watched, one line a pipeline. */
import type { PipelineId } from '../pipelines/index.ts'
import { cryptoForecastWatch } from './crypto-forecast.ts'
import { housekeepingWatch } from './housekeeping.ts'
import { libraryContextWatch } from './library-context.ts'
import { matchResultsWatch } from './match-results.ts'
import { modStatsWatch } from './mod-stats.ts'
import type { WatchPart } from './watch-part.ts'

export const WATCH_PARTS: Readonly<Record<PipelineId, WatchPart>> = {
  'mod-stats': modStatsWatch,
  'crypto-forecast': cryptoForecastWatch,
  'library-context': libraryContextWatch,
  'match-results': matchResultsWatch,
  housekeeping: housekeepingWatch,
}
