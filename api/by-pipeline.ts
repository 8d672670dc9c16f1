/** The pipelines' parts of the API: one line each, under its id. */
export { cryptoForecastApi as 'crypto-forecast' } from './crypto-forecast/part.ts'
export { housekeepingApi as 'housekeeping' } from './housekeeping/part.ts'
export { libraryContextApi as 'library-context' } from './library-context/part.ts'
export { matchResultsApi as 'match-results' } from './match-results/part.ts'
export { modStatsApi as 'mod-stats' } from './mod-stats/part.ts'
