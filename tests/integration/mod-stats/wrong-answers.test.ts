/** What mod-stats stores of wrong answers, and of mods and modpacks that change their names: clients answer what the test says. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ActivityContext } from '../../../activities/mod-stats/activity-context.ts'
import { collectCurseForgeBatch } from '../../../activities/mod-stats/curseforge.ts'
import { collectModrinthBatch } from '../../../activities/mod-stats/modrinth.ts'
import { refreshModpacksBatch } from '../../../activities/mod-stats/refresh-modpacks.ts'
import { syncMods } from '../../../db/queries/mod-stats/mods.ts'
import { parseFiles, parseMods } from '../../../upstreams/curseforge/curseforge.ts'
import { parseProjects, parseVersions } from '../../../upstreams/modrinth.ts'
import type { RejectedRow } from '../../../upstreams/payload.ts'
import { sentence } from '../../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(() =>
  database.db.execute(sql`truncate daily_stats, version_stats, modpack_stats, modpacks, mods, quarantine
    restart identity cascade`),
)
afterAll(() => database.drop())

type Row = Record<string, unknown>

const PROJECT = {
  id: 'AABBCCDD',
  slug: 'alpha',
  title: 'Alpha',
  downloads: 1000,
  followers: 50,
  versions: ['V1'],
}
const version = (downloads: unknown) => ({
  id: 'V1',
  project_id: 'AABBCCDD',
  name: 'One',
  version_number: '1.0',
  downloads,
  date_published: '2026-01-01T00:00:00Z',
})
const MOD = {
  id: 7,
  slug: 'alpha',
  name: 'Alpha',
  downloadCount: 2000,
  thumbsUpCount: 30,
  latestFilesIndexes: [],
}
const file = (id: number, downloadCount: unknown = 900) => ({
  id,
  modId: 7,
  displayName: `File ${id}`,
  fileName: `alpha-${id}.jar`,
  downloadCount,
  fileDate: '2026-01-01T00:00:00Z',
})

const list = (rows: Row[]) => JSON.stringify(rows)
const data = (rows: Row[]) => JSON.stringify({ data: rows })
const missing = <Id>(asked: readonly Id[], rows: readonly Row[], rejected: readonly RejectedRow[]) =>
  asked.filter(
    (id) =>
      ![...rows, ...rejected.map(({ row }) => row as Row)].some(
        (row) => row['id'] === id || row['slug'] === id,
      ),
  )

/** A batch of a run of this day, whose upstreams return these rows. */
function batchOn(
  day: string,
  answers: { projects?: Row[]; versions?: Row[]; mods?: Row[]; files?: Row[] },
  hour = '12',
) {
  const { projects = [], versions = [], mods = [], files = [] } = answers
  const context = {
    db: database.db,
    modrinth: {
      projects: (asked: string[]) => {
        const { rows, rejected } = parseProjects(list(projects))
        return Promise.resolve({
          projects: rows,
          rejected,
          raw: [],
          missing: missing(asked, projects, rejected),
        })
      },
      versions: () => {
        const { rows, rejected } = parseVersions(list(versions))
        return Promise.resolve({ versions: rows, rejected, raw: [], missing: [] })
      },
    },
    curseforge: {
      mods: (asked: number[]) => {
        const { rows, rejected } = parseMods(data(mods))
        return Promise.resolve({ mods: rows, rejected, raw: [], missing: missing(asked, mods, rejected) })
      },
      files: () => {
        const { rows, rejected, received } = parseFiles(data(files))
        const answer = {
          files: rows,
          listed: received,
          totalCount: received,
          truncated: false,
          rejected,
          raw: [],
        }
        return Promise.resolve(answer)
      },
    },
    signal: new AbortController().signal,
    retryBudget: { ms: 0 },
    clock: () => new Date(`${day}T${hour}:30:00Z`),
  } as unknown as ActivityContext
  const run = {
    runId: `run-${day}-${hour}`,
    workflowId: 'w',
    pipeline: 'mod-stats',
    trigger: 'manual' as const,
    startedAt: `${day}T${hour}:00:00.000Z`,
  }
  const told = async (
    batch: Promise<{ counts: { outcome: string; why: Parameters<typeof sentence>[0][] } }>,
  ) => {
    const { counts } = await batch
    return { outcome: counts.outcome, why: counts.why.map((one) => sentence(one)) }
  }
  return {
    modrinth: () => told(collectModrinthBatch(context, { run, after: 0 })),
    curseforge: () => told(collectCurseForgeBatch(context, { run, after: 0 })),
    refresh: () => told(refreshModpacksBatch(context, { run, after: 0 })),
  }
}

