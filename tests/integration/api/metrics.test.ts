/** `/metrics`, `/healthz` and `/readyz` over a real stack: each figure as the database, the servers and the disk have it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { tellMade } from '../../../backup/known.ts'
import { createTokens } from '../../../api/access/tokens.ts'
import { assembleApi, startApi } from '../../../api/server.ts'
import { storeHeard } from '../../../db/queries/upstreams-heard.ts'
import { spoolFolder } from '../../../db/spool/spool.ts'
import { writeState, readState } from '../../../watch/state.ts'
import { reason } from '../../../wording/reason.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { hasPromtool } from '../../support/promtool.ts'

const OURS = 'mod-stats'
/** Some of all pipelines together, and five for each with one for each of its sources. */
const STATEMENTS = 40
const BACKUP = new Date('2026-11-29T03:30:00Z')

let api: TestApi
/** Of an API that was not asked before. */
let text: string
beforeAll(async () => {
  api = await startTestApi({
    sections: { alerts: { channels: [{ name: 'team', webhook: 'http://127.0.0.1:9/' }] } },
  })
  await fill()
  const response = await fetch(`${api.server.address}/metrics`)
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  text = await response.text()
})
afterAll(async () => {
  await api.stop()
})

/** Runs of two days, a budget, a dead letter, a backup and an alert. */
async function fill(): Promise<void> {
  const { database, config } = api.stack
  const counts = (outcome: string, fetched: number) => ({
    outcome,
    fetched,
    written: fetched - 1,
    rejected: 1,
    why: [],
  })
  const outcomes = ['complete', 'complete', 'partial', 'failed', 'skipped', 'complete']
  for (const [n, outcome] of outcomes.entries())
    await database.db.execute(sql`
      insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, counts)
      select ${`r${n}`}, ${`w${n}`}, ${OURS}, 'schedule', at, at + ${n + 1} * interval '10 seconds', ${outcome},
        ${JSON.stringify({ modrinth: counts('complete', 5 + n), curseforge: counts('failed', 1) })}::json
      from (select now() - ${60 - n} * interval '1 minute' as at) started`)
  await database.db.execute(sql`
    insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at) values ('open', 'open', ${OURS}, 'manual', now())`)
  await database.db.execute(sql`
    insert into pipeline_run_hours (pipeline, hour, runs, fetched, written, rejected)
    values (${OURS}, '2026-01-01T00:00:00Z', 60, 1, 1, 0), (${OURS}, '2026-01-01T01:00:00Z', 59, 1, 1, 0)`)
  const at = new Date()
  const later = new Date(at.getTime() + 600_000)
  await storeHeard(database.db, {
    budgets: [
      { client: 'modrinth', quota: '', at, budget: { limit: 300, remaining: 17, resetsAt: later } },
      {
        client: 'old',
        quota: 'core',
        at,
        budget: { limit: 60, remaining: 3, resetsAt: new Date(at.getTime() - 1_000) },
      },
      { client: 'curseforge', quota: '', at, closed: { at, until: later, status: 429 } },
    ],
  })
  const call = { client: 'modrinth', quota: '', retries: 0 }
  for (const calls of [3, 4])
    await storeHeard(database.db, {
      calls: [
        { ...call, status: '200', withinS: 0.5, calls, seconds: 0.25 },
        { ...call, status: '503', withinS: Infinity, calls: 1, retries: 1, seconds: 400 },
      ],
    })
  await storeHeard(database.db, {
    fields: [{ client: 'modrinth', object: 'project', field: 'new', drift: 'unknown', answers: 3 }],
  })
  const damaged = join(spoolFolder(config.dataDir), 'damaged')
  mkdirSync(damaged, { recursive: true })
  writeFileSync(join(damaged, '2026-11-01.segment'), 'no segment')
  tellMade(config.dataDir, { file: 'a', madeAt: BACKUP })
  const standing = {
    finding: { key: 'disk-low /', kind: 'disk-low' as const, pipeline: null, what: reason('alert-test') },
    firstSeenAt: 1,
    since: 1,
    lastSeenAt: 1,
    clearSince: null,
    heldSince: 1,
    toldAt: null,
    reminders: 0,
    remindAt: null,
    toldSize: null,
  }
  const over = { ...standing, finding: { ...standing.finding, key: 'disk-low /b' }, clearSince: 2 }
  writeState(config.stateDir, {
    ...readState(config.stateDir, 0),
    lookedAt: BACKUP.getTime(),
    alerts: { 'disk-low /': standing, 'disk-low /b': over },
  })
}

