/** What is watched of mod-stats. */
import type { Config } from '../config/load-config.ts'
import { HOUR_MS, SECOND_MS } from '../core/durations.ts'
import { reason } from '../wording/reason.ts'
import type { WatchPart } from './watch-part.ts'

/** A day whose downloads could be read of no mod is no data, although it has rows. */
const newestOf = (platform: string) =>
  `select max(observed_at) as at from daily_stats where platform = '${platform}' and total_downloads is not null
    and date = (select max(date) from daily_stats where platform = '${platform}' and total_downloads is not null)`

/** Every mod is asked in each run; a run that was late, or asked again, is no day without data. */
const twoRuns = ({ env }: Config) => 2 * env.COLLECTION_INTERVAL * SECOND_MS + HOUR_MS

export const modStatsWatch: WatchPart = {
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
  fresh: [
    {
      source: 'modrinth',
      newest: newestOf('modrinth'),
      allowedMs: (config) =>
        config.tracked['mod-stats'].mods.some(({ modrinth }) => modrinth !== undefined)
          ? twoRuns(config)
          : undefined,
    },
    {
      source: 'curseforge',
      newest: newestOf('curseforge'),
      allowedMs: (config) =>
        config.env.CURSEFORGE_API_KEY !== undefined &&
        config.tracked['mod-stats'].mods.some(({ curseforge }) => curseforge !== undefined)
          ? twoRuns(config)
          : undefined,
    },
  ],
}
