/** The weeks before a demo: that its importers store what the simulated world was on each day, and once. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importDemoPast } from '../../cli/demo-past.ts'
import { loadConfig, type Config } from '../../config/load-config.ts'
import { DAY_MS } from '../../core/durations.ts'
import { openDatabase, type DatabaseHandle } from '../../db/database.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { demoPast } from '../../simulator/index.ts'
import { createMatches } from '../../simulator/match-results/matches.ts'
import { createModWorld } from '../../simulator/mod-stats/mod-world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { stored, truthOf } from '../support/truth.ts'

const SEED = 1
const now = Date.now()
let test: TestDatabase
let database: DatabaseHandle
let config: Config
let said: string[]

beforeAll(async () => {
  test = await createTestDatabase()
  database = openDatabase(test.url, () => undefined)
  const folder = mkdtempSync(join(tmpdir(), 'almanac-past-'))
  const demo = loadConfig({ env: { ALMANAC_STATE_DIR: folder }, root: folder, demo: true })
  config = { ...demo, env: { ...demo.env, DATABASE_URL: test.url } }
  said = await imported()
})
afterAll(async () => {
  await database.close()
  await test.drop()
  rmSync(join(config.stateDir, '..'), { recursive: true, force: true })
})

async function imported(stopped = new AbortController().signal): Promise<string[]> {
  const lines: string[] = []
  await importDemoPast(config, PIPELINES, { say: (line) => lines.push(line), stopped })
  return lines
}

const select = async (query: ReturnType<typeof sql>) => (await database.db.execute(query)).rows

it('the past of the demo holds of each mod what the simulator would have reported on that day', async () => {
  const days = await select(sql`select distinct date::text from daily_stats order by 1`)
  expect(days).toHaveLength(56)
  for (const date of [days[0]?.['date'], days.at(-1)?.['date']] as string[]) {
    const world = createModWorld({ mods: 3, seed: SEED, clock: () => new Date(`${date}T12:00:00Z`) })
    const { days: totals, versions, packDays } = truthOf(world)
    expect(await stored(database.db, date)).toMatchObject({ days: totals, versions, packDays })
  }
})

it('the past of the demo holds the true results of the league, each confirmed', async () => {
  const matches = createMatches({ seed: SEED, clock: () => new Date(now) })
  const day = { from: new Date(now - 2 * DAY_MS), to: new Date(now - DAY_MS) }
  const truth = matches.truthBetween(day.from, day.to).filter(({ score }) => score !== null)
  const rows = await select(
    sql`select event_id::float8 as id, score1, score2, confidence, odds_1 from matches`,
  )
  const found = new Map(rows.map((row) => [row['id'], row]))
  for (const { eventId, score } of truth)
    expect(found.get(eventId)).toMatchObject({
      score1: score?.[0],
      score2: score?.[1],
      confidence: 'confirmed',
    })
  expect(truth.length).toBeGreaterThan(600)
  const withOdds = rows.filter((row) => row['odds_1'] !== null)
  expect(withOdds.length).toBeGreaterThan(0.9 * rows.length)
})

it('the past of the demo has lists of each domain in which places change', async () => {
  const lists = await select(sql`select domain, count(distinct date)::int as days, count(*)::int as places
    from library_snapshots group by 1 order by 1`)
  expect(lists).toEqual([
    { domain: 'astronomy', days: 56, places: 336 },
    { domain: 'finance', days: 56, places: 112 },
  ])
  const ranks = await select(
    sql`select library from library_snapshots group by 1 having count(distinct rank) > 1`,
  )
  expect(ranks.length).toBeGreaterThan(1)
})

it('the past of the demo is imported without a refused line, once, and its files are kept', async () => {
  const refused = await select(sql`select count(*)::int as n from quarantine`)
  expect(refused).toEqual([{ n: 0 }])
  expect(said.map((line) => line.split(' of ')[0]?.replace(/\d+/, 'N'))).toEqual(
    PIPELINES.filter(({ id }) => demoPast(id, new Date()).length > 0).map(
      ({ id }) => `imported   ${id}: N lines`,
    ),
  )
  expect(existsSync(join(config.stateDir, 'past', 'match-results', '1', 'matches.csv'))).toBe(true)
  expect(await imported()).toEqual([])
})

it('a past whose import was stopped is imported at the next start', { tags: 'long' }, async () => {
  const folder = join(config.stateDir, 'past', 'library-context')
  rmSync(folder, { recursive: true })
  expect(await imported(AbortSignal.abort())).toEqual([])
  expect(existsSync(folder)).toBe(false)
  expect(await imported()).toEqual([expect.stringMatching(/^imported {3}library-context: 0 lines/)])
})
