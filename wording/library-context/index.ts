/** The sentences of library-context, by language. */
import { libraryContext as en } from './en.ts'
import { libraryContext as fr } from './fr.ts'

export const libraryContext = { en, fr }
