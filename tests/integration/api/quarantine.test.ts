/** Rejected rows over HTTP: looking at them, removing them, and reading stored responses again. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { plantRejectedDays } from '../../support/crypto-forecast/rejected-days.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
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
  it('are counted by source and reason, and shown one by one with their run and responses', async () => {
    expect((await ask('/api/quarantine')).body).toMatchObject({
      groups: [{ source: 'fear-greed', reason: 'value: expected string', rows: 2, newest_id: 2 }],
      sources: ['fear-greed'],
    })
    expect((await ask('/api/quarantine/rows/1')).body).toMatchObject({
      id: 1,
      row: { value: '31' },
      run_id: 'collected',
      pipeline: 'crypto-forecast',
      urls: ['https://api.alternative.me/fng/?limit=0'],
    })
    const missing = await ask('/api/quarantine/rows/99', undefined, {
      'accept-language': 'fr',
    })
    expect(missing).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8' })
    expect((missing.body as { detail: string }).detail).toMatch(/^Il n’y a pas de ligne refusée «\s99\s»/)
  })

  it('are removed by number, or by source and reason, but not by another site or without a choice', async () => {
    const drop = '/api/quarantine/drop'
    const elsewhere = { origin: 'https://example.org' }
    expect(await ask(drop, { ids: [1] }, elsewhere)).toMatchObject({ status: 403 })
    expect(await ask('/api/quarantine/replay', {}, elsewhere)).toMatchObject({ status: 403 })
    expect(await ask(drop, { ids: [1] }, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    for (const unclear of [{}, { ids: [1], source: 'fear-greed' }, { reason: 'x' }])
      expect(await ask(drop, unclear)).toMatchObject({ status: 400 })
    expect(await rejectedIds()).toEqual([1, 2])
    for (const wrong of [{ ids: [true] }, { ids: ['1'] }, { source: 'a\0b' }])
      expect(await ask(drop, wrong)).toMatchObject({ status: 400 })
    expect(await ask(drop, { source: 'fear-greed', reason: 'another' })).toMatchObject({
      body: { dropped: 0 },
    })
    expect(await ask(drop, { ids: [1, 99] })).toMatchObject({ status: 200, body: { dropped: 1 } })
    expect(await ask(drop, { source: 'fear-greed', reason: 'value: expected string' })).toMatchObject({
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
