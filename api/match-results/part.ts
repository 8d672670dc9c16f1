/** What match-results contributes to the API. */
import { HOUR_MS, MINUTE_MS } from '../../core/durations.ts'
import type { ApiPart } from '../api-part.ts'
import { dataSets } from './data-sets.ts'
import { inFrench } from './french.ts'
import { addMatchRoutes } from './routes.ts'

export const matchResultsApi: ApiPart = {
  dataSets,
  inFrench,
  expected: [
    {
      dataSet: 'poll-hours',
      every: 'hour',
      counted: {
        column: 'polls',
        // As almanac.yaml has it now, also for hours before it was changed.
        perInterval: ({ tracked }) => HOUR_MS / MINUTE_MS / tracked['match-results'].every_minutes,
      },
    },
  ],
  addRoutes: addMatchRoutes,
}
