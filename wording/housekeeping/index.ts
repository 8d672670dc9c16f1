/** The sentences of housekeeping, by language. */
import { housekeeping as en } from './en.ts'
import { housekeeping as fr } from './fr.ts'

export const housekeeping = { en, fr }
