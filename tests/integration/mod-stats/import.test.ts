import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { FileReport } from '../../../cli/import/file-report.ts'
import { importer } from '../../../cli/mod-stats/import/index.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { command } from '../../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { describeRecorded } from '../../unit/upstreams/recordings.ts'
import { SHARED } from '../../support/shared-folder.ts'

const FOLDER = new URL('recordings/curseforge/', SHARED)
const given = (name: string) => fileURLToPath(new URL(`cases/${name}`, SHARED))
const PACKS_CSV = fileURLToPath(new URL('createnuclear_dependents_modpacks.csv', FOLDER))
const PACKS_JSON = fileURLToPath(new URL('createnuclear_dependents_scraped.json', FOLDER))
const TABLES = ['mods', 'daily_stats', 'version_stats', 'modpack_stats', 'modpacks']

let database: TestDatabase
let folder: string
beforeEach(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'almanac-import-'))
  mkdirSync(join(folder, 'state'))
  track([{ modrinth: 'createnuclear', curseforge: 989797 }])
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function track(mods: object[]): void {
  writeFileSync(join(folder, 'almanac.yaml'), stringify({ 'mod-stats': { mods } }))
}

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const settings = () => ({
  DATABASE_URL: database.url,
  ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
  ALMANAC_STATE_DIR: join(folder, 'state'),
})

/** The real command, as a person starts it. */
const almanac = (...args: string[]) => command(['import', 'mod-stats', ...args], settings())

/** The same import in this process; starting the command costs a second. */
async function imported(...files: string[]): Promise<FileReport[]> {
  return (await importer.run(config(), { files })).files
}
const config = () => loadConfig({ env: settings(), root: folder })

/** Every value of every table that an import may touch. */
async function contents(): Promise<unknown> {
  const tables = TABLES.map(async (name) => {
    const { rows } = await database.db.execute(
      sql`select * from ${sql.identifier(name)} as t order by to_jsonb(t)::text`,
    )
    return [name, rows] as const
  })
  return Object.fromEntries(await Promise.all(tables))
}

async function rows(query: ReturnType<typeof sql>): Promise<unknown[]> {
  return (await database.db.execute(query)).rows
}

const DAILY_HEADER = 'id,date,platform,total_downloads,followers,versions_count,created_at'
const VERSION_HEADER = 'id,date,platform,version_name,version_number,downloads,date_published,created_at'
const retryBudget = { ms: 0, signal: new AbortController().signal }

/** A dump as PostgreSQL writes it: `days` days of `versions` versions on both platforms. */
function oldTables(days: number, versions: number): { daily: string; version: string; packs: string } {
  const dates = Array.from({ length: days }, (_, day) =>
    new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10),
  )
  const daily = dates.flatMap((date, day) => [
    `${2 * day + 1},${date},modrinth,${1000 + day},${10 + day},${versions},${date} 06:00:00.123456`,
    `${2 * day + 2},${date},curseforge,${2000 + day},${20 + day},${versions},${date} 06:00:01`,
  ])
  const version = dates.flatMap((date, day) =>
    Array.from(
      { length: versions },
      (_, i) =>
        `${day * versions + i},${date},modrinth,"Create Nuclear, 1.${i}",1.${i},${100 * i + day},2023-08-11 21:13:54.1,${date} 06:00:00`,
    ),
  )
  const packs = dates.map((date, day) => `${date},curseforge,Pack,the-pack-2,${50 + day},0`)
  return {
    daily: file('daily_stats.csv', DAILY_HEADER, ...daily),
    version: file('version_stats.csv', VERSION_HEADER, ...version),
    packs: file('modpack_stats.csv', 'date,platform,modpack_name,modpack_slug,downloads,followers', ...packs),
  }
}

