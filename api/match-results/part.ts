/** Data sets of match-results. */
import type { ApiPart } from '../api-part.ts'

export const matchResultsApi: ApiPart = { dataSets: {} }
