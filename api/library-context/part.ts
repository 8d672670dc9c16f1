/** Data sets of library-context. */
import type { ApiPart } from '../api-part.ts'

export const libraryContextApi: ApiPart = { dataSets: {} }
