/** What mod-stats contributes to the API. */
import type { ApiPart } from '../api-part.ts'
import { dataSets } from './data-sets.ts'
import { inFrench } from './french.ts'

export const modStatsApi: ApiPart = {
  dataSets,
  inFrench,
  expected: [
    {
      dataSet: 'daily-stats',
      every: 'day',
      by: 'platform',
      lines: ({ tracked: { 'mod-stats': section } }) =>
        (['modrinth', 'curseforge'] as const).filter((platform) =>
          section.mods.some((mod) => mod[platform] !== undefined),
        ),
    },
  ],
}