describe('tables of the old collector', () => {
  it('imports every date and count, and a repeated import changes nothing', async () => {
    const { daily, version, packs } = oldTables(100, 15)
    const first = await imported(daily, version, packs)
    expect(first).toMatchObject([
      { kind: 'daily_stats', read: 200, written: 200, unchanged: 0, skipped: {} },
      { kind: 'version_stats', read: 1500, written: 1500, unchanged: 0, skipped: {} },
      { kind: 'modpack_stats', read: 100, written: 100, unchanged: 0, skipped: {} },
    ])
    expect(
      await rows(sql`select date::text, platform, total_downloads::int as total, followers::int as followers,
        thumbs_up::int as thumbs_up, versions_count, run_id from daily_stats where date = '2024-01-31' order by platform desc`),
    ).toEqual([
      {
        date: '2024-01-31',
        platform: 'modrinth',
        total: 1030,
        followers: 40,
        thumbs_up: null,
        versions_count: 15,
        run_id: 'import-mod-stats',
      },
      {
        date: '2024-01-31',
        platform: 'curseforge',
        total: 2030,
        followers: null,
        thumbs_up: 50,
        versions_count: 15,
        run_id: 'import-mod-stats',
      },
    ])
    expect(
      await rows(sql`select count(*)::int as rows, sum(downloads)::int as downloads, min(date_published) as published
        from version_stats where version_name = 'Create Nuclear, 1.3'`),
    ).toMatchObject([
      { rows: 100, downloads: 100 * 300 + (99 * 100) / 2, published: '2023-08-11 21:13:54.1+00' },
    ])
    expect(await rows(sql`select slug, name, curseforge_id from modpacks`)).toEqual([
      { slug: 'the-pack-2', name: 'Pack', curseforge_id: null },
    ])
    const before = await contents()
    expect(await imported(version, packs, daily)).toMatchObject([
      { written: 0, unchanged: 1500 },
      { written: 0, unchanged: 100 },
      { written: 0, unchanged: 200 },
    ])
    expect(await contents()).toEqual(before)
  })

  it('reports a wrong line with file and number, and imports the rest', async () => {
    const path = file(
      'daily.csv',
      DAILY_HEADER,
      '1,2024-01-01,modrinth,5,1,1,',
      '2,2024-13-01,modrinth,5,1,1,',
      '3,2024-01-03,modrinth',
      '4,2024-01-04,modrinth,6,1,1,',
    )
    const { code, stdout } = await almanac(path)
    expect(code).toBe(0)
    expect(stdout).toContain(
      `${path}:3: date is not a day (YYYY-MM-DD) from 1970 to today (found "2024-13-01")`,
    )
    expect(stdout).toContain(`${path}:4: the number of values differs from the header`)
    expect(await rows(sql`select date::text from daily_stats order by date`)).toEqual([
      { date: '2024-01-01' },
      { date: '2024-01-04' },
    ])
  })

  it('an imported row never outranks one collected on the day, whenever it was made', async () => {
    const path = file('daily.csv', DAILY_HEADER, '1,2024-01-01,modrinth,5,1,1,2024-01-01 23:59:59')
    await imported(path)
    const collected = {
      date: '2024-01-01',
      platform: 'modrinth',
      modId: 1,
      totalDownloads: 7,
      followers: 2,
      versionsCount: 1,
    }
    const observedAt = new Date('2024-01-01T00:00:01Z')
    await writeRows(database.db, { daily_stats: [collected] }, { observedAt, runId: 'live', retryBudget })
    expect(await imported(path)).toMatchObject([{ written: 0, unchanged: 1 }])
    expect(await rows(sql`select total_downloads::int as total, run_id from daily_stats`)).toEqual([
      { total: 7, run_id: 'live' },
    ])
  })

  it('refuses lines of a second mod in a dump of our own tables', async () => {
    const header = 'mod_id,date,platform,total_downloads,thumbs_up,followers'
    const path = file('own.csv', header, '4,2024-01-01,curseforge,5,3,', '5,2024-01-01,curseforge,9,1,')
    const [report] = await imported(path)
    expect(report).toMatchObject({ read: 2, written: 1, problems: [{ line: 3 }] })
    expect(await rows(sql`select total_downloads::int as total, thumbs_up::int from daily_stats`)).toEqual([
      { total: 5, thumbs_up: 3 },
    ])
  })
})

