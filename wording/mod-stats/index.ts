/** The sentences of mod-stats, by language. */
import { modStats as en } from './en.ts'
import { modStats as fr } from './fr.ts'

export const modStats = { en, fr }
