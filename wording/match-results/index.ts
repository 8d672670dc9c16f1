/** The sentences of match-results, by language. */
export { matchResults as en } from './en.ts'
export { matchResults as fr } from './fr.ts'
