import type { Stored } from '../soak-definition.ts'

/** Counts of mods against the simulator's world: what is stored is true or absent. */
export async function wrongCounts({ world, run }: Stored): Promise<string[]> {
  const { date, mods } = world.truth()
  const wanted = new Map(
    mods.flatMap(({ modrinth, curseforge }): [string, number][] => [
      [`modrinth ${modrinth.id}`, modrinth.downloads],
      [`curseforge ${curseforge.id}`, curseforge.downloadCount],
    ]),
  )
  const rows =
    await run(`select platform || ' ' || case platform when 'modrinth' then modrinth_id else curseforge_id::text end as key,
      total_downloads as total from daily_stats join mods on mods.id = mod_id where date = '${date}'`)
  return rows
    .filter(({ key, total }) => total !== null && wanted.get(String(key)) !== Number(total))
    .map(
      ({ key, total }) =>
        `${String(key)} is stored as ${String(total)}, the truth is ${wanted.get(String(key)) ?? 'nothing'}`,
    )
}
