/** The words that all pages share, one table a language. */
import { en } from './en.ts'
import { fr } from './fr.ts'
import type { WordTables } from './text.ts'

export type SharedKey = keyof typeof en

export const WORDS: WordTables<SharedKey> = { en, fr }
