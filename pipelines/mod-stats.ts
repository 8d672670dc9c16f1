/** mod-stats: what it tracks, when it runs, which parameters its runs take. */
import * as z from 'zod'
import { almanacCommand } from '../core/command-name.ts'
import { MINUTE_MS, SECOND_MS } from '../core/durations.ts'
import { reason } from '../wording/reason.ts'
import { address, definePipeline, ENABLED, recompute, runParams } from './definition.ts'

const modSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .optional()
      .describe("Name in tables and exports. Default: the platform's own name"),
    modrinth: z
      .string()
      // What Modrinth accepts as a slug; an id is eight letters and digits.
      .regex(/^[\w!@$()`.+,"\-']{3,64}$/, 'expected a Modrinth slug or id')
      .optional()
      .describe('Slug or id on Modrinth. Each mod needs this, `curseforge` or both'),
    curseforge: z.int().positive().optional().describe('Project id on CurseForge'),
  })
  .refine((mod) => mod.modrinth !== undefined || mod.curseforge !== undefined, {
    error: 'expected modrinth (slug or id), curseforge (number), or both',
  })

const modpacksSchema = z.strictObject({
  pages: z
    .int()
    .min(0)
    .max(1000)
    .default(35)
    .describe(
      "Pages of CurseForge's lists of dependents read in one run, over all mods; the next run continues from there",
    ),
  page_delay_seconds: z
    .number()
    .min(0)
    .max(60)
    .default(2)
    .describe('Pause between two of these pages, in seconds'),
})

const section = z.strictObject({
  enabled: z.boolean().default(true).describe(ENABLED),
  mods: z.array(modSchema).superRefine(rejectDuplicates).default([]).describe('Mods to track, each once'),
  modpacks: modpacksSchema
    .default({ pages: 35, page_delay_seconds: 2 })
    .describe('How fast lists of dependents are read'),
  modrinth_url: address.default('https://api.modrinth.com/v2').describe('Base address of the Modrinth API'),
  curseforge_url: address
    .default('https://api.curseforge.com')
    .describe('Base address of the CurseForge API'),
  curseforge_web_url: address
    .default('https://www.curseforge.com')
    .describe("Base address of CurseForge's website"),
})

export const modStats = definePipeline({
  id: 'mod-stats',
  summary:
    'Downloads, followers and versions of game mods from Modrinth and CurseForge, and the modpacks that use them',
  workflow: 'modStatsWorkflow',
  params: z.strictObject({ ...runParams, ...recompute }),
  section,
  variables: {
    CURSEFORGE_API_KEY: z
      .string()
      .optional()
      .describe('Key of the CurseForge API; write it in single quotes, because it contains $ signs'),
    COLLECTION_INTERVAL: z.coerce
      .number()
      .int()
      .min(60)
      .default(86400)
      .describe('Seconds between two collections of mod-stats; at least 60'),
  },
  addressVariables: {
    MODRINTH_URL: 'modrinth_url',
    CURSEFORGE_URL: 'curseforge_url',
    CURSEFORGE_WEB_URL: 'curseforge_web_url',
  },
  timing: (_, { COLLECTION_INTERVAL }) => {
    const everyMs = COLLECTION_INTERVAL * SECOND_MS
    // The catch-up window leaves out a tenth of the interval, so that a made-up start never meets the next one.
    return { everyMs, offsetMs: 0, jitterMs: Math.min(5 * MINUTE_MS, everyMs / 20), catchupMs: everyMs * 0.9 }
  },
  databaseRetryBudgetMs: 10 * MINUTE_MS,
  noBackfill: () => reason('past-not-counted', { command: almanacCommand('import mod-stats') }),
  demo: {
    // The simulator needs no pauses.
    section: (simulator) => ({
      mods: [
        { name: 'Create Nuclear', modrinth: 'createnuclear', curseforge: 989797 },
        { modrinth: 'sim-mod-1', curseforge: 1000001 },
        { modrinth: 'sim-mod-2', curseforge: 1000002 },
      ],
      modpacks: { page_delay_seconds: 0 },
      modrinth_url: `${simulator}/modrinth/v2`,
      curseforge_url: `${simulator}/curseforge`,
      curseforge_web_url: `${simulator}/curseforge-web`,
    }),
    variables: { CURSEFORGE_API_KEY: 'demo' },
  },
})

function rejectDuplicates(
  mods: { modrinth?: string | undefined; curseforge?: number | undefined }[],
  context: z.RefinementCtx,
): void {
  for (const platform of ['modrinth', 'curseforge'] as const) {
    const seen = new Set<unknown>()
    mods.forEach((mod, index) => {
      const id = mod[platform]
      const key = typeof id === 'string' ? id.toLowerCase() : id
      if (key !== undefined && seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index, platform],
          input: id,
          message: 'expected each mod once',
        })
      }
      seen.add(key)
    })
  }
}
