/** What housekeeping contributes to the API. */
import type { ApiPart } from '../api-part.ts'
import { dataSets } from './data-sets.ts'
import { inFrench } from './french.ts'

export const housekeepingApi: ApiPart = {
  dataSets,
  inFrench,
  expected: [{ dataSet: 'table-sizes', every: 'day' }],
}