/** Value of a series as its line has it; undefined if there is no such line. */
function valueIn(answer: string, series: string): number | undefined {
  const line = answer.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
const value = (series: string) => valueIn(text, series)

it('counts runs as SQL does, with those whose records were summed', async () => {
  const rows = await api.stack.database.select<{ outcome: string; runs: number }>(sql`
    select outcome, (count(*) + case when outcome = 'complete' then (select sum(runs) from pipeline_run_hours) else 0 end)::int as runs
    from pipeline_runs where finished_at is not null group by outcome`)
  expect(rows.find(({ outcome }) => outcome === 'complete')?.runs).toBe(122)
  for (const { outcome, runs } of rows)
    expect([outcome, value(`almanac_runs_total{pipeline="${OURS}",outcome="${outcome}"}`)]).toEqual([
      outcome,
      runs,
    ])
  expect(text.match(/^almanac_runs_total\{/gm)).toHaveLength(rows.length)
  expect(value(`almanac_run_open{pipeline="${OURS}"}`)).toBe(1)
})

it('tells the newest run with its sources, and how long runs usually take', async () => {
  const [last] = await api.stack.database.select<{ took: number; ended: number }>(sql`
    select extract(epoch from finished_at - started_at)::float8 as took, extract(epoch from finished_at)::float8 as ended
    from pipeline_runs where run_id = 'r5'`)
  expect(value(`almanac_run_last_duration_seconds{pipeline="${OURS}"}`)).toBeCloseTo(last?.took ?? 0, 2)
  expect(value(`almanac_run_last_end_timestamp_seconds{pipeline="${OURS}"}`)).toBeCloseTo(last?.ended ?? 0, 2)
  const outcomes = ['complete', 'failed'].map((outcome) =>
    value(`almanac_run_last_outcome{pipeline="${OURS}",outcome="${outcome}"}`),
  )
  expect(outcomes).toEqual([1, 0])
  const rows = ['fetched', 'written', 'rejected'].map((kind) =>
    value(`almanac_source_last_rows{pipeline="${OURS}",source="modrinth",kind="${kind}"}`),
  )
  expect(rows).toEqual([10, 9, 1])
  expect(value(`almanac_source_last_outcome{pipeline="${OURS}",source="curseforge",outcome="failed"}`)).toBe(
    1,
  )
  const [usual] = await api.stack.database.select<{ most: number; middle: number }>(sql`
    select percentile_disc(0.95) within group (order by took)::float8 as most,
      percentile_disc(0.5) within group (order by took)::float8 as middle
    from (select extract(epoch from finished_at - started_at) as took from pipeline_runs
      where pipeline = ${OURS} and outcome in ('complete', 'partial')) lengths`)
  expect(value(`almanac_run_usual_duration_seconds{pipeline="${OURS}",percentile="95"}`)).toBeCloseTo(
    usual?.most ?? 0,
    2,
  )
  expect(value(`almanac_run_usual_duration_seconds{pipeline="${OURS}",percentile="50"}`)).toBeCloseTo(
    usual?.middle ?? 0,
    2,
  )
})

it('tells how old data may be, and no age of a source without data', () => {
  const allowed = 2 * api.stack.config.env.COLLECTION_INTERVAL + 3600
  expect(value(`almanac_data_age_allowed_seconds{pipeline="${OURS}",source="modrinth"}`)).toBe(allowed)
  expect(value(`almanac_data_age_seconds{pipeline="${OURS}",source="modrinth"}`)).toBeUndefined()
})

it('tells what is left of limits in windows that go on, and who is blocked', () => {
  expect(value('almanac_upstream_budget_remaining{client="modrinth",quota=""}')).toBe(17)
  expect(value('almanac_upstream_budget_remaining{client="old",quota="core"}')).toBeUndefined()
  expect(value('almanac_upstream_budget_limit{client="old",quota="core"}')).toBe(60)
  expect(value('almanac_upstream_blocked{client="curseforge",quota=""}')).toBe(1)
  expect(value('almanac_upstream_blocked{client="modrinth",quota=""}')).toBe(0)
  expect(
    value('almanac_upstream_last_block_timestamp_seconds{client="curseforge",quota="",status="429"}'),
  ).toBeGreaterThan(0)
})

it('counts calls by status, retries, and how long calls took', () => {
  const of = 'client="modrinth",quota=""'
  expect(value(`almanac_upstream_calls_total{${of},status="200"}`)).toBe(7)
  expect(value(`almanac_upstream_calls_total{${of},status="503"}`)).toBe(2)
  expect(value(`almanac_upstream_retries_total{${of}}`)).toBe(2)
  expect(text).toContain('# TYPE almanac_upstream_call_duration_seconds histogram')
  const bucket = (le: string) => value(`almanac_upstream_call_duration_seconds_bucket{${of},le="${le}"}`)
  expect(['0.2', '0.5', '300', '+Inf'].map(bucket)).toEqual([0, 7, 7, 9])
  expect(value(`almanac_upstream_call_duration_seconds_sum{${of}}`)).toBe(800.5)
  expect(value(`almanac_upstream_call_duration_seconds_count{${of}}`)).toBe(9)
})

it('counts answers with a field that is other than known', () => {
  const labels = 'client="modrinth",object="project",field="new",drift="unknown"'
  expect(value(`almanac_upstream_fields_total{${labels}}`)).toBe(3)
})

it('tells of servers, spool, disks, backup and alerts', async () => {
  const [size] = await api.stack.database.select<{ applied: number }>(sql`
    select count(*)::int as applied from drizzle.__drizzle_migrations`)
  expect(value('almanac_migrations_applied')).toBe(size?.applied)
  expect(value('almanac_migrations_known')).toBe(size?.applied)
  expect(value('almanac_database_size_bytes')).toBeGreaterThan(1_000_000)
  expect(value('almanac_up{server="database"}')).toBe(1)
  expect(value('almanac_up{server="temporal"}')).toBe(1)
  expect(value('almanac_workers')).toBe(0)
  expect(value(`almanac_schedule_active{pipeline="${OURS}"}`)).toBe(1)
  expect(value(`almanac_steps_retrying{pipeline="${OURS}"}`)).toBe(0)
  expect(value('almanac_spool_segments')).toBe(0)
  expect(value('almanac_spool_size_bytes')).toBe('no segment'.length)
  expect(value('almanac_dead_letters')).toBe(1)
  expect(value('almanac_disk_free_bytes{disk="backups"}')).toBeGreaterThan(0)
  expect(value('almanac_backup_last_timestamp_seconds')).toBe(BACKUP.getTime() / 1000)
  expect(value('almanac_alerts{kind="disk-low",severity="critical"}')).toBe(1)
  expect(value('almanac_alerts{kind="run-late",severity="critical"}')).toBe(0)
  expect(value('almanac_alert_messages_waiting{channel="team"}')).toBe(0)
  expect(value('almanac_watch_last_look_timestamp_seconds')).toBe(BACKUP.getTime() / 1000)
})

it('costs a bounded number of statements, and none for some seconds: whoever asks meanwhile gets the same text', async () => {
  const server = await startApi(api.stack.config, { port: 0 }, { error: () => undefined })
  const statements = vi.spyOn(pg.Client.prototype, 'query')
  const ask = async () => (await fetch(`${server.address}/metrics`)).text()
  try {
    const first = await ask()
    const asked = statements.mock.calls.length
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(STATEMENTS)
    expect(await ask()).toBe(first)
    expect(statements.mock.calls.length).toBe(asked)
  } finally {
    statements.mockRestore()
    await server.close()
  }
})

it('is answered while the database hangs, which then counts as away', async () => {
  const { config, database } = api.stack
  const proxy = await startDatabaseProxy(database.url)
  const env = { ...config.env, DATABASE_URL: proxy.url }
  const server = await startApi({ ...config, env }, { port: 0 }, { error: () => undefined })
  proxy.fallSilent()
  const [metrics, ready] = await Promise.all(
    ['/metrics', '/readyz'].map((path) => fetch(server.address + path)),
  )
  const hung = (await metrics?.text()) ?? ''
  await proxy.goOffline()
  await server.close()
  expect(valueIn(hung, 'almanac_up{server="database"}')).toBe(0)
  expect(valueIn(hung, 'almanac_up{server="temporal"}')).toBe(1)
  expect(ready?.status).toBe(503)
})

it.skipIf(!hasPromtool)('promtool accepts it', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text })
  expect([status, `${String(stdout)}${String(stderr)}`]).toEqual([0, ''])
})

