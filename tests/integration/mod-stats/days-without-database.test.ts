/** On days without its database mod-stats compares what it fetches with what it believed last. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ActivityContext } from '../../../activities/mod-stats/activity-context.ts'
import { collectModrinthBatch } from '../../../activities/mod-stats/modrinth.ts'
import { openDatabase, type DatabaseHandle } from '../../../db/database.ts'
import { syncMods } from '../../../db/queries/mod-stats/mods.ts'
import { drainSpool } from '../../../db/spool/drain.ts'
import { openSpool } from '../../../db/spool/spool.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'

const { signal } = new AbortController()

let database: TestDatabase
let proxy: DatabaseProxy
let root: string
let opened: DatabaseHandle
beforeEach(async () => {
  database = await createTestDatabase()
  proxy = await startDatabaseProxy(database.url)
  root = mkdtempSync(join(tmpdir(), 'almanac-days-'))
  const spool = openSpool({ folder: join(root, 'spool'), capBytes: 1e8, warn: () => undefined })
  opened = openDatabase(proxy.url, () => undefined, { spool })
  await syncMods(database.db, [{ modrinth: 'alpha' }])
})
afterEach(async () => {
  await opened.close()
  await proxy.goOffline()
  await database.drop()
  rmSync(root, { recursive: true })
})

/** What a day's batch stores or spools, and how it ends; the mod has one version, with a tenth of its downloads. */
async function day(date: string, downloads: number) {
  const project = {
    id: 'AABBCCDD',
    slug: 'alpha',
    title: 'Alpha',
    downloads,
    followers: 50,
    versionIds: ['V1'],
  }
  const version = {
    id: 'V1',
    projectId: 'AABBCCDD',
    name: 'One',
    versionNumber: '1.0',
    downloads: downloads / 10,
    datePublished: '2026-01-01T00:00:00Z',
  }
  const context = {
    db: opened.db,
    settings: { mods: [{ modrinth: 'alpha' }] },
    modrinth: {
      projects: () => Promise.resolve({ projects: [project], missing: [], rejected: [], raw: [] }),
      versions: () => Promise.resolve({ versions: [version], missing: [], rejected: [], raw: [] }),
    },
    signal,
    retryBudget: { ms: 0, signal },
    clock: () => new Date(`${date}T12:30:00Z`),
  } as unknown as ActivityContext
  const run = { runId: date, workflowId: 'w', pipeline: 'mod-stats', startedAt: `${date}T12:00:00Z` }
  const { counts } = await collectModrinthBatch(context, {
    run: { ...run, trigger: 'manual' },
    after: 0,
  })
  return { outcome: counts.outcome, doubted: counts.why.filter(({ code }) => code === 'suspicious').length }
}

const comeBack = async () => {
  await proxy.comeBack()
  expect((await drainSpool(database.db, join(root, 'spool'), { signal })).damaged).toEqual([])
}
const totals = async () =>
  (
    await database.select<{ downloads: number | null }>(
      sql`select total_downloads::int as downloads from daily_stats order by date`,
    )
  ).map(({ downloads }) => downloads)
const versions = () =>
  database.select(sql`select date::text, downloads::int from version_stats order by date`)

it('a total that falls is not stored, and nothing is once the spool is loaded', async () => {
  await day('2026-03-01', 1_000)
  await proxy.goOffline()
  expect(await day('2026-03-02', 0)).toEqual({ outcome: 'partial', doubted: 2 })
  await comeBack()
  expect(await totals()).toEqual([1_000, null])
  expect(await versions()).toEqual([{ date: '2026-03-01', downloads: 100 }])
  expect(await database.select(sql`select "row"->>'now' as now from quarantine`)).toHaveLength(2)
})

it('a day is compared with the one before it, even if that is in the spool', async () => {
  await day('2026-03-01', 1_000)
  await proxy.goOffline()
  expect(await day('2026-03-02', 2_000)).toMatchObject({ doubted: 0 })
  expect(await day('2026-03-03', 1_000)).toMatchObject({ doubted: 2 })
  await comeBack()
  expect(await totals()).toEqual([1_000, 2_000, null])
})

it('a change that stays is believed once the database is back, and its days without it count', async () => {
  await day('2026-03-01', 1_000)
  await proxy.goOffline()
  await day('2026-03-02', 400)
  await day('2026-03-03', 410)
  await comeBack()
  expect(await day('2026-03-04', 420)).toEqual({ outcome: 'complete', doubted: 0 })
  expect(await totals()).toEqual([1_000, null, null, 420])
})
