/** The words of the page of match-results. */
import { useWords, type Say } from '../../../preferences.tsx'
import { en } from './en.ts'
import { fr } from './fr.ts'

export type MatchKey = keyof typeof en

export const useMatchWords = (): Say<MatchKey> => useWords<MatchKey>({ en, fr })
