/** The pipelines' parts of the command: one line each, under its id. */
export { cryptoForecastCli as 'crypto-forecast' } from './crypto-forecast/part.ts'
export { housekeepingCli as 'housekeeping' } from './housekeeping/part.ts'
export { libraryContextCli as 'library-context' } from './library-context/part.ts'
export { matchResultsCli as 'match-results' } from './match-results/part.ts'
export { modStatsCli as 'mod-stats' } from './mod-stats/part.ts'