const days = () =>
  database.select(sql`select date::text, total_downloads::int as downloads, followers::int, thumbs_up::int as thumbs,
    versions_count as versions from daily_stats order by date`)
const versionDays = () =>
  database.select(
    sql`select date::text, version_id as id, downloads::int from version_stats order by date, version_id`,
  )

describe.each(['modrinth', 'curseforge'] as const)('a total that falls on %s', (platform) => {
  const on = (day: string, downloads: unknown, fileDownloads: unknown = 900) =>
    batchOn(day, {
      projects: [{ ...PROJECT, downloads }],
      versions: [version(fileDownloads)],
      mods: [{ ...MOD, downloadCount: downloads }],
      files: [file(1, fileDownloads)],
    })[platform]()
  const totals = async () => (await days()).map((day) => day['downloads'])

  beforeEach(() => syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }]))

  it('is not stored, and the rest of the day is', async () => {
    expect(await on('2026-03-01', 1000)).toEqual({ outcome: 'complete', why: [] })
    const { outcome, why } = await on('2026-03-02', 10, 5)
    expect(outcome).toBe('partial')
    expect(why).toEqual([
      'suspicious: total_downloads of alpha changed from 1,000 to 10: not stored, unless it is seen on 3 days',
      expect.stringMatching(/^suspicious: downloads of alpha .* changed from 900 to 5: not stored/),
      '2 rows rejected, see quarantine',
    ])
    expect(await totals()).toEqual([1000, null])
    expect((await days()).map((day) => day['versions'])).toEqual([1, 1])
    expect(await versionDays()).toHaveLength(1)
    const kept = await database.select(sql`select "row"->>'now' as now from quarantine order by id`)
    expect(kept).toEqual([{ now: '10' }, { now: '5' }])
  })

  it('is not stored over the good one of the same day', async () => {
    await on('2026-03-01', 1000)
    expect((await on('2026-03-01', 0)).outcome).toBe('partial')
    expect(await totals()).toEqual([1000])
  })

  it('is believed on the third day on which it is seen, and not before', async () => {
    await on('2026-03-01', 1000)
    for (const day of ['2026-03-02', '2026-03-02', '2026-03-03'])
      expect((await on(day, 10, 5)).outcome).toBe('partial')
    expect(await on('2026-03-04', 11, 5)).toEqual({ outcome: 'complete', why: [] })
    expect(await totals()).toEqual([1000, null, null, 11])
    expect(await versionDays()).toMatchObject([{ downloads: 900 }, { date: '2026-03-04', downloads: 5 }])
  })

  it('is doubted anew after a day on which it was right', async () => {
    await on('2026-03-01', 1000)
    for (const [day, downloads] of [
      ['02', 10],
      ['03', 10],
      ['04', 1001],
      ['05', 10],
    ] as const)
      await on(`2026-03-${day}`, downloads)
    expect(await totals()).toEqual([1000, null, null, 1001, null])
  })

  it('is compared with the last good one, however long ago that was', async () => {
    await on('2026-03-01', 1000)
    expect((await on('2026-06-01', 0)).outcome).toBe('partial')
  })

  it('may fall by a tenth', async () => {
    await on('2026-03-01', 1000)
    expect(await on('2026-03-02', 900)).toMatchObject({ outcome: 'complete' })
    expect(await totals()).toEqual([1000, 900])
  })
})

