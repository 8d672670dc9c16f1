/** Rows of the data sets of mod-stats, as the page reads them. */

export const PLATFORMS = { modrinth: 'Modrinth', curseforge: 'CurseForge' } as const

/** Name of a platform for people. */
export const platformName = (platform: string): string =>
  (PLATFORMS as Record<string, string>)[platform] ?? platform

export const DATA = '/api/data/mod-stats'

export interface Mod {
  mod: string
  name: string | null
  tracked: boolean
  modrinth_slug: string | null
  curseforge_slug: string | null
  newest_day: string | null
  downloads: number | null
  gained_in_week: number | null
  modrinth_downloads: number | null
  curseforge_downloads: number | null
  followers: number | null
  thumbs_up: number | null
  modrinth_versions: number | null
  curseforge_files: number | null
}

export interface Version {
  platform: string
  version_id: string
  version_name: string
  version_number: string | null
  downloads: number
  date_published: string | null
  date: string
}

export interface Modpack {
  slug: string
  name: string
  curseforge_id: number | null
  downloads: number | null
  since_added: number | null
  added_on: string | null
  first_seen: string
  last_seen: string | null
  link: string | null
}

/** UTC day on which a modpack was first known: with a number of downloads, else at all. */
export const knownSince = ({ added_on, first_seen }: Pick<Modpack, 'added_on' | 'first_seen'>): string =>
  added_on ?? first_seen.slice(0, 10)

/** Returns the first day on which any of these was known; undefined without one. */
export const firstKnown = (packs: readonly Modpack[]): string | undefined =>
  packs
    .map((pack) => knownSince(pack))
    .toSorted()
    .at(0)

/**
 * When a modpack was added, as a column is sorted by it: the day on which it was first known. Those of the very first day were
 * there before, `<` and that day, and sort before all others.
 */
export function addedOn(pack: Modpack, first: string | undefined): string {
  const day = knownSince(pack)
  return day === first ? `< ${day}` : day
}

/** Name of a mod for people. */
export const modName = ({ name, mod }: Pick<Mod, 'name' | 'mod'>) => name ?? mod

/** Adds up what is known; null if nothing is. */
export function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