describe('versions without ids', () => {
  const live = (date: string, versions: { id: string; name: string; number: string; downloads: number }[]) =>
    writeRows(
      database.db,
      {
        version_stats: versions.map(({ id, name, number, downloads }) => ({
          date,
          platform: 'modrinth',
          versionId: id,
          versionName: name,
          versionNumber: number,
          downloads,
          modId: 1,
        })),
      },
      { observedAt: new Date(`${date}T08:00:00Z`), runId: 'live', retryBudget },
    )
  const stored = () =>
    rows(sql`select date::text, version_id as id, version_name as name, downloads::int from version_stats
      order by date, version_id`)
  const one = { id: 'AAAAAAAA', name: 'One', number: '1.0', downloads: 9 }
  const twins = [
    { id: 'BBBBBBBB', name: 'Twin', number: '2.0-forge', downloads: 20 },
    { id: 'CCCCCCCC', name: 'Twin', number: '2.0-fabric', downloads: 30 },
  ]
  const dump = () =>
    file(
      'versions.csv',
      VERSION_HEADER,
      '1,2024-01-01,modrinth,One,1.0,5,,',
      '2,2024-01-01,modrinth,Twin,2.0-forge,8,,',
      '3,2024-01-02,modrinth,One,1.0,6,,',
      '4,2024-01-02,modrinth,Twin,2.0-forge,9,,',
    )

  it.each(['before and after', 'after'])(
    'gives the same rows when imported %s the first collection',
    async (order) => {
      const path = dump()
      // The synchronised mod has our first id either way.
      if (order === 'after') await imported(file('none.csv', DAILY_HEADER))
      else await imported(path)
      await live('2024-01-02', [one, ...twins])
      if (order !== 'after') {
        expect(await rows(sql`select count(*)::int as rows from version_stats`)).toEqual([{ rows: 7 }])
      }
      await imported(path)
      const expected = [
        { date: '2024-01-01', id: 'AAAAAAAA', name: 'One', downloads: 5 },
        // Two versions share the name: the old row is neither.
        { date: '2024-01-01', id: 'name:1:Twin', name: 'Twin', downloads: 8 },
        { date: '2024-01-02', id: 'AAAAAAAA', name: 'One', downloads: 9 },
        { date: '2024-01-02', id: 'BBBBBBBB', name: 'Twin', downloads: 20 },
        { date: '2024-01-02', id: 'CCCCCCCC', name: 'Twin', downloads: 30 },
      ]
      expect(await stored()).toEqual(expected)
      const before = await contents()
      expect(await imported(path)).toMatchObject([
        { written: 0, unchanged: 3, skipped: { 'the day already holds a version of that name': 1 } },
      ])
      expect(await contents()).toEqual(before)
    },
  )

  it('counts no version twice when a second one takes its name later', async () => {
    const path = dump()
    await imported(path)
    await live('2024-01-03', [one])
    await imported(path)
    await live('2024-01-04', [one, { ...one, id: 'DDDDDDDD' }])
    const before = await contents()
    await imported(path)
    expect(await contents()).toEqual(before)
  })

  it('does not import versions of today, which the run of today collects', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const [report] = await imported(file('v.csv', VERSION_HEADER, `1,${today},modrinth,One,1.0,5,,`))
    expect(report).toMatchObject({
      written: 0,
      skipped: { 'versions of today are collected by the run of today': 1 },
    })
  })

  it('keeps the same version name of two mods apart', async () => {
    track([{ modrinth: 'createnuclear' }, { modrinth: 'other-mod' }])
    const path = dump()
    await importer.run(config(), { files: [path], options: { mod: 'createnuclear' } })
    await importer.run(config(), { files: [path], options: { mod: 'OTHER-mod' } })
    expect(
      await rows(sql`select mod_id, count(*)::int as rows from version_stats group by 1 order by 1`),
    ).toEqual([
      { mod_id: 1, rows: 4 },
      { mod_id: 2, rows: 4 },
    ])
  })
})

describeRecorded('files as people have them', () => {
  const daily = () =>
    rows(sql`select date::text, platform, total_downloads::int as total, coalesce(followers, thumbs_up)::int as liked,
      versions_count as versions from daily_stats order by 1, 2 desc`)

  it('reads whole numbers that pandas wrote as 31.0, and nothing where it wrote nothing', async () => {
    expect(await imported(given('pandas_daily_stats.csv'))).toMatchObject([
      { read: 4, written: 4, refused: 0 },
    ])
    expect(await daily()).toEqual([
      { date: '2025-07-29', platform: 'modrinth', total: 1201, liked: 31, versions: 7 },
      { date: '2025-07-29', platform: 'curseforge', total: 9100, liked: null, versions: null },
      { date: '2025-07-30', platform: 'modrinth', total: 1210, liked: 31, versions: 7 },
      { date: '2025-07-30', platform: 'curseforge', total: 9150, liked: null, versions: null },
    ])
    expect(await imported(given('curseforge_modpacks.csv'))).toMatchObject([{ read: 2, written: 2 }])
    expect(await rows(sql`select slug, curseforge_id::int as id from modpacks order by slug`)).toEqual([
      { slug: 'pack-a', id: 520101 },
      { slug: 'pack-b', id: null },
    ])
  })

  it('reads a table that a French Excel saved', async () => {
    expect(await imported(given('fr_semicolon_iso.csv'))).toMatchObject([
      { read: 2, written: 2, problems: [] },
    ])
    const path = file('excel.csv', 'Date;Platform;Total_Downloads;Followers', '31/07/2025;modrinth;1220,0;32')
    expect(await imported(path)).toMatchObject([{ read: 1, written: 1 }])
    expect(await daily()).toEqual([
      { date: '2025-07-29', platform: 'modrinth', total: 1201, liked: 31, versions: 7 },
      { date: '2025-07-30', platform: 'modrinth', total: 1210, liked: 31, versions: 7 },
      { date: '2025-07-31', platform: 'modrinth', total: 1220, liked: 32, versions: null },
    ])
  })
})

