/** What library-context contributes to the API. */
import { domainsNamed } from '../../client/library-context/domains.ts'
import { nightOf } from '../../client/library-context/night.ts'
import type { ApiPart } from '../api-part.ts'
import { dataSets } from './data-sets.ts'
import { inFrench } from './french.ts'
import { addContextRoutes } from './routes.ts'

export const libraryContextApi: ApiPart = {
  dataSets,
  inFrench,
  expected: [
    {
      dataSet: 'rankings',
      every: 'day',
      by: 'domain',
      lines: ({ tracked }) => Object.keys(tracked['library-context'].domains),
    },
  ],
  addRoutes: addContextRoutes,

  checkParams(config, { domain }) {
    if (typeof domain === 'string') domainsNamed(config, domain)
  },

  detailsOf: async (db, runId) => {
    const night = await nightOf(db, runId)
    return night && { night }
  },
}
