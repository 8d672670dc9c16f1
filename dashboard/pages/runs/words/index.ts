/** The words of the pages of runs, one table a language. */
import type { WordTables } from '../../../words/text.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

export type RunKey = keyof typeof en

export const RUN_WORDS: WordTables<RunKey> = { en, fr }
