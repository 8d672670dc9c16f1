/** The sentences of each pipeline that has reasons of its own, in each language: one line, under its id. */
export { cryptoForecast as 'crypto-forecast' } from './crypto-forecast/index.ts'
export { housekeeping as 'housekeeping' } from './housekeeping/index.ts'
export { libraryContext as 'library-context' } from './library-context/index.ts'
export { matchResults as 'match-results' } from './match-results/index.ts'
export { modStats as 'mod-stats' } from './mod-stats/index.ts'
