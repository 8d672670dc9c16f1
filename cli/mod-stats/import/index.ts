/** What mod-stats takes over from an older collector. */
import { syncMods } from '../../../db/queries/mod-stats/mods.ts'
import { importFiles } from '../../import/import-files.ts'
import type { Importer } from '../../import/importer.ts'
import { checkDay, dayOf } from '../../import/line-values.ts'
import { chosenMod, described } from './chosen-mod.ts'
import { modStatsKinds } from './kinds.ts'

export const importer: Importer = {
  options: [
    {
      flags: '--mod <slug or id>',
      description: 'the mod that the rows belong to (default: the only one tracked)',
    },
    {
      flags: '--date <day>',
      description: 'UTC day of the downloads in curseforge_modpacks.csv, which names none',
    },
  ],
  examples: [
    'daily_stats.csv version_stats.csv modpack_stats.csv',
    'data/curseforge_modpacks.csv --date 2025-07-31 --mod createnuclear',
  ],
  help: `CurseForge totals of the old collector cover a mod's first 50 files only; they are kept as they are.
A dump of version_stats names no version ids: import it again after the first run, to join its rows with collected ones.`,
  run: async (config, request) => {
    const { options: { mod: address, date } = {}, now = new Date() } = request
    const today = dayOf(now)
    if (date !== undefined) checkDay('--date', date, today)
    return importFiles(config, request, {
      runId: 'import-mod-stats',
      kinds: modStatsKinds(today, date),
      open: async (base) => {
        await syncMods(base.db, config.tracked['mod-stats'].mods)
        const mod = await chosenMod(base.db, address)
        return { ...base, today, modId: mod.id, mod: described(mod) }
      },
      about: ({ mod }) => ({ mod }),
    })
  },
}
