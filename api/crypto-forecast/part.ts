/** Data sets of crypto-forecast. */
import type { ApiPart } from '../api-part.ts'

export const cryptoForecastApi: ApiPart = { dataSets: {} }