describe('a list that empties', () => {
  beforeEach(() => syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }]))

  it.each(['modrinth', 'curseforge'] as const)('is not stored: %s', async (platform) => {
    const first = batchOn('2026-03-01', {
      projects: [PROJECT],
      versions: [version(9)],
      mods: [MOD],
      files: [file(1)],
    })
    expect(await first[platform]()).toMatchObject({ outcome: 'complete' })
    const empty = batchOn('2026-03-02', { projects: [{ ...PROJECT, versions: [] }], mods: [MOD] })
    expect((await empty[platform]()).why[0]).toBe(
      'suspicious: versions_count of alpha changed from 1 to 0: not stored, unless it is seen on 3 days',
    )
    expect((await days()).map((day) => day['versions'])).toEqual([1, null])
  })
})

describe('one bad field', () => {
  beforeEach(() => syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }]))

  it.each([-1, 4_294_967_295, 2_147_483_647, 'many', null, 1.5])(
    '%s costs that field alone',
    async (followers) => {
      const batch = batchOn('2026-03-01', { projects: [{ ...PROJECT, followers }], versions: [version(9)] })
      expect(await batch.modrinth()).toEqual({
        outcome: 'partial',
        why: [
          'returned by Modrinth with values that cannot be read: alpha (followers)',
          '1 row rejected, see quarantine',
        ],
      })
      expect(await days()).toMatchObject([{ downloads: 1000, followers: null, versions: 1 }])
    },
  )

  it('counts a file that cannot be read', async () => {
    const batch = batchOn('2026-03-01', { mods: [MOD], files: [file(1), file(2, -1)] })
    expect(await batch.curseforge()).toMatchObject({ outcome: 'partial' })
    expect(await days()).toMatchObject([{ downloads: 2000, versions: 2 }])
    expect(await versionDays()).toMatchObject([{ id: '1' }])
  })

  it('never makes a mod missing', async () => {
    const batch = batchOn('2026-03-01', {
      projects: [{ ...PROJECT, id: 'not an id' }],
      mods: [{ ...MOD, slug: '' }],
    })
    expect((await batch.modrinth()).why).toEqual([
      'returned by Modrinth with values that cannot be read: alpha',
      '1 row rejected, see quarantine',
    ])
    expect((await batch.curseforge()).why).toEqual([
      'returned by CurseForge with values that cannot be read: 7',
      '1 row rejected, see quarantine',
    ])
  })

  it('never makes a mod missing, even if the row does not say whose it is', async () => {
    const batch = batchOn('2026-03-01', { projects: [{ downloads: 3, id: 'AABBCCDD' }] })
    expect((await batch.modrinth()).why).toEqual([
      'Modrinth returned 1 unreadable row of no mod that was asked for; without an answer: alpha',
      'returned by Modrinth with values that cannot be read: AABBCCDD',
      '1 row rejected, see quarantine',
    ])
  })
})

