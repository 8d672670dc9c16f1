/** What must hold of the rows of mod-stats. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { withChecks } from '../../../activities/data-checks.ts'
import { lookAtTables, soundnessOf } from '../../../db/queries/checks.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { day, minutesAgo, testChecks } from '../../support/planted-breaches.ts'

/** So many rows a day, this many days. */
const rows = (days: readonly (readonly [ago: number, rows: number])[], row: (at: number) => object) =>
  days.flatMap(([ago, count]) =>
    Array.from({ length: count }, (_, at) => ({
      date: day(ago),
      platform: 'modrinth',
      mod_id: 1,
      ...row(at),
    })),
  )
/** A list of twelve that was cut to five. */
const CUT = [
  [1, 12],
  [2, 12],
  [3, 12],
  [0, 5],
] as const
const version = (at: number) => ({ version_id: `v${at}`, version_name: `1.${at}` })
const modpack = (at: number) => ({ modpack_slug: `pack-${at}`, modpack_name: `Pack ${at}` })
const mod = { date: day(0), platform: 'modrinth', mod_id: 1 }

testChecks('mod-stats', {
  parents: [
    ...Array.from({ length: 12 }, (_, at): [string, Record<string, unknown>] => [
      'mods',
      { name: `Mod ${at}`, tracked: true },
    ]),
    // Its mods came today; those of other platforms did not.
    ['daily_stats', { date: day(0), platform: 'curseforge', mod_id: 1 }],
  ],
  planted: {
    'daily_stats date-ahead': [{ ...mod, date: day(-2) }],
    'daily_stats total_downloads-range': [{ ...mod, total_downloads: -1 }],
    'daily_stats followers-range': [{ ...mod, followers: -1 }],
    'daily_stats versions_count-range': [{ ...mod, versions_count: -1 }],
    'daily_stats thumbs_up-range': [{ ...mod, thumbs_up: -1 }],
    'daily_stats count': rows(CUT, (at) => ({ mod_id: at + 1 })),
    'daily_stats total_downloads-total': [
      { ...mod, date: day(1), total_downloads: 1000 },
      { ...mod, total_downloads: 899 },
    ],
    'version_stats date-ahead': [{ ...mod, ...version(0), date: day(-2) }],
    'version_stats downloads-range': [{ ...mod, ...version(0), downloads: -1 }],
    'version_stats count': rows(CUT, version),
    'version_stats downloads-total': [
      { ...mod, ...version(0), date: day(1), downloads: 1000 },
      { ...mod, ...version(0), downloads: 899 },
    ],
    'version_stats groups': [
      { ...mod, ...version(0) },
      ...['curseforge', 'elsewhere'].flatMap((platform) =>
        [1, 2, 3].map((ago) => ({ ...mod, ...version(0), platform, date: day(ago) })),
      ),
    ],
    'modpack_stats date-ahead': [{ ...mod, ...modpack(0), date: day(-2) }],
    'modpack_stats downloads-range': [{ ...mod, ...modpack(0), downloads: -1 }],
    'modpack_stats count': rows(CUT, modpack),
    'modpack_stats downloads-total': [
      { ...mod, ...modpack(0), date: day(1), downloads: 1000 },
      { ...mod, ...modpack(0), downloads: 899 },
    ],
    'modpacks last_seen-ahead': [{ mod_id: 1, slug: 'pack', name: 'Pack', last_seen: minutesAgo(-60) }],
  },
})

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(() => database.db.execute(sql`truncate mods cascade`))

it('a total that fell and stays there breaks its check on its first day, and on no later one', async () => {
  const { db } = database
  await db.execute(sql`insert into mods (name, modrinth, tracked) values ('A mod', 'a-mod', true)`)
  const broken = async () =>
    (await lookAtTables(db, 'mod-stats')).filter(({ found }) => found > 0).map(({ name }) => name)
  const store = (ago: number, downloads: number) =>
    db.execute(sql`insert into daily_stats (platform, mod_id, date, total_downloads, observed_at, run_id)
      select 'modrinth', id, ${day(ago)}::date, ${downloads}, now(), 'r' from mods`)
  await store(2, 1000)
  await store(1, 800)
  expect(await broken()).toEqual(['total_downloads-total'])
  expect(await broken()).toEqual(['total_downloads-total'])
  await store(0, 800)
  expect(await broken()).toEqual([])
})

it('a list that is missing stays a breach in a run that is partial for another reason', async () => {
  const { db } = database
  await db.execute(sql`insert into mods (name, modrinth, tracked) values ('A mod', 'a-mod', true)`)
  await db.execute(sql`insert into daily_stats (platform, mod_id, date, total_downloads, observed_at, run_id)
    select 'modrinth', id, ${day(0)}::date, 1000, now(), 'r' from mods`)
  for (const [ago, platform] of [
    ...[1, 2, 3].map((at) => [at, 'modrinth'] as const),
    [0, 'curseforge'],
  ] as const)
    await db.execute(sql`insert into version_stats (platform, mod_id, version_id, version_name, date, downloads, observed_at, run_id)
      select ${platform}, id, 'v1', 'One', ${day(ago)}::date, 10, now(), 'r' from mods`)
  for (const [runId, outcome] of [
    ['first', 'complete'],
    ['second', 'partial'],
  ] as const) {
    const run = {
      runId,
      workflowId: runId,
      pipeline: 'mod-stats',
      trigger: 'manual',
      startedAt: day(0),
    } as const
    await withChecks(db, run, { outcome, counts: {} })
    const found = (await soundnessOf(db, ['mod-stats'])).get('mod-stats')
    expect(found?.runId).toBe(runId)
    expect(found?.broken).toMatchObject([{ values: { means: { code: 'breach-groups' } } }])
  }
})
