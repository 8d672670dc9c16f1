/** Upstreams over HTTP: what the records of runs tell of each, and what each says of its limits. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PipelineList } from '../../../api/pipelines/list.ts'
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { storeBudgets } from '../../../db/queries/upstream-budgets.ts'
import { startSimulator, type Simulator } from '../../../simulator/server.ts'
import { addBudget, heardBudgets } from '../../../upstreams/budgets.ts'
import { createFearGreed } from '../../../upstreams/fear-greed.ts'
import { createGitHub } from '../../../upstreams/github/github.ts'
import { createModrinth } from '../../../upstreams/modrinth.ts'
import { createBudgetStore } from '../../../worker/budgets.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { command } from '../../support/command.ts'

const MINUTES = 60_000
const now = Date.now()
const ago = (minutes: number) => new Date(now - minutes * MINUTES)

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
  const counts = (outcome: string, fetched: number, why: unknown[] = []) => ({
    outcome,
    fetched,
    written: fetched,
    rejected: 0,
    why,
  })
  const failed = { code: 'failure', values: { type: 'Blocked', message: 'a challenge page answered' } }
  const skipped = { code: 'no-credentials', values: { setting: 'CURSEFORGE_API_KEY' } }
  const runs = [
    {
      at: 10,
      counts: { modrinth: counts('failed', 0, [failed]), curseforge: counts('skipped', 0, [skipped]) },
    },
    {
      at: 20,
      counts: {
        modrinth: counts('complete', 5),
        modpacks: counts('partial', 3, ['curseforge answered 500', failed]),
      },
    },
    { at: 30, counts: { modrinth: counts('complete', 4), curseforge: counts('failed', 0, ['it was down']) } },
    // Too long ago to be told.
    { at: 60 * 24 * 31, counts: { modrinth: counts('complete', 4) } },
  ]
  for (const [n, run] of runs.entries())
    await api.database.db.execute(sql`
      insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, counts)
      values (${`r${n}`}, ${`w${n}`}, 'mod-stats', 'manual', ${ago(run.at + 1).toISOString()}, ${ago(run.at).toISOString()},
        'partial', ${JSON.stringify(run.counts)})`)
})
afterAll(async () => {
  await api.stop()
})

const upstreams = async (language = 'en') => {
  const response = await fetch(`${api.address}/api/upstreams`, { headers: { 'accept-language': language } })
  expect(response.status).toBe(200)
  const { upstreams: found } = (await response.json()) as { upstreams: Upstream[] }
  return new Map(found.map((one) => [one.name, one]))
}

it('each has its last run with rows and its last failure by name', async () => {
  expect((await upstreams()).get('Modrinth')).toEqual({
    name: 'Modrinth',
    pipeline: 'mod-stats',
    sources: ['modrinth'],
    steps: ['collectModrinth'],
    missing: null,
    answered_at: ago(20).toISOString(),
    answered_run: 'r1',
    failure: {
      name: 'Blocked',
      sentence: 'Blocked: a challenge page answered',
      at: ago(10).toISOString(),
      run: 'r0',
    },
    not_asked: null,
    budgets: [],
  })
})

it('one with several sources is told of all of them, and why it was not asked', async () => {
  expect((await upstreams('fr')).get('CurseForge')).toMatchObject({
    answered_at: ago(20).toISOString(),
    failure: { name: 'Blocked', at: ago(20).toISOString(), run: 'r1' },
    not_asked: 'pas de clé\u202F: CURSEFORGE_API_KEY n’est pas défini',
  })
})

it('one whose key is missing says so before any run, and what to do', async () => {
  const says =
    /^CurseForge is not asked, since CURSEFORGE_API_KEY is not set: .*console\.curseforge\.com.* \.env/
  expect((await upstreams()).get('CurseForge')?.missing).toMatch(says)
  expect((await upstreams('fr')).get('CurseForge')?.missing).toContain('CURSEFORGE_API_KEY n’est pas défini')
  const { pipelines } = (await (await fetch(`${api.address}/api/pipelines`)).json()) as PipelineList
  const missing = new Map<string, string[]>(pipelines.map((one) => [one.id, one.missing]))
  expect(missing.get('mod-stats')).toEqual([expect.stringMatching(says)])
  expect(missing.get('match-results')).toEqual([])
})

it('one that no record names has nothing to tell', async () => {
  expect((await upstreams()).get('Binance')).toMatchObject({
    answered_at: null,
    failure: null,
    not_asked: null,
  })
})

it('the command prints the same, as a table and as JSON', async () => {
  const env = { DATABASE_URL: api.proxy.url, CURSEFORGE_API_KEY: '' }
  const asJson = JSON.parse((await command(['upstreams', '--json'], env)).stdout) as Upstream[]
  expect(new Map(asJson.map((one) => [one.name, one]))).toEqual(await upstreams())
  const { stdout } = await command(['upstreams'], env)
  const line = stdout.split('\n').find((one) => one.startsWith('Modrinth')) ?? ''
  const moment = (minutes: number) => `${ago(minutes).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  expect(line.split(/ {2,}/)).toEqual([
    'Modrinth',
    'mod-stats',
    moment(20),
    `Blocked, ${moment(10)}`,
    'Blocked: a challenge page answered',
  ])
})

describe('the limits of upstreams', () => {
  const userAgent = 'almanac/0.1 (test)'
  const signal = new AbortController().signal
  let simulator: Simulator
  let store: () => Promise<void>
  let modrinth: ReturnType<typeof createModrinth>
  beforeAll(async () => {
    // What other files heard in this process is not told here.
    for (const { client, quota } of heardBudgets()) addBudget({ client, quota, heard: () => undefined })
    // Its limits stand still, so that nothing refills while the test looks.
    simulator = await startSimulator({ now: () => now })
    store = createBudgetStore(api.database.db)
    modrinth = createModrinth({ baseUrl: `${simulator.url}/modrinth/v2`, userAgent })
    const github = createGitHub({ baseUrl: `${simulator.url}/github`, userAgent })
    const fearGreed = createFearGreed({ baseUrl: `${simulator.url}/fear-greed`, userAgent })
    await Promise.all([
      modrinth.projects(['createnuclear'], signal),
      github.search('topic:astronomy', 1, signal),
      fearGreed.days(1, signal),
    ])
    await store()
  })
  afterAll(async () => {
    await api.database.db.execute(sql`delete from upstream_budgets`)
    await simulator.close()
  })

  /** What a service itself says to the next request. */
  const saidNext = async (path: string) => {
    const { headers } = await fetch(`${simulator.url}${path}`, { headers: { 'user-agent': userAgent } })
    return [headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')].map(Number)
  }
  const budgetsOf = async (name: string) => (await upstreams()).get(name)?.budgets ?? []

  it('are those of their own headers', async () => {
    const [told] = await budgetsOf('Modrinth')
    const [limit = 0, remaining = 0] = await saidNext('/modrinth/v2/projects?ids=[]')
    expect(told).toMatchObject({ client: 'modrinth', quota: null, limit, remaining: remaining + 1 })
    expect(Date.parse(told?.resets_at ?? '')).toBeGreaterThan(Date.parse(told?.observed_at ?? ''))
  })

  it('stand each under its name if there are several', async () => {
    const [limit = 0, remaining = 0] = await saidNext('/github/search/repositories?q=topic:astronomy')
    expect(await budgetsOf('GitHub')).toEqual([
      expect.objectContaining({ quota: 'search', limit, remaining: remaining + 1 }),
    ])
  })

  it('are none of a service that tells none, and unknown before it is asked', async () => {
    expect(await budgetsOf('Fear & Greed')).toMatchObject([{ limit: null, remaining: null, resets_at: null }])
    expect(await budgetsOf('ASCL')).toEqual([])
  })

  it('are printed by the command, with the last refusal', async () => {
    const later = new Date(now + 60 * MINUTES)
    const at = ago(1)
    await storeBudgets(api.database.db, [
      { client: 'coingecko', quota: '', at, budget: { limit: 30, remaining: 7, resetsAt: later } },
      { client: 'binance', quota: '', at, closed: { at, until: later, status: 429 } },
    ])
    const { stdout } = await command(['upstreams'], { DATABASE_URL: api.proxy.url })
    await api.database.db.execute(sql`delete from upstream_budgets where client in ('coingecko', 'binance')`)
    expect(stdout).toMatch(/^CoinGecko .* 7 of 30$/m)
    expect(stdout).toMatch(/^Binance .* 429, .* UTC, no request until .* UTC$/m)
  })

  it('name the refusal, and until when nothing is asked', async () => {
    simulator.faults.set('modrinth', { kind: 'rate-limited', shape: 'modrinth', seconds: 30, times: 1 })
    await expect(modrinth.projects(['createnuclear'], signal)).rejects.toMatchObject({ type: 'RateLimited' })
    await store()
    const [told] = await budgetsOf('Modrinth')
    expect(told).toMatchObject({ remaining: 0, blocked_status: 429 })
    const [at, until] = [told?.blocked_at, told?.blocked_until].map((time) => Date.parse(time ?? ''))
    expect((until ?? 0) - (at ?? 0)).toBe(30_000)
  })

  it('are kept through a restart, and written only if something else is said', async () => {
    const before = await budgetsOf('Modrinth')
    await createBudgetStore(api.database.db)()
    expect(await budgetsOf('Modrinth')).toEqual(before)
    const { rows } = await api.database.db.execute(
      sql`select xmin, * from upstream_budgets order by client, quota`,
    )
    await store()
    const again = await api.database.db.execute(
      sql`select xmin, * from upstream_budgets order by client, quota`,
    )
    expect(again.rows).toEqual(rows)
  })

  it('keep the last refusal when a later answer tells none, and have none before the first', async () => {
    const { db } = api.database
    const stored = async () =>
      (
        await db.execute(sql`
          select client, blocked_at, blocked_status from upstream_budgets where client in ('blocked', 'never') order by client`)
      ).rows
    const until = new Date(now + MINUTES)
    await storeBudgets(db, [
      { client: 'blocked', quota: '', at: ago(2), closed: { at: ago(2), until, status: 429 } },
      { client: 'never', quota: '', at: ago(2) },
    ])
    const before = await stored()
    expect(before).toMatchObject([{ blocked_status: 429 }, { blocked_at: null, blocked_status: null }])
    await storeBudgets(db, [{ client: 'blocked', quota: '', at: ago(1) }])
    expect(await stored()).toEqual(before)
    await db.execute(sql`delete from upstream_budgets where client in ('blocked', 'never')`)
  })

  it('are not dated later than the clock of the database, if that of this machine is ahead', async () => {
    const { db } = api.database
    const at = new Date(Date.now() + 2 * 60_000)
    const until = new Date(at.getTime() + 60_000)
    await storeBudgets(db, [{ client: 'ahead', quota: '', at, closed: { at, until, status: 429 } }])
    const { rows } = await db.execute(
      sql`select greatest(observed_at, blocked_at) > clock_timestamp() as is_ahead from upstream_budgets where client = 'ahead'`,
    )
    expect(rows).toEqual([{ is_ahead: false }])
    await db.execute(sql`delete from upstream_budgets where client = 'ahead'`)
  })
})
