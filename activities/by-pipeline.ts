/** What makes the activities of each pipeline: one line, under its id. */
export { createCryptoForecastActivities as 'crypto-forecast' } from './crypto-forecast/index.ts'
export { createHousekeepingActivities as 'housekeeping' } from './housekeeping/index.ts'
export { createLibraryContextActivities as 'library-context' } from './library-context/index.ts'
export { createMatchResultsActivities as 'match-results' } from './match-results/index.ts'
export { createModStatsActivities as 'mod-stats' } from './mod-stats/index.ts'
