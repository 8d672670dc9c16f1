/** The sentences of housekeeping, by language. */
export { housekeeping as en } from './en.ts'
export { housekeeping as fr } from './fr.ts'
