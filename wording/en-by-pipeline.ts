/** The English sentences of each pipeline that has reasons of its own: one line, under its id. */
export { cryptoForecast as 'crypto-forecast' } from './crypto-forecast/en.ts'
export { housekeeping as 'housekeeping' } from './housekeeping/en.ts'
export { libraryContext as 'library-context' } from './library-context/en.ts'
export { matchResults as 'match-results' } from './match-results/en.ts'
export { modStats as 'mod-stats' } from './mod-stats/en.ts'
