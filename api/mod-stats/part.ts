/** What mod-stats contributes to the API. */
import { reason } from '../../wording/reason.ts'
import type { ApiPart } from '../api-part.ts'
import { dataSets } from './data-sets.ts'
import { inFrench } from './french.ts'

export const modStatsApi: ApiPart = {
  dataSets,
  inFrench,
  upstreams: [
    { name: 'Modrinth', sources: ['modrinth'], clients: ['modrinth'], steps: ['collectModrinth'] },
    {
      name: 'CurseForge',
      sources: ['curseforge', 'modpacks'],
      clients: ['curseforge', 'curseforge-web'],
      steps: ['collectCurseForge', 'discoverModpacks', 'refreshModpacks'],
      missing: ({ env }) =>
        env.CURSEFORGE_API_KEY === undefined
          ? reason('key-missing', {
              upstream: 'CurseForge',
              setting: 'CURSEFORGE_API_KEY',
              address: 'https://console.curseforge.com',
            })
          : undefined,
    },
  ],
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
