/** The sentences of match-results, by language. */
import { matchResults as en } from './en.ts'
import { matchResults as fr } from './fr.ts'

export const matchResults = { en, fr }
