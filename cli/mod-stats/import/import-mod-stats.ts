/** The import of mod-stats: looks at all files, finds the mod that they belong to, then stores file after file. */
import type { Config } from '../../../config/load-config.ts'
import type { Database } from '../../../db/database.ts'
import { namedMods, syncMods, type NamedMod } from '../../../db/queries/mod-stats/mods.ts'
import { WrongUsage } from '../../../core/failures.ts'
import type { FileReport } from '../../import/file-report.ts'
import { withDatabase } from '../../import/import-database.ts'
import { pastDay } from '../../import/line-values.ts'
import { recogniseFile } from './file-kinds.ts'
import { importFile } from './import-files.ts'

/** Mods that an error lists. */
const LISTED_MODS = 20

export interface ModStatsImport {
  files: string[]
  /** Slug or id, on a platform, of the mod that the rows belong to; default: the only one tracked. */
  mod?: string | undefined
  /** UTC day (YYYY-MM-DD) of the downloads in `curseforge_modpacks.csv`. */
  date?: string | undefined
  /** Hears how much of a file was read, in bytes. */
  onProgress?: ((file: string, bytes: number, total: number) => void) | undefined
}

/** Imports the files in their order. Throws `WrongUsage`, before anything is written, where a file or an argument is wrong. */
export async function importModStats(
  config: Config,
  { files, mod: address, date, onProgress }: ModStatsImport,
): Promise<{ mod: string; files: FileReport[] }> {
  const today = new Date().toISOString().slice(0, 10)
  if (date !== undefined && !pastDay(today).safeParse(date).success) {
    throw new WrongUsage(`--date is "${date}"; expected a day such as 2025-07-31, not after today.`)
  }
  const recognised = files.map((file) => ({ file, kind: recogniseFile(file) }))
  return withDatabase(config, async (db, patience) => {
    await syncMods(db, config.tracked['mod-stats'].mods)
    const mod = await chosenMod(db, address)
    const target = { db, modId: mod.id, today, patience }
    const reports: FileReport[] = []
    for (const { file, kind } of recognised) {
      const options = {
        modpacksDate: date,
        onProgress: (bytes: number, total: number) => onProgress?.(file, bytes, total),
      }
      reports.push(await importFile(target, file, kind, options))
    }
    return { mod: described(mod), files: reports }
  })
}

/** The mod that the rows belong to: as said, else the only one tracked. */
async function chosenMod(db: Database, address: string | undefined): Promise<NamedMod> {
  const found = await namedMods(db, address, LISTED_MODS)
  const [mod] = found
  if (mod !== undefined && found.length === 1) return mod
  const tracked = address === undefined ? found : await namedMods(db, undefined, LISTED_MODS)
  const list = tracked.map(described).join(', ') + (tracked.length === LISTED_MODS ? ', …' : '')
  if (address === undefined)
    throw new WrongUsage(
      `Several mods are tracked; say with --mod <slug or id> whose rows these are: ${list}.`,
    )
  if (found.length > 1)
    throw new WrongUsage(
      `--mod ${address} fits several mods: ${found.map(described).join(', ')}. Use an id that is only one's.`,
    )
  throw new WrongUsage(`No known mod has the slug or id ${address}; tracked are: ${list}.`)
}

function described({ id, name, modrinth, curseforgeId }: NamedMod): string {
  const addresses = [modrinth, curseforgeId].filter((address) => address !== null).join(' / ')
  return name === null ? addresses || String(id) : `${name} (${addresses})`
}
