/** What mod-stats contributes to the command. */
import type { CliPart } from '../cli-part.ts'

export const modStatsCli: CliPart<'mod-stats'> = {
  upstreamNote: ({ env }) =>
    env.CURSEFORGE_API_KEY === undefined
      ? 'CurseForge skipped, CURSEFORGE_API_KEY is not set'
      : 'CurseForge with a key',

  listsNew: async (db, { tracked }) => {
    const { listsNewMod } = await import('../../db/queries/mod-stats/mods.ts')
    return listsNewMod(db, tracked['mod-stats'].mods)
  },

  upstreams: ({ env, tracked: { 'mod-stats': section } }) =>
    env.CURSEFORGE_API_KEY === undefined
      ? [section.modrinth_url]
      : [section.modrinth_url, section.curseforge_url, section.curseforge_web_url],

  dryRun: async (dry) => (await import('./dry-run.ts')).dryRun(dry),

  checks: async ({ mode, env }) => {
    const { checkCurseForgeKey, NO_KEY_NEEDED } = await import('./curseforge-key.ts')
    return [mode === 'demo' ? NO_KEY_NEEDED : checkCurseForgeKey(env.CURSEFORGE_API_KEY)]
  },

  importer: async () => (await import('./import/index.ts')).importer,
}
