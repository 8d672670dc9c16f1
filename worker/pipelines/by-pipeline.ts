/** The pipelines' parts of the worker: one line each, under its id. */
export { cryptoForecastWorker as 'crypto-forecast' } from './crypto-forecast.ts'
export { housekeepingWorker as 'housekeeping' } from './housekeeping.ts'
export { libraryContextWorker as 'library-context' } from './library-context.ts'
export { matchResultsWorker as 'match-results' } from './match-results.ts'
export { modStatsWorker as 'mod-stats' } from './mod-stats.ts'
