/** The mod that imported rows belong to: old tables do not name it. */
import { WrongUsage } from '../../../core/failures.ts'
import type { Database } from '../../../db/database.ts'
import { namedMods, type NamedMod } from '../../../db/queries/mod-stats/mods.ts'

/** Mods that an error lists. */
const LISTED_MODS = 20

/** The mod of this slug or id, else the only one tracked. Throws `WrongUsage` if there is none, or several. */
export async function chosenMod(db: Database, address: string | undefined): Promise<NamedMod> {
  const found = await namedMods(db, address, LISTED_MODS)
  const [mod] = found
  if (mod !== undefined && found.length === 1) return mod
  const tracked = address === undefined ? found : await namedMods(db, undefined, LISTED_MODS)
  const list = tracked.map(described).join(', ') + (tracked.length === LISTED_MODS ? ', …' : '')
  if (tracked.length === 0)
    throw new WrongUsage(
      'almanac.yaml tracks no mod that these rows could belong to; list the mod under mod-stats.mods.',
    )
  if (address === undefined)
    throw new WrongUsage(
      `Several mods are tracked; pass --mod <slug or id> to choose the mod of these rows: ${list}.`,
    )
  if (found.length > 1)
    throw new WrongUsage(
      `--mod ${address} fits several mods: ${found.map(described).join(', ')}. Use an unambiguous id.`,
    )
  throw new WrongUsage(`No known mod has the slug or id ${address}; tracked are: ${list}.`)
}

/** A mod by its name and its addresses. */
export function described({ id, name, modrinth, curseforgeId }: NamedMod): string {
  const addresses = [modrinth, curseforgeId].filter((address) => address !== null).join(' / ')
  return name === null ? addresses || String(id) : `${name} (${addresses})`
}
