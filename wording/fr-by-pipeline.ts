/** The French sentences of each pipeline that has reasons of its own: one line, under its id. */
export { cryptoForecast as 'crypto-forecast' } from './crypto-forecast/fr.ts'
export { housekeeping as 'housekeeping' } from './housekeeping/fr.ts'
export { libraryContext as 'library-context' } from './library-context/fr.ts'
export { matchResults as 'match-results' } from './match-results/fr.ts'
export { modStats as 'mod-stats' } from './mod-stats/fr.ts'
