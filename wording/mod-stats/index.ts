/** The sentences of mod-stats, by language. */
export { modStats as en } from './en.ts'
export { modStats as fr } from './fr.ts'
