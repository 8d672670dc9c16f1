/** The activities and clients of mod-stats. */
import type { ModStatsDependencies } from '../../activities/mod-stats/activity-context.ts'
import { createModStatsActivities } from '../../activities/mod-stats/index.ts'
import { createDependents } from '../../upstreams/curseforge/curseforge-dependents.ts'
import { createCurseForge } from '../../upstreams/curseforge/curseforge.ts'
import { createGate } from '../../upstreams/gate.ts'
import { createModrinth } from '../../upstreams/modrinth.ts'
import type { WorkerPart } from './worker-part.ts'

export const modStatsWorker: WorkerPart<'mod-stats', ModStatsDependencies> = {
  createActivities: createModStatsActivities,
  createClients: ({ settings, env: { CURSEFORGE_API_KEY: apiKey }, userAgent }) => ({
    modrinth: createModrinth({ baseUrl: settings.modrinth_url, userAgent }),
    curseforge:
      apiKey === undefined
        ? undefined
        : createCurseForge({ baseUrl: settings.curseforge_url, apiKey, userAgent }),
    dependents: createDependents({
      baseUrl: settings.curseforge_web_url,
      userAgent,
      gate: createGate({
        reserve: 0,
        concurrency: 1,
        minIntervalMs: settings.modpacks.page_delay_seconds * 1000,
      }),
    }),
  }),
}
