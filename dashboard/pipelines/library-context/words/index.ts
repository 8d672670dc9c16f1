/** The words of this page, one table a language. */
import { useWords, type Say } from '../../../preferences.tsx'
import type { WordTables } from '../../../words/text.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

type Key = keyof typeof en

const WORDS: WordTables<Key> = { en, fr }

export const usePageWords = (): Say<Key> => useWords(WORDS)
