/** What an older collector saw of the mods: its three tables, a set for each mod. */
import { csvOf, type Cell } from '../../system/csv.ts'
import type { PastFiles } from '../part.ts'
import { daysBefore } from '../past-days.ts'
import { fileObject } from './curseforge-objects.ts'
import { versionObject } from './modrinth-objects.ts'
import type { Mod } from './mods.ts'
import { createModWorld, type ModWorld } from './mod-world.ts'

/** A world of mods, and the moment until which it is told. */
export interface ModPast {
  mods: number
  seed: number
  now: Date
}

const HEADS = {
  daily_stats: ['date', 'platform', 'total_downloads', 'followers', 'versions_count', 'thumbs_up'],
  version_stats: [
    'date',
    'platform',
    'version_id',
    'version_name',
    'version_number',
    'downloads',
    'date_published',
  ],
  modpack_stats: ['date', 'platform', 'modpack_name', 'modpack_slug', 'downloads'],
} as const

/** The tables of each mod, a snapshot a day. */
export function modPast({ mods, seed, now }: ModPast): PastFiles[] {
  let day = ''
  const world = createModWorld({ mods, seed, clock: () => new Date(`${day}T12:00:00Z`) })
  const days = daysBefore(now)
  return Array.from({ length: mods }, (_, index) => {
    const mod = world.mod(index)
    const versions = versionsOf(world, mod)
    const tables: Record<keyof typeof HEADS, Cell[][]> = {
      daily_stats: [],
      version_stats: [],
      modpack_stats: [],
    }
    for (day of days) {
      tables.daily_stats.push(...totalsOf(world, mod, day))
      for (const { platform, cells, downloads, published } of versions)
        tables.version_stats.push([day, platform, ...cells, downloads(), published])
      for (const pack of world.modpacksOf(mod).filter(({ inApi }) => inApi))
        tables.modpack_stats.push([day, 'curseforge', pack.name, pack.slug, world.modpackDownloads(pack)])
    }
    const files = Object.entries(HEADS).map(([name, head]) => [
      `${name}.csv`,
      csvOf([head, ...tables[name as keyof typeof HEADS]]),
    ])
    return { files: Object.fromEntries(files) as Record<string, string>, options: { mod: mod.slug } }
  })
}

/** The totals of both platforms; CurseForge counts no followers, Modrinth no thumbs up. */
function totalsOf(world: ModWorld, mod: Mod, day: string): Cell[][] {
  const { modrinth, curseforge } = world.truthOf(mod)
  return [
    [day, 'modrinth', modrinth.downloads, modrinth.followers, modrinth.versions, ''],
    [day, 'curseforge', curseforge.downloadCount, '', curseforge.files, curseforge.thumbsUpCount],
  ]
}

/** Names do not change from day to day; downloads are those of the world's day. */
function versionsOf(world: ModWorld, mod: Mod) {
  const places = (count: number) => Array.from({ length: count }, (_, place) => place)
  return [
    ...places(mod.versions).map((place) => {
      const {
        id,
        name,
        version_number: number,
        date_published: published,
      } = versionObject(world, mod, place, false)
      const downloads = () => world.versionDownloads(mod, place)
      return { platform: 'modrinth', cells: [id, name, number], downloads, published }
    }),
    ...places(mod.files).map((place) => {
      const { id, displayName, fileName, fileDate: published } = fileObject(world, mod, place)
      const downloads = () => world.fileDownloads(mod, place)
      return { platform: 'curseforge', cells: [String(id), displayName, fileName], downloads, published }
    }),
  ]
}
