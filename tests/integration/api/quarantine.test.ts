/** Rejected rows over HTTP: looking at them, removing them, and reading stored responses again. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { plantRejectedDays } from '../../support/crypto-forecast/rejected-days.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { command } from '../../support/command.ts'
import { until } from '../../support/until.ts'

interface Replay {
  state: string
  write: boolean
  sources: { source: string; mended: number; tables: object[] }[]
  run_ids: string[]
  left: string[]
}

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
})
afterAll(() => api.stop())
beforeEach(async () => {
  await api.database.db.execute(
    sql`truncate fear_greed_index, pipeline_runs, raw_payloads, quarantine restart identity`,
  )
  await plantRejectedDays(api.database.db)
})

async function ask(path: string, body?: object, headers: Record<string, string> = {}) {
  const init = body && { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(`${api.address}${path}`, {
    ...init,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
  })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, body: await response.json() }
}

const rejectedIds = async () =>
  (await api.database.select<{ id: string }>(sql`select id from quarantine order by id`)).map(({ id }) =>
    Number(id),
  )
const storedDays = async () =>
  (await api.database.select<{ value: number }>(sql`select value from fear_greed_index order by date`)).map(
    ({ value }) => value,
  )

/** The replay that was asked for, once it has ended. */
async function ended(): Promise<Replay> {
  return until(async () => {
    const { replay } = (await ask('/api/quarantine/replay')).body as { replay: Replay | null }
    return replay !== null && replay.state !== 'running' ? replay : undefined
  })
}