describe('one project on Modrinth', () => {
  const collectOn = (day: string, slug: string) =>
    batchOn(day, { projects: [{ ...PROJECT, slug }], versions: [version(9)] }).modrinth()
  const mods = () =>
    database.select(
      sql`select id, name, modrinth, modrinth_id, modrinth_slug as slug, tracked from mods order by id`,
    )
  const owners = () => database.select(sql`select date::text, mod_id from daily_stats order by date, mod_id`)

  it('that is listed by slug and by id is one mod, counted once', async () => {
    const entries = [{ modrinth: 'alpha' }, { modrinth: 'AABBCCDD' }]
    for (const day of ['2026-03-01', '2026-03-02']) {
      await syncMods(database.db, entries)
      expect(await collectOn(day, 'alpha')).toEqual({ outcome: 'complete', why: [] })
    }
    expect(await mods()).toMatchObject([{ id: 1, modrinth: 'alpha', modrinth_id: 'AABBCCDD', tracked: true }])
    expect(await owners()).toEqual([
      { date: '2026-03-01', mod_id: 1 },
      { date: '2026-03-02', mod_id: 1 },
    ])
  })

  it('keeps its history when almanac.yaml follows its new slug', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha' }])
    await collectOn('2026-03-01', 'alpha')
    await syncMods(database.db, [{ name: 'Beta', modrinth: 'beta' }])
    expect(await collectOn('2026-03-02', 'beta')).toEqual({ outcome: 'complete', why: [] })
    expect(await mods()).toEqual([
      { id: 1, name: 'Beta', modrinth: 'beta', modrinth_id: 'AABBCCDD', slug: 'beta', tracked: true },
    ])
    expect((await owners()).map((row) => row['mod_id'])).toEqual([1, 1])
    expect(await database.select(sql`select distinct mod_id from version_stats`)).toEqual([{ mod_id: 1 }])
    await syncMods(database.db, [{ name: 'Beta', modrinth: 'beta' }])
    expect(await mods()).toHaveLength(1)
  })

  it('that an earlier version took for two mods becomes one, with the rows of both', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha' }])
    await collectOn('2026-03-01', 'alpha')
    await syncMods(database.db, [{ modrinth: 'beta' }])
    // Its rows were stored before the conflict was found, on a day that the first mod has and on one that it lacks.
    await database.db
      .execute(sql`insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
      values ('2026-03-01', 'modrinth', 2, 1000, now(), 'before'), ('2026-03-02', 'modrinth', 2, 1001, now(), 'before')`)
    await collectOn('2026-03-03', 'beta')
    expect(await mods()).toMatchObject([{ id: 1, modrinth: 'beta', tracked: true }])
    expect(await owners()).toEqual([1, 2, 3].map((day) => ({ date: `2026-03-0${day}`, mod_id: 1 })))
  })

  it('is left to the mod that has its history, and the other keeps its id on CurseForge', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha' }])
    await collectOn('2026-03-01', 'alpha')
    await syncMods(database.db, [{ modrinth: 'beta', curseforge: 7 }])
    await collectOn('2026-03-02', 'beta')
    await syncMods(database.db, [{ modrinth: 'beta', curseforge: 7 }])
    const both = await database.select(sql`select id, modrinth, curseforge_id, tracked from mods order by id`)
    expect(both).toEqual([
      { id: 1, modrinth: 'beta', curseforge_id: null, tracked: true },
      { id: 2, modrinth: null, curseforge_id: '7', tracked: true },
    ])
  })

  it('is asked for anew when an entry names another one', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }])
    await collectOn('2026-03-01', 'alpha')
    await syncMods(database.db, [{ modrinth: 'other', curseforge: 7 }])
    expect(await mods()).toMatchObject([{ id: 1, modrinth: 'other', modrinth_id: null }])
  })
})

describe('a known modpack', () => {
  const PACK = { id: 500, slug: 'pack', name: 'Pack', downloadCount: 4000, links: null }
  const refreshOn = (day: string, change: Row, hour?: string) =>
    batchOn(day, { mods: [{ ...PACK, ...change }] }, hour).refresh()
  const packs = () =>
    database.select(
      sql`select slug, downloads::int, first_seen::date::text as since from modpacks order by slug`,
    )
  const packDays = () =>
    database.select(
      sql`select date::text, modpack_slug as slug, downloads::int from modpack_stats order by date, slug`,
    )

  beforeEach(async () => {
    await syncMods(database.db, [{ curseforge: 7 }])
    await database.db
      .execute(sql`insert into modpacks (mod_id, slug, curseforge_id, name, downloads, first_seen, observed_at, run_id)
      values (1, 'pack', 500, 'Pack', 3900, '2026-01-01', '2026-01-01', 'before')`)
    expect(await refreshOn('2026-03-01', {})).toMatchObject({ outcome: 'complete' })
  })

  it.each([0, -1])('keeps its downloads when they become %i', async (downloadCount) => {
    expect(await refreshOn('2026-03-02', { downloadCount })).toMatchObject({ outcome: 'partial' })
    expect(await packs()).toMatchObject([{ downloads: 4000 }])
    expect(await packDays()).toEqual([{ date: '2026-03-01', slug: 'pack', downloads: 4000 }])
  })

  it('that is renamed within a day stands once on that day, and keeps its history', async () => {
    await refreshOn('2026-03-02', {})
    await refreshOn('2026-03-02', { slug: 'pack-reborn', downloadCount: 4010 }, '18')
    expect(await packs()).toEqual([{ slug: 'pack-reborn', downloads: 4010, since: '2026-01-01' }])
    expect(await packDays()).toEqual([
      { date: '2026-03-01', slug: 'pack-reborn', downloads: 4000 },
      { date: '2026-03-02', slug: 'pack-reborn', downloads: 4010 },
    ])
  })
})