it('a file of which nothing was taken exits with 1, with the count', async () => {
  const good = file('good.csv', DAILY_HEADER, '1,2024-01-01,modrinth,5,1,1,')
  const bad = file('bad.csv', DAILY_HEADER, '1,2024-01-01,modrinth,1e3,1,1,', '2,2024-01-02,steam,5,1,1,')
  const { code, stdout } = await almanac(good, bad)
  expect(code).toBe(1)
  expect(stdout).toContain(`${bad}: nothing was taken; 2 of 2 lines were refused`)
  expect(stdout).not.toContain(`${good}: nothing`)
  expect((await almanac(good, file('none.csv', DAILY_HEADER))).code).toBe(0)
})

describeRecorded('the recorded lists of modpacks', () => {
  const packs = () =>
    rows(sql`select count(*)::int as packs, count(curseforge_id)::int as resolved,
      count(*) filter (where slug ~ '-[0-9]+$')::int as numbered from modpacks`)

  it('imports 528 packs with their downloads of the given day, and changes nothing a second time', async () => {
    const dated = { files: [PACKS_CSV], options: { date: '2025-07-31' } }
    const [undated] = await imported(PACKS_CSV)
    expect(undated).toMatchObject({ read: 528, written: 528, skipped: {} })
    expect(undated?.notes.join()).toContain('--date')
    expect(await rows(sql`select from modpack_stats`)).toEqual([])
    await importer.run(config(), dated)
    expect(
      await rows(sql`select count(*)::int as rows, sum(downloads)::int as downloads, min(date)::text as date
        from modpack_stats where run_id = 'import-mod-stats'`),
    ).toMatchObject([{ rows: 528, date: '2025-07-31' }])
    const before = await contents()
    await importer.run(config(), dated)
    expect(await contents()).toEqual(before)
  })

  it('imports 600 packs of the scraped list, and both lists give 609 in either order', async () => {
    expect(await imported(PACKS_JSON)).toMatchObject([{ kind: 'scraped', read: 600, written: 600 }])
    expect(
      await rows(sql`select slug, name, curseforge_id from modpacks where slug like 'rebel-tactics%'`),
    ).toEqual([{ slug: 'rebel-tactics-2', name: 'Rebel-Tactics 2', curseforge_id: null }])
    // 519 get their id, 9 are packs that the cut slugs had led to.
    expect(await imported(PACKS_CSV)).toMatchObject([{ read: 528, written: 528 }])
    const jsonFirst = await rows(
      sql`select slug, name, curseforge_id, link, downloads from modpacks order by slug`,
    )
    expect(await packs()).toMatchObject([{ packs: 609, resolved: 528 }])
    await database.db.execute(sql`delete from modpacks`)
    await imported(PACKS_CSV, PACKS_JSON)
    expect(
      await rows(sql`select slug, name, curseforge_id, link, downloads from modpacks order by slug`),
    ).toEqual(jsonFirst)
  })
})

it('import prints the same report as JSON', async () => {
  const path = file('daily.csv', DAILY_HEADER, '1,2024-01-01,modrinth,5,1,1,')
  const { code, stdout } = await almanac(path, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    mod: 'createnuclear / 989797',
    files: [
      { file: path, kind: 'daily_stats', read: 1, written: 1, unchanged: 0, skipped: {}, problems: [] },
    ],
  })
})

describe('wrong usage', () => {
  it.each([
    [['absent.csv'], /absent\.csv cannot be read/],
    [['good', 'roman', '--mod', 'one'], /roman\.csv is not UTF-8 \(line 2\)/],
    [['unknown'], /the first line is "a,b"; expected one of/],
    [['good', '--date', 'tomorrow'], /--date is "tomorrow"; expected a day/],
    [['good', '--mod', 'nobody'], /No known mod has the slug or id nobody; tracked are: one, two \/ 2/],
    [['good'], /pass --mod <slug or id> to choose the mod of these rows: one, two \/ 2/],
  ])('rejects %j in a sentence, before anything is written', async (args, message) => {
    track([{ modrinth: 'one' }, { modrinth: 'two', curseforge: 2 }])
    const files: Record<string, string> = {
      unknown: file('unknown.csv', 'a,b', '1,2'),
      good: file('good.csv', DAILY_HEADER, '1,2024-01-01,modrinth,5,1,1,'),
      roman: join(folder, 'roman.csv'),
    }
    writeFileSync(join(folder, 'roman.csv'), `${DAILY_HEADER}\n1,2024-01-02,modrin\u008e,5,1,1,\n`, 'latin1')
    const { code, stderr } = await almanac(...args.map((arg) => files[arg] ?? arg))
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
    expect(await rows(sql`select from daily_stats`)).toEqual([])
  })
})
