/** The words of the page of gaps, one table a language. */
import type { WordTables } from '../../../words/text.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

export const GAP_WORDS: WordTables<keyof typeof en> = { en, fr }