describe('rejected rows', () => {
  it('are counted by source and kind of reason, and shown one by one with their run and responses', async () => {
    expect((await ask('/api/quarantine')).body).toMatchObject({
      groups: [{ source: 'fear-greed', kind: 'value: expected string', rows: 2, newest_id: 2 }],
      more: null,
      sources: ['fear-greed'],
    })
    expect((await ask('/api/quarantine/rows/1')).body).toMatchObject({
      id: 1,
      row: { value: '31' },
      run_id: 'collected',
      pipeline: 'crypto-forecast',
      kind: 'value: expected string',
      rows_of_kind: 2,
      urls: ['https://api.alternative.me/fng/?limit=0'],
    })
    const missing = await ask('/api/quarantine/rows/99', undefined, {
      'accept-language': 'fr',
    })
    expect(missing).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8' })
    expect((missing.body as { detail: string }).detail).toMatch(/^Il n’y a pas de ligne rejetée «\s99\s»/)
  })

  it('with thousands of long reasons are listed by what their reasons have in common, a page at a time, and whole one by one', async () => {
    const long = 'x'.repeat(7_000)
    await api.database.db.execute(sql`
      insert into quarantine (source, reason, "row", row_hash, observed_at, run_id)
      select 'modrinth', 'files.' || n || '.name: "' || n || '" is none of ' || ${long}, '{}'::jsonb, 'a' || n, now(), 'many'
        from generate_series(1, 3000) n
      union all select 'modrinth', 'kind ' || repeat(chr(97 + n % 26), 1 + n / 26) || ' ' || ${long}, '{}'::jsonb, 'b' || n, now(), 'many'
        from generate_series(0, 99) n`)
    const page = async (query: string) => {
      const { status, body } = await ask(`/api/quarantine${query}`)
      expect(status).toBe(200)
      expect(JSON.stringify(body).length).toBeLessThan(50_000)
      return body as {
        groups: { kind: string; rows: number; examples: { id: number; reason: string }[] }[]
        more: { groups: number; rows: number; before: number } | null
      }
    }
    const first = await page('')
    expect(first.groups).toHaveLength(20)
    expect(first.more).toMatchObject({ groups: 82, rows: 80 + 3_000 + 2 })
    const second = await page(`?limit=80&before=${first.more?.before ?? 0}`)
    expect(second.more).toMatchObject({ groups: 2, rows: 3_002 })
    const last = await page(`?before=${second.more?.before ?? 0}`)
    expect(last).toMatchObject({ groups: [{ rows: 3_000 }, { rows: 2 }], more: null })
    const [numbers] = last.groups
    expect(numbers?.kind).toMatch(/^files\.#\.name: "…" is none of x+$/)
    expect(numbers?.examples.map(({ reason }) => reason.slice(0, 12))).toEqual([
      'files.3000.n',
      'files.2999.n',
      'files.2998.n',
    ])
    const [{ id } = { id: 0 }] = numbers?.examples ?? []
    const { body: row } = await ask(`/api/quarantine/rows/${id}`)
    expect(row).toMatchObject({ rows_of_kind: 3_000, kind: numbers?.kind })
    expect((row as { reason: string }).reason).toContain(long)
    expect(await ask('/api/quarantine/drop', { source: 'modrinth', kind: numbers?.kind })).toMatchObject({
      body: { dropped: 3_000 },
    })

    const env = { DATABASE_URL: api.config.env.DATABASE_URL ?? '', DATA_DIR: api.config.dataDir }
    const listed = await command(['quarantine', 'list'], env)
    expect(listed.stdout.length).toBeLessThan(8_000)
    const [, before = ''] =
      /left out: 81 older groups with 82 rows; ".* quarantine list --before (\d+)" goes on/.exec(
        listed.stdout,
      ) ?? []
    const rest = await command(['quarantine', 'list', '--before', before, '--limit', '100', '--json'], env)
    expect(JSON.parse(rest.stdout)).toMatchObject({ more: null, deadLetters: 0 })
    expect((JSON.parse(rest.stdout) as { rejected: object[] }).rejected).toHaveLength(81)
  })

  it('are removed by number, or by source and kind of reason, but not by another site or without a choice', async () => {
    const drop = '/api/quarantine/drop'
    const elsewhere = { origin: 'https://example.org' }
    expect(await ask(drop, { ids: [1] }, elsewhere)).toMatchObject({ status: 403 })
    expect(await ask('/api/quarantine/replay', {}, elsewhere)).toMatchObject({ status: 403 })
    expect(await ask(drop, { ids: [1] }, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    for (const unclear of [{}, { ids: [1], source: 'fear-greed' }, { kind: 'x' }])
      expect(await ask(drop, unclear)).toMatchObject({ status: 400 })
    expect(await rejectedIds()).toEqual([1, 2])
    for (const wrong of [{ ids: [true] }, { ids: ['1'] }, { source: 'a\0b' }])
      expect(await ask(drop, wrong)).toMatchObject({ status: 400 })
    expect(await ask(drop, { source: 'fear-greed', kind: 'another' })).toMatchObject({
      body: { dropped: 0 },
    })
    expect(await ask(drop, { ids: [1, 99] })).toMatchObject({ status: 200, body: { dropped: 1 } })
    expect(await ask(drop, { source: 'fear-greed', kind: 'value: expected string' })).toMatchObject({
      body: { dropped: 1 },
    })
    expect(await rejectedIds()).toEqual([])
  })
})

describe('a replay', () => {
  it('says what would change, and writes it when it is asked to', async () => {
    expect(await ask('/api/quarantine/replay', { source: 'nobody' })).toMatchObject({ status: 400 })
    expect(await ask('/api/quarantine/replay', { since: 'soon' })).toMatchObject({ status: 400 })
    await ask('/api/quarantine/replay', { source: 'fear-greed' })
    const found = {
      source: 'fear-greed',
      mended: 2,
      tables: [{ table: 'fear_greed_index', rows: 2, added: 2, changed: 0 }],
    }
    expect(await ended()).toMatchObject({ state: 'done', write: false, sources: [found], run_ids: [] })
    expect([await storedDays(), await rejectedIds()]).toEqual([[], [1, 2]])

    await ask('/api/quarantine/replay', { source: 'fear-greed', write: true })
    const written = await ended()
    expect(written).toMatchObject({ state: 'done', write: true, sources: [found] })
    expect([await storedDays(), await rejectedIds()]).toEqual([[31, 32], []])
    expect(await api.database.select(sql`select run_id from pipeline_runs where trigger = 'replay'`)).toEqual(
      [{ run_id: written.run_ids[0] }],
    )
    // Temporal is away: the command that computes the rest is told.
    expect(written.left).toEqual([expect.stringContaining('run crypto-forecast --input derive=true')])
  })

  it('is refused while another one runs', async () => {
    await api.database.db.transaction(async (tx) => {
      // The first waits for its records.
      await tx.execute(sql`lock table pipeline_runs in access exclusive mode`)
      expect(await ask('/api/quarantine/replay', {})).toMatchObject({
        body: { replay: { state: 'running' } },
      })
      expect(await ask('/api/quarantine/replay', {})).toMatchObject({ status: 409 })
    })
    expect(await ended()).toMatchObject({ state: 'done' })
  })

  it('that loses its database says so', async () => {
    await api.database.db.transaction(async (tx) => {
      await tx.execute(sql`lock table pipeline_runs in access exclusive mode`)
      await ask('/api/quarantine/replay', { write: true })
      await api.proxy.goOffline()
    })
    const failed = await ended()
    await api.proxy.comeBack()
    expect(failed).toMatchObject({ state: 'failed', why: expect.stringContaining('database') as string })
    expect(await storedDays()).toEqual([])
  })
})
