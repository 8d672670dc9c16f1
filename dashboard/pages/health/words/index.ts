/** The words of the page of health, one table a language. */
import type { WordTables } from '../../../words/text.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

export type HealthKey = keyof typeof en

export const HEALTH_WORDS: WordTables<HealthKey> = { en, fr }
