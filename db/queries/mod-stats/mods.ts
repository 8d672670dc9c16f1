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
}

/** A mod as `almanac.yaml` lists it. */
interface ListedMod {
  name?: string | undefined
  modrinth?: string | undefined
  curseforge?: number | undefined
}

/** The listed mods as `wanted`, and the rows that are the `same`. */
function listsOf(listed: readonly ListedMod[]) {
  // A mod is the same one if either of its addresses is; the other may be new. Separate joins, since one with "or"
  // compares every mod with every other: 16 s for 5,000 of them.
  return sql`with wanted as (
      select * from rows from (jsonb_to_recordset(${storableJson(listed)}::jsonb)
        as (name text, modrinth text, curseforge bigint)) with ordinality as list(name, modrinth, curseforge, place)
    ), same as (
      select mods.id, place from mods join wanted on lower(mods.modrinth) = lower(wanted.modrinth)
      union select mods.id, place from mods join wanted on mods.modrinth_id = wanted.modrinth
      union select mods.id, place from mods join wanted on lower(mods.modrinth_slug) = lower(wanted.modrinth)
      union select mods.id, place from mods join wanted on mods.curseforge_id = wanted.curseforge
    )`
}

/** Whether a listed mod is not tracked yet, since no run has begun with it. */
export async function listsNewMod(db: Database, listed: readonly ListedMod[]): Promise<boolean> {
  const result = await db.execute<{ new: boolean }>(sql`${listsOf(listed)} select exists (
    select from wanted where place not in (select place from same join mods using (id) where tracked)) as new`)
  return result.rows[0]?.new ?? false
}

/** Syncs `mods` with `almanac.yaml`: adds what is new, marks what was removed, deletes nothing. */
export async function syncMods(db: Database, tracked: readonly ListedMod[]): Promise<void> {
  const lists = listsOf(tracked)
  const isSameProject = sql`not alone or wanted.modrinth is null or wanted.modrinth = mods.modrinth_id
    or lower(wanted.modrinth) in (lower(mods.modrinth), lower(mods.modrinth_slug))`
  await db.transaction(async (tx) => {
    await tx.execute(sql`lock table mods in share row exclusive mode`)
    await tx.execute(
      sql`${lists} update mods set tracked = false where tracked and id not in (select id from same)`,
    )
    // Two mods that were tracked apart, one a platform, and are now one entry: each keeps its own address and history.
    // An entry that now names another project on Modrinth is asked for by its new address.
    await tx.execute(sql`${lists} update mods set tracked = true, name = coalesce(wanted.name, mods.name),
        modrinth = case when alone then coalesce(wanted.modrinth, mods.modrinth) else mods.modrinth end,
        modrinth_id = case when ${isSameProject} then mods.modrinth_id end,
        modrinth_slug = case when ${isSameProject} then mods.modrinth_slug end,
        curseforge_id = case when alone then coalesce(wanted.curseforge, mods.curseforge_id) else mods.curseforge_id end
      from (
        select distinct on (id) id, place, count(*) over (partition by place) = 1 as alone from same order by id, place
      ) as known join wanted using (place)
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
  const result = await db.execute<{ id: number; curseforge_id: string; known: boolean }>(sql`
    select id, curseforge_id, curseforge_slug is not null as known
    from mods where tracked and curseforge_id is not null and id > ${after} order by id limit ${limit}`)
  return result.rows.map(({ id, known, ...row }) => ({ id, known, curseforgeId: Number(row.curseforge_id) }))
}

/** A mod of ours, and the project that Modrinth gave for it. */
export interface FoundProject {
  id: number
  modrinthId: string
  slug: string
  title: string | null
}

/**
 * Keeps the ids and slugs that Modrinth gave for our mods, and a name where `almanac.yaml` gives none. Of several mods
 * that turn out to be one project, the one that has it known longest keeps it, and takes over the rows of the others.
 */
export async function rememberModrinth(db: Database, found: readonly FoundProject[]): Promise<void> {
  await db.transaction(async (tx) => {
    const result = await tx.execute<{ id: number; owner: number }>(sql`
      select found.id, coalesce(known.id, min(found.id) over (partition by found."modrinthId")) as owner
      from ${foundProjects(found)} left join mods known on known.modrinth_id = found."modrinthId"`)
    for (const { id, owner } of result.rows) if (id !== owner) await handOver(tx, id, owner)
    const ownerOf = new Map(result.rows.map(({ id, owner }) => [id, owner]))
    const owned = found.map((one) => ({ ...one, id: ownerOf.get(one.id) ?? one.id }))
    await tx.execute(sql`update mods set modrinth_id = found."modrinthId", modrinth_slug = found.slug,
        name = coalesce(mods.name, found.title)
      from ${foundProjects(owned)} where mods.id = found.id
        and ((mods.modrinth_id, mods.modrinth_slug) is distinct from (found."modrinthId", found.slug) or mods.name is null)`)
  })
}

const foundProjects = (found: readonly FoundProject[]) =>
  sql`jsonb_to_recordset(${storableJson(found)}::jsonb) as found(id int, "modrinthId" text, slug text, title text)`

/** Gives a mod's address on Modrinth, and its rows from there, to the mod that is the same project. */
async function handOver(db: Database, id: number, owner: number): Promise<void> {
  const rows = sql`platform = 'modrinth' and mod_id = ${id}`
  await db.execute(sql`update daily_stats as own set mod_id = ${owner} where ${rows} and not exists (
    select from daily_stats held where held.mod_id = ${owner} and held.platform = own.platform and held.date = own.date)`)
  await db.execute(sql`delete from daily_stats where ${rows}`)
  await db.execute(sql`update version_stats set mod_id = ${owner} where ${rows}`)
  const given = await db.execute<{ name: string | null; modrinth: string; tracked: boolean }>(sql`
    update mods set modrinth = null, modrinth_id = null, modrinth_slug = null,
      tracked = mods.tracked and curseforge_id is not null
    from (select id, name, modrinth, tracked from mods where id = ${id}) as before
    where mods.id = before.id returning before.name, before.modrinth, before.tracked`)
  const [before] = given.rows
  // Both in almanac.yaml: the owner's entry stays the one that names it.
  await db.execute(sql`update mods set tracked = true, modrinth = ${before?.modrinth ?? null},
    name = coalesce(${before?.name ?? null}, name) where id = ${owner} and not tracked and ${before?.tracked === true}`)
  const isReferred = sql.join(
    ['daily_stats', 'version_stats', 'modpack_stats', 'modpacks'].map(
      (table) => sql`exists (select from ${sql.identifier(table)} where mod_id = ${id})`,
    ),
    sql` or `,
  )
  await db.execute(sql`delete from mods where id = ${id} and curseforge_id is null and not (${isReferred})`)
}

export async function rememberCurseForge(
  db: Database,
  found: { id: number; slug: string; name: string | null }[],
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
      : sql`lower(modrinth) = lower(${address}) or modrinth_id = ${address} or lower(modrinth_slug) = lower(${address}) or curseforge_id::text = ${address}
          or lower(curseforge_slug) = lower(${address})`
  const result = await db.execute<NamedMod & Record<string, unknown>>(sql`
    select id, name, modrinth, curseforge_id::text as "curseforgeId" from mods where ${wanted} order by id limit ${limit}`)
  return result.rows
}
