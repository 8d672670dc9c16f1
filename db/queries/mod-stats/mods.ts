/** Reads and writes of mod-stats besides its rows. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { storableJson } from '../../../core/foreign-text.ts'

/** A mod as one platform needs it. `id` is ours. */
export interface TrackedModrinthMod {
  id: number
  /** Id if known (a slug can change), else what `almanac.yaml` says. */
  modrinth: string
  /** Whether it has answered before; an absence is then suspicious. */
  known: boolean
}
export interface TrackedCurseForgeMod {
  id: number
  curseforgeId: number
  known: boolean
  /** Files listed on the newest day with rows; 0 if there is none. */
  versionsBefore: number
}

/** Syncs `mods` with `almanac.yaml`: adds what is new, marks what was removed, deletes nothing. */
export async function syncMods(
  db: Database,
  tracked: { name?: string | undefined; modrinth?: string | undefined; curseforge?: number | undefined }[],
): Promise<void> {
  // A mod is the same one if either of its addresses is; the other may be new. Three joins, since one with "or"
  // compares every mod with every other: 16 s for 5,000 of them.
  const lists = sql`with wanted as (
      select * from rows from (jsonb_to_recordset(${storableJson(tracked)}::jsonb)
        as (name text, modrinth text, curseforge bigint)) with ordinality as list(name, modrinth, curseforge, place)
    ), same as (
      select mods.id, place from mods join wanted on lower(mods.modrinth) = lower(wanted.modrinth)
      union select mods.id, place from mods join wanted on mods.modrinth_id = wanted.modrinth
      union select mods.id, place from mods join wanted on mods.curseforge_id = wanted.curseforge
    )`
  await db.transaction(async (tx) => {
    await tx.execute(sql`lock table mods in share row exclusive mode`)
    await tx.execute(
      sql`${lists} update mods set tracked = false where tracked and id not in (select id from same)`,
    )
    // Two mods that were tracked apart, one a platform, and are now one entry: each keeps its own address and history.
    await tx.execute(sql`${lists} update mods set tracked = true, name = coalesce(wanted.name, mods.name),
        modrinth = case when alone then coalesce(wanted.modrinth, mods.modrinth) else mods.modrinth end,
        curseforge_id = case when alone then coalesce(wanted.curseforge, mods.curseforge_id) else mods.curseforge_id end
      from (select id, place, count(*) over (partition by place) = 1 as alone from same) as known
        join wanted using (place)
      where mods.id = known.id`)
    await tx.execute(sql`${lists} insert into mods (name, modrinth, curseforge_id, tracked)
      select name, modrinth, curseforge, true from wanted where place not in (select place from same)`)
  })
}

/** How many tracked mods on a platform come after this one, in the order of our ids. */
export async function modsAfter(
  db: Database,
  platform: 'modrinth' | 'curseforge',
  after: number,
): Promise<number> {
  const column = sql.raw(platform === 'modrinth' ? 'modrinth' : 'curseforge_id')
  const result = await db.execute<{ left: number }>(
    sql`select count(*)::int as left from mods where tracked and ${column} is not null and id > ${after}`,
  )
  return result.rows[0]?.left ?? 0
}

/** The next tracked mods on Modrinth, in the order of our ids, after the given one. */
export async function modrinthMods(
  db: Database,
  after: number,
  limit: number,
): Promise<TrackedModrinthMod[]> {
  const result = await db.execute<TrackedModrinthMod & Record<string, unknown>>(sql`
    select id, coalesce(modrinth_id, modrinth) as modrinth, modrinth_id is not null as known
    from mods where tracked and modrinth is not null and id > ${after} order by id limit ${limit}`)
  return result.rows
}

/** The next tracked mods on CurseForge, in the order of our ids, after the given one. */
export async function curseForgeMods(
  db: Database,
  after: number,
  limit: number,
): Promise<TrackedCurseForgeMod[]> {
  const result = await db.execute<{
    id: number
    curseforge_id: string
    known: boolean
    versions_before: number
  }>(sql`
    select id, curseforge_id, curseforge_slug is not null as known, coalesce((
      select versions_count from daily_stats
      where mod_id = mods.id and platform = 'curseforge' and versions_count is not null order by date desc limit 1
    ), 0) as versions_before
    from mods where tracked and curseforge_id is not null and id > ${after} order by id limit ${limit}`)
  return result.rows.map((row) => ({
    id: row.id,
    curseforgeId: Number(row.curseforge_id),
    known: row.known,
    versionsBefore: row.versions_before,
  }))
}

/** Keeps the ids and slugs that the platforms gave for our mods, and a name where `almanac.yaml` gives none. */
export async function rememberModrinth(
  db: Database,
  found: { id: number; modrinthId: string; title: string }[],
): Promise<void> {
  await db.execute(sql`update mods set modrinth_id = found."modrinthId", name = coalesce(mods.name, found.title)
    from jsonb_to_recordset(${storableJson(found)}::jsonb) as found(id int, "modrinthId" text, title text)
    where mods.id = found.id and (mods.modrinth_id is distinct from found."modrinthId" or mods.name is null)`)
}

export async function rememberCurseForge(
  db: Database,
  found: { id: number; slug: string; name: string }[],
): Promise<void> {
  await db.execute(sql`update mods set curseforge_slug = found.slug, name = coalesce(mods.name, found.name)
    from jsonb_to_recordset(${storableJson(found)}::jsonb) as found(id int, slug text, name text)
    where mods.id = found.id and (mods.curseforge_slug is distinct from found.slug or mods.name is null)`)
}

/** A mod as a person knows it. */
export interface NamedMod {
  id: number
  name: string | null
  modrinth: string | null
  curseforgeId: string | null
}

/** The mods that have this slug or id on a platform, tracked or not; without one, the first `limit` tracked mods. */
export async function namedMods(
  db: Database,
  address: string | undefined,
  limit: number,
): Promise<NamedMod[]> {
  const wanted =
    address === undefined
      ? sql`tracked`
      : sql`lower(modrinth) = lower(${address}) or modrinth_id = ${address} or curseforge_id::text = ${address}
          or lower(curseforge_slug) = lower(${address})`
  const result = await db.execute<NamedMod & Record<string, unknown>>(sql`
    select id, name, modrinth, curseforge_id::text as "curseforgeId" from mods where ${wanted} order by id limit ${limit}`)
  return result.rows
}
