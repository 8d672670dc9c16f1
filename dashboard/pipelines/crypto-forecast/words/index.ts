/** The words of the page of crypto-forecast. */
import { useWords, type Say } from '../../../preferences.tsx'
import { en } from './en.ts'
import { fr } from './fr.ts'

export type CryptoKey = keyof typeof en

export const useCryptoWords = (): Say<CryptoKey> => useWords<CryptoKey>({ en, fr })
