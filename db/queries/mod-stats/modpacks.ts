/** Known modpacks: which to ask for, which are new, and the list that the CSV backup is made from. */
import { sql } from 'drizzle-orm'
import { ahead, notAhead } from '../../ahead.ts'
import type { Database } from '../../database.ts'
import { storableJson } from '../../../core/foreign-text.ts'

/** A mod whose list of dependents is to be read, from `page` on. */
export interface DependentsTask {
  modId: number
  curseforgeSlug: string
  page: number
  /** Modpacks already known with this mod. */
  known: number
}

/** The tracked mod whose list was read longest ago and not yet in this run; undefined when all were. */
export async function nextDependentsTask(
  db: Database,
  runStartedAt: string,
): Promise<DependentsTask | undefined> {
  const result = await db.execute<DependentsTask & Record<string, unknown>>(sql`
    select id as "modId", curseforge_slug as "curseforgeSlug", dependents_page as page,
      (select count(*)::int from modpacks where mod_id = mods.id) as known
    from mods where tracked and curseforge_slug is not null
      and (dependents_read_at is null or dependents_read_at < ${runStartedAt}::timestamptz
        or ${sql.raw(ahead('dependents_read_at'))})
    order by dependents_read_at nulls first, id limit 1`)
  return result.rows[0]
}

/** Notes where the reading of a mod's list goes on. `readAt` is set once this run is done with the list. */
export async function noteDependents(
  db: Database,
  modId: number,
  page: number,
  readAt?: Date,
): Promise<void> {
  const at = readAt === undefined ? sql`dependents_read_at` : notAhead(readAt)
  await db.execute(
    sql`update mods set dependents_page = ${page}, dependents_read_at = ${at} where id = ${modId}`,
  )
}

/** Of these slugs, the ones not yet known with the mod. */
export async function newSlugs(db: Database, modId: number, slugs: string[]): Promise<Set<string>> {
  const result = await db.execute<{
    slug: string
  }>(sql`select slug from unnest(${sql.param(slugs)}::text[]) as seen(slug)
    where not exists (select from modpacks where mod_id = ${modId} and modpacks.slug = seen.slug)`)
  return new Set(result.rows.map((row) => row.slug))
}

/** What the API says of a modpack, as far as it is stored. */
export interface KnownModpack {
  id: number
  slug: string
  /** Null, as the downloads, if it could not be read. */
  name: string | null
  downloadCount: number | null
  websiteUrl: string | null
}

/**
 * Returns, for these slugs, what the API said of them since the run started, whatever mod they were asked for; null:
 * unknown to it.
 */
export async function modpacksSeenSince(
  db: Database,
  runStartedAt: string,
  slugs: string[],
): Promise<Map<string, KnownModpack | null>> {
  const result = await db.execute<{
    slug: string
    id: string | null
    name: string
    downloads: string | null
    link: string | null
  }>(
    sql`select distinct on (slug) slug, curseforge_id as id, name, downloads, link from modpacks
      where slug = any(${sql.param(slugs)}::text[]) and observed_at >= ${runStartedAt}::timestamptz
        and not ${sql.raw(ahead('observed_at'))}
      order by slug, curseforge_id nulls last`,
  )
  return new Map(
    result.rows.map(({ slug, id, name, downloads, link }) => [
      slug,
      id === null
        ? null
        : { id: Number(id), slug, name, downloadCount: numberOf(downloads), websiteUrl: link },
    ]),
  )
}

/** Known modpacks of tracked mods that the API did not know when asked last, longest waiting first. */
export async function unresolvedModpacks(db: Database, askedBefore: string, limit: number) {
  const result = await db.execute<{
    modId: number
    slug: string
    name: string
    link: string | null
    downloads: string | null
  }>(sql`
    select mod_id as "modId", slug, modpacks.name, link, downloads from modpacks join mods on mods.id = mod_id
    where modpacks.curseforge_id is null and tracked
      and (observed_at < ${askedBefore}::timestamptz or ${sql.raw(ahead('observed_at'))})
    order by observed_at limit ${limit}`)
  return result.rows.map((row) => ({ ...row, downloads: numberOf(row.downloads) }))
}

const numberOf = (value: string | null) => (value === null ? null : Number(value))

/**
 * Ids of known modpacks of tracked mods, after the given one, each with the mods that it contains; without those that
 * were seen since the run started.
 */
export async function knownModpacks(db: Database, runStartedAt: string, after: number, limit: number) {
  const result = await db.execute<{
    curseforge_id: string
    mod_ids: number[]
    name: string
    downloads: string | null
  }>(sql`
    select modpacks.curseforge_id, array_agg(distinct mod_id) as mod_ids,
      (array_agg(modpacks.name order by last_seen desc nulls last))[1] as name,
      (array_agg(downloads order by last_seen desc nulls last))[1] as downloads
    from modpacks join mods on mods.id = mod_id
    where tracked and modpacks.curseforge_id > ${after} and ${notSeenSince(runStartedAt)}
    group by modpacks.curseforge_id order by modpacks.curseforge_id limit ${limit}`)
  return result.rows.map((row) => ({
    curseforgeId: Number(row.curseforge_id),
    modIds: row.mod_ids,
    name: row.name,
    downloads: numberOf(row.downloads),
  }))
}

/** A modpack as it is known with one mod. */
export interface ModpackOfMod {
  modId: number
  slug: string
  curseforgeId: number | null
  name: string
  link: string | null
}

/** Every known modpack with each of its tracked mods, the newest seen last. */
export async function modpacksOfMods(db: Database): Promise<ModpackOfMod[]> {
  const result = await db.execute<
    ModpackOfMod & { curseforgeId: string | null } & Record<string, unknown>
  >(sql`
    select mod_id as "modId", slug, modpacks.curseforge_id as "curseforgeId", modpacks.name, link
    from modpacks join mods on mods.id = mod_id where tracked order by last_seen nulls first, slug`)
  return result.rows.map((row) => ({ ...row, curseforgeId: numberOf(row.curseforgeId) }))
}

