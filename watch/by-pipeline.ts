/** What is watched of each pipeline: one line, under its id. */
export { cryptoForecastWatch as 'crypto-forecast' } from './crypto-forecast.ts'
export { housekeepingWatch as 'housekeeping' } from './housekeeping.ts'
export { libraryContextWatch as 'library-context' } from './library-context.ts'
export { matchResultsWatch as 'match-results' } from './match-results.ts'
export { modStatsWatch as 'mod-stats' } from './mod-stats.ts'
