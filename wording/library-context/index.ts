/** The sentences of library-context, by language. */
export { libraryContext as en } from './en.ts'
export { libraryContext as fr } from './fr.ts'