/** Our number of each tracked mod whose slug on CurseForge is known, by that slug. */
export async function modsBySlug(db: Database): Promise<Map<string, number>> {
  const result = await db.execute<{ id: number; slug: string }>(
    sql`select id, curseforge_slug as slug from mods where tracked and curseforge_slug is not null`,
  )
  return new Map(result.rows.map(({ id, slug }) => [slug, id]))
}

/**
 * Of packs that have another slug now, moves what was stored under the former ones: a pack is its id, and stands once on
 * each day.
 */
export async function joinRenamedModpacks(
  db: Database,
  packs: readonly { id: number; slug: string }[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const renamed = await tx.execute<{ modId: number; former: string; slug: string }>(sql`
      select former.mod_id as "modId", former.slug as former, pack.slug
      from jsonb_to_recordset(${storableJson(packs)}::jsonb) as pack(id bigint, slug text)
        join modpacks former on former.curseforge_id = pack.id and former.slug <> pack.slug
        join modpacks own on own.mod_id = former.mod_id and own.slug = pack.slug`)
    for (const { modId, former, slug } of renamed.rows) {
      const rows = sql`platform = 'curseforge' and mod_id = ${modId} and modpack_slug = ${former}`
      await tx.execute(sql`update modpack_stats as old set modpack_slug = ${slug} where ${rows} and not exists (
        select from modpack_stats held where held.platform = old.platform and held.mod_id = old.mod_id
          and held.date = old.date and held.modpack_slug = ${slug})`)
      await tx.execute(sql`delete from modpack_stats where ${rows}`)
      await tx.execute(sql`with gone as (
          delete from modpacks where mod_id = ${modId} and slug = ${former} returning first_seen
        ) update modpacks set first_seen = least(modpacks.first_seen, gone.first_seen)
        from gone where mod_id = ${modId} and slug = ${slug}`)
    }
  })
}

/** The condition that a modpack was not seen since a run started: a time ahead says nothing. */
const notSeenSince = (runStartedAt: string) =>
  sql`(last_seen is null or last_seen < ${runStartedAt}::timestamptz or ${sql.raw(ahead('last_seen'))})`

/** How many modpacks of tracked mods come after this one, in the order of their CurseForge ids. */
export async function modpacksAfter(db: Database, runStartedAt: string, after: number): Promise<number> {
  const result = await db.execute<{ left: number }>(sql`
    select count(distinct modpacks.curseforge_id)::int as left from modpacks join mods on mods.id = mod_id
    where tracked and modpacks.curseforge_id > ${after} and ${notSeenSince(runStartedAt)}`)
  return result.rows[0]?.left ?? 0
}

/** One line of `curseforge_modpacks.csv`. */
export interface ModpackLine {
  id: number | null
  name: string
  slug: string
  downloads: number | null
  link: string | null
}

/** Every modpack ever seen, once; of a renamed one its newest name. */
export async function allModpacks(db: Database): Promise<ModpackLine[]> {
  const result = await db.execute<
    { id: string | null; downloads: string | null } & Omit<ModpackLine, 'id' | 'downloads'>
  >(sql`
    select id, name, slug, downloads, link from (
      select distinct on (coalesce(curseforge_id::text, slug)) curseforge_id as id, name, slug, downloads, link
      from modpacks order by coalesce(curseforge_id::text, slug), last_seen desc nulls last
    ) as packs order by downloads desc nulls last, slug`)
  return result.rows.map((row) => ({ ...row, id: numberOf(row.id), downloads: numberOf(row.downloads) }))
}

/**
 * Makes packs from an earlier list known to a mod, where they are not yet, and completes those known without an id;
 * returns how many of both there were.
 */
export async function adoptModpacks(
  db: Database,
  modId: number,
  packs: ModpackLine[],
  runId: string,
): Promise<number> {
  const taken = sql`select from modpacks other where other.mod_id = ${modId} and other.curseforge_id = pack.id`
  const result = await db.execute<{ adopted: number }>(sql`
    with pack as materialized (
      select distinct on (slug) *
      from jsonb_to_recordset(${storableJson(packs)}::jsonb) as pack(id bigint, name text, slug text, downloads bigint, link text)
      order by slug, id nulls last
    ), completed as (
      update modpacks known set curseforge_id = pack.id, name = pack.name, link = coalesce(pack.link, known.link),
        downloads = coalesce(pack.downloads, known.downloads), run_id = ${runId}
      from pack where known.mod_id = ${modId} and known.slug = pack.slug and known.curseforge_id is null
        and pack.id is not null and not exists (${taken})
      returning 1
    ), added as (
      insert into modpacks (mod_id, slug, curseforge_id, name, link, downloads, observed_at, run_id)
      select ${modId}, slug, id, name, link, downloads, 'epoch'::timestamptz, ${runId} from pack
      where not exists (${taken})
        and not exists (select from modpacks known where known.mod_id = ${modId} and known.slug = pack.slug)
      returning 1
    ) select ((select count(*) from completed) + (select count(*) from added))::int as adopted`)
  return result.rows[0]?.adopted ?? 0
}

/** Our id of the one tracked mod on CurseForge; undefined if there are none or several. */
export async function onlyCurseForgeMod(db: Database): Promise<number | undefined> {
  const result = await db.execute<{ id: number }>(
    sql`select id from mods where tracked and curseforge_id is not null limit 2`,
  )
  return result.rows.length === 1 ? result.rows[0]?.id : undefined
}