it('tells what is left if both servers are away, and is then not ready', async () => {
  const { config } = api.stack
  // Nothing listens at the discard port.
  const env = {
    ...config.env,
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
  }
  const server = await startApi({ ...config, env }, { port: 0 }, { error: () => undefined })
  const answers = await Promise.all(
    ['/metrics', '/healthz', '/readyz'].map((path) => fetch(server.address + path)),
  )
  const [metrics = '', , ready = ''] = await Promise.all(answers.map((answer) => answer.text()))
  await server.close()
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 503])
  expect(valueIn(metrics, 'almanac_up{server="database"}')).toBe(0)
  expect(valueIn(metrics, 'almanac_up{server="temporal"}')).toBe(0)
  expect(valueIn(metrics, 'almanac_dead_letters')).toBe(1)
  expect(metrics).not.toMatch(/almanac_runs_total|almanac_workers/)
  expect(JSON.parse(ready)).toMatchObject({ status: 503, detail: 'Away: database, temporal.' })
})

it('is ready while both servers answer', async () => {
  expect(await api.get('/readyz')).toEqual({ status: 200, body: { ok: true } })
  expect(await api.get('/healthz')).toEqual({ status: 200, body: { ok: true } })
})

it('asks for a token where there are any; whether it lives and is ready it tells everybody', async () => {
  const tokens = createTokens({ operator: 'token-of-the-operator', reader: 'token-of-the-reader' })
  const assembled = await assembleApi(api.stack.config, tokens, { error: () => undefined })
  const status = async (url: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return (await assembled.api.inject({ url, headers })).statusCode
  }
  const found = [
    await status('/metrics'),
    await status('/metrics', 'token-of-the-reader'),
    await status('/healthz'),
    await status('/readyz'),
  ]
  await assembled.close()
  expect(found).toEqual([401, 200, 200, 200])
})
