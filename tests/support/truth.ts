/** What the tables hold and what the simulator's world says they must hold, in the same words. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import type { ModWorld } from '../../simulator/mod-stats/mod-world.ts'

/** One line a row, sorted: a comparison then names every row that is missing, double or wrong. */
export interface Collected {
  /** Platform, mod, downloads, followers, thumbs up, versions. */
  days: string[]
  /** Platform, mod, version or file id, downloads. */
  versions: string[]
  /** Mod, slug, CurseForge id, downloads. */
  packs: string[]
  /** Mod, slug, downloads. */
  packDays: string[]
}

/** Everything stored; of the tables with a date, what carries this one. Default: all. */
export async function stored(db: Database, date?: string): Promise<Collected> {
  const on = date === undefined ? sql`true` : sql`date = ${date}`
  const lines = async (query: SQL) =>
    (await db.execute(query)).rows.map((row) => line(...Object.values(row))).toSorted()
  return {
    days: await lines(sql`select platform, modrinth, total_downloads, followers, thumbs_up, versions_count
      from daily_stats join mods on mods.id = mod_id where ${on}`),
    versions: await lines(sql`select platform, modrinth, version_id, downloads
      from version_stats join mods on mods.id = mod_id where ${on}`),
    packs: await lines(sql`select modrinth, slug, modpacks.curseforge_id, downloads
      from modpacks join mods on mods.id = mod_id`),
    packDays: await lines(sql`select modrinth, modpack_slug, downloads
      from modpack_stats join mods on mods.id = mod_id where ${on}`),
  }
}

/** What one complete collection of the whole world stores. */
export function truthOf(world: ModWorld): Collected {
  const truth: Collected = { days: [], versions: [], packs: [], packDays: [] }
  for (const { index, slug, modrinth, curseforge, modpacks } of world.truth().mods) {
    const mod = world.mod(index)
    truth.days.push(
      line('modrinth', slug, modrinth.downloads, modrinth.followers, null, modrinth.versions),
      line('curseforge', slug, curseforge.downloadCount, null, curseforge.thumbsUpCount, curseforge.files),
    )
    for (let place = 0; place < mod.versions; place += 1) {
      const id = world.modrinthVersionId(mod, place)
      truth.versions.push(line('modrinth', slug, id, world.versionDownloads(mod, place)))
    }
    for (let place = 0; place < mod.files; place += 1) {
      const id = world.curseforgeFileId(mod, place)
      truth.versions.push(line('curseforge', slug, id, world.fileDownloads(mod, place)))
    }
    for (const pack of modpacks) {
      truth.packs.push(line(slug, pack.slug, pack.inApi ? pack.id : null, pack.inApi ? pack.downloads : null))
      if (pack.inApi) truth.packDays.push(line(slug, pack.slug, pack.downloads))
    }
  }
  return {
    days: truth.days.toSorted(),
    versions: truth.versions.toSorted(),
    packs: truth.packs.toSorted(),
    packDays: truth.packDays.toSorted(),
  }
}

const line = (...values: unknown[]) => values.map(String).join(' ')
