/** Upstreams over HTTP: what the records of runs tell of each, how it answers, and what each says of its limits. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PipelineList } from '../../../api/pipelines/list.ts'
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { allCalls } from '../../../db/queries/upstream-calls.ts'
import { storeHeard } from '../../../db/queries/upstreams-heard.ts'
import { startSimulator, type Simulator } from '../../../simulator/server.ts'
import { addBudget, heardBudgets } from '../../../upstreams/budgets.ts'
import { countCall } from '../../../upstreams/calls.ts'
import { createFearGreed } from '../../../upstreams/fear-greed.ts'
import { createGitHub } from '../../../upstreams/github/github.ts'
import { createModrinth } from '../../../upstreams/modrinth.ts'
import { createHeardStore } from '../../../worker/upstreams-heard.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { command } from '../../support/command.ts'

const MINUTES = 60_000
const now = Date.now()
const ago = (minutes: number) => new Date(now - minutes * MINUTES)

let api: DatabaseApi
beforeAll(async () => {
  // What other files heard in this process is not told here.
  for (const { client, quota } of heardBudgets()) addBudget({ client, quota, heard: () => undefined })
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
  const runs: { at: number; counts: object; trigger?: string }[] = [
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
    // It answered, and nothing of it could be kept; read again, nobody was asked.
    { at: 15, counts: { modrinth: counts('failed', 9, [failed]) } },
    { at: 5, counts: { modrinth: counts('complete', 9) }, trigger: 'replay' },
  ]
  for (const [n, run] of runs.entries())
    await api.database.db.execute(sql`
      insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, counts)
      values (${`r${n}`}, ${`w${n}`}, 'mod-stats', ${run.trigger ?? 'manual'}, ${ago(run.at + 1).toISOString()}, ${ago(run.at).toISOString()},
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

const NOT_ASKED = {
  calls: 0,
  failed: 0,
  retries: 0,
  half_within_seconds: null,
  most_within_seconds: null,
  statuses: [],
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
    asked: NOT_ASKED,
    fields: [],
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

describe('the calls of upstreams', () => {
  const call = (status: string, withinS: number, calls: number, retries = 0) => ({
    client: 'binance',
    quota: '',
    status,
    withinS,
    calls,
    retries,
    seconds: calls * 0.1,
  })
  afterAll(async () => {
    await api.database.db.execute(sql`delete from upstream_calls`)
    await api.database.db.execute(sql`delete from upstream_call_hours`)
  })

  it('are those of the last 24 hours, whichever process stored them', async () => {
    const { db } = api.database
    await storeHeard(db, { calls: [call('200', 0.2, 50), call('timeout', 30, 1, 1)] })
    await db.execute(sql`update upstream_call_hours set hour = hour - interval '23 hours'`)
    await storeHeard(db, { calls: [call('200', 0.2, 40), call('200', Infinity, 9)] })
    const asked = {
      calls: 100,
      failed: 1,
      retries: 1,
      half_within_seconds: 0.2,
      most_within_seconds: null,
      statuses: [
        { status: '200', calls: 99 },
        { status: 'timeout', calls: 1 },
      ],
    }
    expect((await upstreams()).get('Binance')?.asked).toEqual(asked)
    const { stdout } = await command(['upstreams'], { DATABASE_URL: api.proxy.url })
    expect(stdout).toMatch(/^Binance .* 100, 1 failed \(200: 99, timeout: 1\) +0.2 s; 95%: minutes$/m)
    await db.execute(sql`update upstream_call_hours set hour = hour - interval '24 hours'`)
    expect((await upstreams()).get('Binance')?.asked).toEqual(NOT_ASKED)
    const all = await allCalls(db)
    expect(all.map(({ status, withinS, calls }) => [status, withinS, calls])).toEqual([
      ['200', 0.2, 90],
      ['200', Infinity, 9],
      ['timeout', 30, 1],
    ])
  })

  it('wait in the process while the database refuses them, and are added when it takes them', async () => {
    const { db } = api.database
    const before = (await allCalls(db)).length
    countCall({ client: 'waits', quota: '', status: '200', ms: 3 })
    const store = createHeardStore(db)
    await db.execute(sql`alter table upstream_calls rename to upstream_calls_away`)
    await expect(store()).rejects.toThrow()
    await db.execute(sql`alter table upstream_calls_away rename to upstream_calls`)
    countCall({ client: 'waits', quota: '', status: '200', ms: 4 })
    await store()
    const stored = await allCalls(db)
    expect(stored.length).toBeGreaterThan(before)
    expect(stored.filter(({ client }) => client === 'waits')).toMatchObject([{ withinS: 0.02, calls: 2 }])
  })
})

describe('fields that are other than known', () => {
  const field = (drift: 'missing' | 'unknown', name: string) => ({
    client: 'binance',
    object: 'ticker',
    field: name,
    drift,
    answers: 1,
  })
  afterAll(async () => {
    await api.database.db.execute(sql`delete from upstream_fields`)
  })

  it('are told by name for two days, those that vanished first', async () => {
    const { db } = api.database
    await storeHeard(db, { fields: [field('unknown', 'a'), field('missing', 'price')] })
    await storeHeard(db, { fields: [field('unknown', 'a')] })
    const told = async () =>
      (await upstreams())
        .get('Binance')
        ?.fields.map(({ object, field: name, drift, answers }) => [drift, `${object}.${name}`, answers])
    expect(await told()).toEqual([
      ['missing', 'ticker.price', 1],
      ['unknown', 'ticker.a', 2],
    ])
    const { stdout } = await command(['upstreams'], { DATABASE_URL: api.proxy.url })
    expect(stdout).toMatch(/^Binance .* missing: ticker\.price; unknown: ticker\.a$/m)
    await db.execute(sql`update upstream_fields set last_seen_at = last_seen_at - interval '49 hours',
      since_at = since_at - interval '100 hours'`)
    expect(await told()).toEqual([])
    await storeHeard(db, { fields: [field('missing', 'price')] })
    const [again] = (await upstreams()).get('Binance')?.fields ?? []
    expect(again?.since).toBe(again?.last_seen_at)
  })
})

describe('the limits of upstreams', () => {
  const userAgent = 'almanac/0.1 (test)'
  const signal = new AbortController().signal
  let simulator: Simulator
  let store: () => Promise<void>
  let modrinth: ReturnType<typeof createModrinth>
  beforeAll(async () => {
    // Its limits stand still, so that nothing refills while the test looks.
    simulator = await startSimulator({ now: () => now })
    store = createHeardStore(api.database.db)
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
    await storeHeard(api.database.db, {
      budgets: [
        { client: 'coingecko', quota: '', at, budget: { limit: 30, remaining: 7, resetsAt: later } },
        { client: 'binance', quota: '', at, closed: { at, until: later, status: 429 } },
      ],
    })
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

  it('stand beside a field that the service renamed: the old name is missing, the new one unknown', async () => {
    const fault = { kind: 'rename-field', from: 'downloads', to: 'download_count', times: 1 } as const
    simulator.faults.set('modrinth', fault)
    await createModrinth({ baseUrl: `${simulator.url}/modrinth/v2`, userAgent }).projects(
      ['createnuclear'],
      signal,
    )
    await store()
    const told = (await upstreams()).get('Modrinth')?.fields
    await api.database.db.execute(sql`delete from upstream_fields`)
    expect(told?.map(({ drift, object, field }) => `${drift} ${object}.${field}`)).toEqual([
      'missing project.downloads',
      'unknown project.download_count',
    ])
  })

  it('are kept through a restart, and written only if something else is said', async () => {
    const before = await budgetsOf('Modrinth')
    await createHeardStore(api.database.db)()
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
    await storeHeard(db, {
      budgets: [
        { client: 'blocked', quota: '', at: ago(2), closed: { at: ago(2), until, status: 429 } },
        { client: 'never', quota: '', at: ago(2) },
      ],
    })
    const before = await stored()
    expect(before).toMatchObject([{ blocked_status: 429 }, { blocked_at: null, blocked_status: null }])
    await storeHeard(db, { budgets: [{ client: 'blocked', quota: '', at: ago(1) }] })
    expect(await stored()).toEqual(before)
    await db.execute(sql`delete from upstream_budgets where client in ('blocked', 'never')`)
  })

  it('are not dated later than the clock of the database, if that of this machine is ahead', async () => {
    const { db } = api.database
    const at = new Date(Date.now() + 2 * 60_000)
    const until = new Date(at.getTime() + 60_000)
    await storeHeard(db, {
      budgets: [{ client: 'ahead', quota: '', at, closed: { at, until, status: 429 } }],
    })
    const { rows } = await db.execute(
      sql`select greatest(observed_at, blocked_at) > clock_timestamp() as is_ahead from upstream_budgets where client = 'ahead'`,
    )
    expect(rows).toEqual([{ is_ahead: false }])
    await db.execute(sql`delete from upstream_budgets where client = 'ahead'`)
  })
})
