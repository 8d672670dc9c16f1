/** Version rows of tables without version ids: finds the id, and prevents a version from appearing twice in a day. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../database.ts'

/** Marks ids that no platform gave. */
const SYNTHETIC = 'name:'

/** A stable id for a version of which only the name is known. Names repeat between mods, so ours is part of it. */
export function syntheticVersionId(modId: number, versionName: string): string {
  return `${SYNTHETIC}${modId}:${versionName}`
}

export function isSynthetic(versionId: string): boolean {
  return versionId.startsWith(SYNTHETIC)
}

/**
 * The versions of a mod whose name belongs to one id alone, with the numbers seen with it. If several versions share a
 * name, an old row is ambiguous: its table kept one row per name, with the number of one and the count of another.
 */
const uniquelyNamed = (modId: number): SQL => sql`
  select platform, version_name, min(version_id) as version_id, array_agg(distinct version_number) as numbers
  from version_stats where mod_id = ${modId} and not starts_with(version_id, ${SYNTHETIC})
  group by platform, version_name having count(distinct version_id) = 1`

/** One of a mod's versions that can be recognised by its name. */
export interface UniquelyNamedVersion {
  platform: string
  versionName: string
  versionId: string
  numbers: (string | null)[]
}

export async function uniquelyNamedVersions(db: Database, modId: number): Promise<UniquelyNamedVersion[]> {
  const result = await db.execute<UniquelyNamedVersion & Record<string, unknown>>(sql`
    select platform, version_name as "versionName", version_id as "versionId", numbers
    from (${uniquelyNamed(modId)}) as unique_names`)
  return result.rows
}

/** What an old table knows of a version on a day. */
export interface NamedVersion {
  date: string
  platform: string
  versionName: string
}

/** Of these, the ones that the day already holds under an id of the platform. */
export async function heldVersions<Version extends NamedVersion>(
  db: Database,
  modId: number,
  versions: Version[],
): Promise<Set<Version>> {
  const result = await db.execute<{ position: string }>(sql`
    select position from unnest(${sql.param(versions.map((v) => v.date))}::date[],
      ${sql.param(versions.map((v) => v.platform))}::text[], ${sql.param(versions.map((v) => v.versionName))}::text[])
      with ordinality as wanted(date, platform, version_name, position)
    where exists (select from version_stats held where held.mod_id = ${modId} and held.platform = wanted.platform
      and held.date = wanted.date and held.version_name = wanted.version_name
      and not starts_with(held.version_id, ${SYNTHETIC}))`)
  const positions = new Set(result.rows.map((row) => Number(row.position)))
  return new Set(versions.filter((_, index) => positions.has(index + 1)))
}

/**
 * Gives imported rows the id of their version once the platform has reported it, and removes those whose version the
 * day already holds under that id. Changes nothing if nothing became known since.
 */
export async function joinImportedVersions(db: Database, modId: number): Promise<void> {
  const imported = sql`imported.mod_id = ${modId} and starts_with(imported.version_id, ${SYNTHETIC})`
  const match = sql`known.platform = imported.platform and known.version_name = imported.version_name
    and (imported.version_number is null or imported.version_number = any(known.numbers))`
  const sameDay = sql`held.date = imported.date and held.platform = imported.platform`
  await db.transaction(async (tx) => {
    // After a large import the planner still believes in an empty table and would compare every row with every other.
    await tx.execute(sql`analyze version_stats`)
    await tx.execute(sql`update version_stats set version_id = found.version_id from (
        select distinct on (imported.date, imported.platform, known.version_id) imported.id, known.version_id
        from version_stats imported join (${uniquelyNamed(modId)}) as known on ${match}
        where ${imported}
          and not exists (select from version_stats held where ${sameDay} and held.version_id = known.version_id)
        order by imported.date, imported.platform, known.version_id, imported.id
      ) as found where found.id = version_stats.id`)
    // Two statements: one condition with "or" is evaluated for every row.
    await tx.execute(sql`delete from version_stats imported using (
        select distinct date, platform, version_name from version_stats
        where mod_id = ${modId} and not starts_with(version_id, ${SYNTHETIC})
      ) as held where ${imported} and ${sameDay} and held.version_name = imported.version_name`)
    await tx.execute(sql`delete from version_stats imported using (${uniquelyNamed(modId)}) as known, version_stats held
      where ${imported} and ${match} and ${sameDay} and held.version_id = known.version_id`)
  })
}
