/** What was stored of mods and versions last: what the next observation is compared with. */
import { sql } from 'drizzle-orm'
import { DAYS_UNTIL_BELIEVED, type Believed } from '../../../core/plausibility.ts'
import type { Database } from '../../database.ts'

/** The measures of `daily_stats`. */
const DAILY = ['total_downloads', 'followers', 'thumbs_up', 'versions_count'] as const
export type DailyMeasure = (typeof DAILY)[number]

/** The newest values of each mod up to a UTC day, each with its own day; null if there never was one. */
export type BelievedDay = Record<DailyMeasure, Required<Believed> | null>

export async function believedDays(
  db: Database,
  platform: string,
  date: string,
  modIds: readonly number[],
): Promise<Map<number, BelievedDay>> {
  const newest = DAILY.map((measure) => {
    const column = sql.identifier(measure)
    return sql`(select jsonb_build_object('value', ${column}, 'date', date) from daily_stats
      where mod_id = asked.id and platform = ${platform} and date <= ${date} and ${column} is not null
      order by date desc limit 1) as ${column}`
  })
  const result = await db.execute<BelievedDay & { id: number } & Record<string, unknown>>(
    sql`select id, ${sql.join(newest, sql`, `)} from unnest(${sql.param(modIds)}::int[]) as asked(id)`,
  )
  return new Map(result.rows.map((row) => [row.id, row]))
}

/**
 * The newest downloads of each version of these mods, by version id. Looks at as many collected days as it takes to
 * believe a changed value: a doubted one has no row.
 */
export async function believedDownloads(
  db: Database,
  platform: string,
  date: string,
  modIds: readonly number[],
): Promise<Map<string, Required<Believed>>> {
  const result = await db.execute<{ version_id: string; downloads: string; date: string }>(sql`
    select distinct on (version_id) version_id, downloads, own.date::text as date
    from unnest(${sql.param(modIds)}::int[]) as asked(id) cross join lateral (
      select min(date) as since from (
        select date from daily_stats where mod_id = asked.id and platform = ${platform} and date <= ${date}
        order by date desc limit ${DAYS_UNTIL_BELIEVED + 1}
      ) as days
    ) as days join version_stats own on own.mod_id = asked.id and own.platform = ${platform}
      and own.date between days.since and ${date}
    order by version_id, own.date desc`)
  return new Map(result.rows.map((row) => [row.version_id, { value: Number(row.downloads), date: row.date }]))
}

/** A pack that was not counted for so many days is judged by nothing. */
const PACK_DAYS = 30

/** The newest downloads of each modpack on CurseForge up to a UTC day, by slug. */
export async function believedModpacks(db: Database, date: string): Promise<Map<string, number>> {
  const result = await db.execute<{ slug: string; downloads: string }>(sql`
    select distinct on (modpack_slug) modpack_slug as slug, downloads from modpack_stats
    where platform = 'curseforge' and downloads is not null
      and modpack_stats.date between ${date}::date - ${PACK_DAYS}::int and ${date}
    order by modpack_slug, modpack_stats.date desc`)
  return new Map(result.rows.map(({ slug, downloads }) => [slug, Number(downloads)]))
}
