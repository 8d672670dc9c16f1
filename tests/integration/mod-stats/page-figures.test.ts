/** The data sets that the page of mods reads: newest numbers, growth, versions, and what modpacks gained. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
  const { db } = api.database
  const observed = sql`timestamptz '2026-11-20 10:00Z', 'a-run'`
  await db.execute(sql`insert into mods (modrinth, curseforge_id, name, tracked) values
    ('both', 1, 'Both', true), ('young', null, null, true), (null, 3, 'Empty', false)`)
  // "both": day 5 is missing, day 9 has no total that is believed; CurseForge begins on day 8.
  await db.execute(sql`insert into daily_stats (date, platform, mod_id, total_downloads, followers, observed_at, run_id)
    select date '2026-11-01' + d - 1, 'modrinth', 1, case when d <> 9 then 1000 + 10 * d end, d, ${observed}
    from generate_series(1, 10) d where d <> 5`)
  await db.execute(sql`insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
    select date '2026-11-01' + d - 1, 'curseforge', 1, 5000 + d, ${observed} from generate_series(8, 10) d`)
  await db.execute(sql`insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
    values ('2026-11-10', 'modrinth', 2, 7, ${observed})`)
  await db.execute(sql`insert into version_stats (date, platform, version_id, version_name, downloads, mod_id, observed_at, run_id) values
    ('2026-11-09', 'modrinth', 'gone', 'Removed', 1, 1, ${observed}), ('2026-11-10', 'modrinth', 'v2', '2.0', 6, 1, ${observed}),
    ('2026-11-08', 'curseforge', 'f1', 'File', 3, 1, ${observed})`)
  await db.execute(sql`insert into modpacks (mod_id, slug, name, downloads, observed_at, run_id) values
    (1, 'known', 'Known', 130, ${observed}), (1, 'unknown', 'Unknown', null, ${observed}), (2, 'known', 'Known', 500, ${observed})`)
  await db.execute(sql`insert into modpack_stats (date, platform, mod_id, modpack_name, modpack_slug, downloads, observed_at, run_id) values
    ('2026-11-02', 'curseforge', 1, 'Known', 'known', 100, ${observed}), ('2026-11-09', 'curseforge', 1, 'Known', 'known', 130, ${observed})`)
})
afterAll(() => api.stop())

type Row = Record<string, unknown>

async function rowsOf(path: string): Promise<Row[]> {
  const response = await fetch(`${api.address}/api/data/mod-stats/${path}`)
  return ((await response.json()) as { rows: Row[] }).rows
}

it('a mod has the newest total of each platform, and what it gained where a week is known', async () => {
  const rows = await rowsOf('mods')
  const numbers = [
    'mod',
    'newest_day',
    'downloads',
    'gained_in_week',
    'modrinth_downloads',
    'curseforge_downloads',
    'followers',
  ]
  expect(rows.map((row) => numbers.map((name) => row[name]))).toEqual([
    ['3', null, null, null, null, null, null],
    // On Modrinth from day 3 to day 10; CurseForge is not known for a week.
    ['both', '2026-11-10', 6110, 70, 1100, 5010, 10],
    ['young', '2026-11-10', 7, null, 7, null, null],
  ])
})

it('the first day has no growth, and missing days share theirs', async () => {
  const rows = await rowsOf('daily-growth?mod=both&platform=modrinth')
  expect(
    rows.map(({ date, previous_day, growth, growth_per_day }) => [
      date,
      previous_day,
      growth,
      growth_per_day,
    ]),
  ).toEqual([
    ['2026-11-10', '2026-11-08', 20, 10],
    ['2026-11-08', '2026-11-07', 10, 10],
    ['2026-11-07', '2026-11-06', 10, 10],
    ['2026-11-06', '2026-11-04', 20, 10],
    ['2026-11-04', '2026-11-03', 10, 10],
    ['2026-11-03', '2026-11-02', 10, 10],
    ['2026-11-02', '2026-11-01', 10, 10],
    ['2026-11-01', null, null, null],
  ])
})

it('the first day of a period has the growth since the day before it', async () => {
  const [row] = await rowsOf('daily-growth?mod=both&platform=modrinth&from=2026-11-07&to=2026-11-07')
  expect(row).toMatchObject({ previous_day: '2026-11-06', growth: 10 })
})

it('versions are those of the newest day of each platform', async () => {
  const rows = await rowsOf('newest-versions?mod=both')
  expect(rows.map(({ platform, version_id, date }) => [platform, version_id, date])).toEqual([
    ['curseforge', 'f1', '2026-11-08'],
    ['modrinth', 'v2', '2026-11-10'],
  ])
})

it('a modpack gained what came since its first number, for each mod that it contains', async () => {
  const rows = await rowsOf('modpacks')
  expect(rows.map(({ mod, slug, since_added, added_on }) => [mod, slug, since_added, added_on])).toEqual([
    ['both', 'known', 30, '2026-11-02'],
    ['both', 'unknown', null, null],
    ['young', 'known', null, null],
  ])
})
