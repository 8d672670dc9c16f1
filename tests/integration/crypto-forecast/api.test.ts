/** The routes that clients of an older forecast service call: its fields, honest content, the right status codes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { sql } from 'drizzle-orm'
import { writeRows } from '../../../db/write-rows.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

const COINS = [
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH', symbol: 'ETHEUR' },
]

/** The forecasts of the newest hours: the newest is due tomorrow. */
const MADE = 103
/** Forecasts of a coin that were made elsewhere: enough to be judged. */
const IMPORTED = 170
const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS

function forecast(
  hoursAgo: number,
  own: Partial<WritableRows['predictions']> = {},
): WritableRows['predictions'] {
  const timestamp = new Date(thisHour - (hoursAgo + 1) * HOUR_MS)
  return {
    crypto: 'bitcoin',
    horizon: '24h',
    targetTime: new Date(timestamp.getTime() + 25 * HOUR_MS),
    modelVersion: 'ridge-1',
    timestamp,
    madeAt: new Date(timestamp.getTime() + HOUR_MS),
    predictedPrice: 110 - hoursAgo,
    lower: 100,
    upper: 120,
    lastPrice: 100,
    decision: 'BUY',
    modelMae: 2,
    naiveMae: 1,
    skill: -1,
    trainFrom: null,
    trainTo: null,
    ...own,
  }
}

function scoreOf({ crypto, horizon, targetTime, modelVersion }: WritableRows['predictions']) {
  const error = crypto === 'dogecoin' ? -(targetTime.getUTCHours() % 7) : -5
  const score = { actualPrice: 90, error, naiveError: 10, directionRight: false, withinInterval: null }
  return { crypto, horizon, targetTime, modelVersion, ...score }
}

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi({ 'crypto-forecast': { coins: COINS } })
  const predictions = [
    ...Array.from({ length: MADE }, (_, hoursAgo) => forecast(hoursAgo)),
    forecast(0, { horizon: '1h', targetTime: new Date(thisHour + HOUR_MS), predictedPrice: 101 }),
    forecast(30, { crypto: 'dogecoin' }),
    ...Array.from({ length: IMPORTED }, (_, at) =>
      forecast(31 + at, { crypto: 'dogecoin', modelVersion: 'imported/ridge-1', predictedPrice: 105 }),
    ),
  ]
  const scored = predictions.filter(({ targetTime }) => targetTime.getTime() <= thisHour)
  const retryBudget = { ms: 0, signal: new AbortController().signal }
  await writeRows(
    api.database.db,
    { predictions, prediction_scores: scored.map(scoreOf) },
    { observedAt: new Date(), runId: 'run-1', retryBudget },
  )
})
afterAll(() => api.stop())

const get = (path: string) => fetch(`${api.address}${path}`)
const post = (body: string, type = 'application/json') =>
  fetch(`${api.address}/predict`, { method: 'POST', body, headers: { 'content-type': type } })
const predict = (body: object) => post(JSON.stringify(body))
const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail

describe('POST /predict', () => {
  it('returns the newest forecast for a day, with how sure and how old it is', async () => {
    const response = await predict({ crypto: 'bitcoin' })
    expect(response.status).toBe(200)
    const told = (await response.json()) as { age_seconds: number }
    expect(told).toEqual({
      crypto: 'bitcoin',
      prediction: 110,
      decision: 'BUY',
      model_mae: 2,
      naive_mae: 1,
      last_price: 100,
      lower: 100,
      upper: 120,
      currency: 'USD',
      horizon: '24h',
      target_time: new Date(thisHour + 24 * HOUR_MS).toISOString(),
      model_version: 'ridge-1',
      made_at: new Date(thisHour).toISOString(),
      is_due: false,
      age_seconds: told.age_seconds,
    })
    const ageMs = told.age_seconds * 1000
    expect(Math.abs(Date.now() - thisHour - ageMs)).toBeLessThan(MINUTE_MS)
  })

  it('takes the code of a coin, and the other horizon', async () => {
    const told: unknown = await (await predict({ crypto: 'BTC', horizon: '1h' })).json()
    expect(told).toMatchObject({ crypto: 'bitcoin', prediction: 101, horizon: '1h' })
  })

  it('says of a coin that is no longer tracked that the time of its forecast has come', async () => {
    const told: unknown = await (await predict({ crypto: 'dogecoin' })).json()
    expect(told).toMatchObject({ crypto: 'dogecoin', prediction: 80, currency: null, is_due: true })
  })

  it('refuses an unknown coin and lists the known ones', async () => {
    const response = await predict({ crypto: 'bitcoins' })
    expect(response.status).toBe(404)
    expect(await detailOf(response)).toBe(
      'There is no coin "bitcoins"; there are: bitcoin (BTC), ethereum (ETH), dogecoin.',
    )
  })

  it('says that a tracked coin has no forecast yet', async () => {
    const response = await predict({ crypto: 'ethereum' })
    expect(response.status).toBe(404)
    expect(await detailOf(response)).toMatch(/^There is no forecast of ethereum for 24h yet; /)
  })

  it.each([
    ['no coin', '{}', 'application/json', 400],
    ['another horizon', '{"crypto":"bitcoin","horizon":"1w"}', 'application/json', 400],
    ['a text with NUL', '{"crypto":"\\u0000"}', 'application/json', 400],
    ['no JSON', '{', 'application/json', 400],
    ['a form', 'crypto=bitcoin', 'application/x-www-form-urlencoded', 415],
    ['100 kB', JSON.stringify({ crypto: 'x'.repeat(100_000) }), 'application/json', 413],
  ])('refuses %s', async (_what, body, type, status) => {
    const response = await post(body, type)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  })
})

describe('GET /history/{crypto}', () => {
  it('returns the newest hundred forecasts with their scores', async () => {
    const response = await get('/history/bitcoin')
    expect(response.status).toBe(200)
    const forecasts = (await response.json()) as Record<string, unknown>[]
    expect(forecasts.map(({ predicted_price }) => predicted_price)).toEqual(
      Array.from({ length: 100 }, (_, hoursAgo) => 110 - hoursAgo),
    )
    expect(forecasts[0]).toMatchObject({
      timestamp: new Date(thisHour).toISOString(),
      last_price: 100,
      decision: 'BUY',
      model_mae: 2,
      actual_price: null,
      direction_right: null,
    })
    expect(forecasts[50]).toMatchObject({
      actual_price: 90,
      error: -5,
      naive_error: 10,
      direction_right: false,
      within_interval: null,
    })
  })

  it('returns nothing for a tracked coin without a forecast', async () => {
    const response = await get('/history/ethereum')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual([])
  })

  it.each([
    ['/history/bitcoins', 404, 'There is no coin "bitcoins"'],
    ['/history/%00', 400, 'crypto: '],
    ['/history/bitcoin?horizont=1h', 400, 'Did you mean "horizon"?'],
  ])('refuses %s', async (path, status, says) => {
    const response = await get(path)
    expect(response.status).toBe(status)
    expect(await detailOf(response)).toContain(says)
  })
})

describe('GET /healthcheck', () => {
  it('says that the database answers', async () => {
    const response = await get('/healthcheck')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
  })

  it('fails while the database is away, as the other routes, and works when it is back', async () => {
    await api.proxy.goOffline()
    try {
      for (const response of [
        await get('/healthcheck'),
        await get('/history/bitcoin'),
        await predict({ crypto: 'bitcoin' }),
      ]) {
        expect(response.status).toBe(503)
        expect(response.headers.get('retry-after')).not.toBeNull()
        expect(await detailOf(response)).toMatch(/^The database said: /)
      }
    } finally {
      await api.proxy.comeBack()
    }
    expect((await get('/healthcheck')).status).toBe(200)
  })
})

describe('the scoreboard', () => {
  interface Scoreboard {
    records: Record<string, unknown>[]
  }
  const scoreboard = async (crypto: string) =>
    ((await (await get(`/api/crypto-forecast/scoreboard?crypto=${crypto}`)).json()) as Scoreboard).records

  it('counts and averages as SQL does, each model apart, imported ones under their own name', async () => {
    const rows = await api.database.select(sql`select horizon, model_version, count(*)::int as made,
        sum((error is not null)::int)::int as scored, avg(abs(error)) as mae, avg(abs(naive_error)) as naive_mae
      from predictions left join prediction_scores using (crypto, horizon, target_time, model_version)
      where crypto = 'dogecoin' group by 1, 2 order by 2`)
    const records = await scoreboard('dogecoin')
    expect(records.map(({ model_version, imported_from }) => [model_version, imported_from])).toEqual([
      ['imported/ridge-1', 'ridge-1'],
      ['ridge-1', null],
    ])
    expect(records).toMatchObject(rows)
    expect(rows).toMatchObject([
      { made: 170, scored: 170 },
      { made: 1, scored: 1 },
    ])
  })

  it('judges a model by enough forecasts of its own, whatever another of that name came to elsewhere', async () => {
    expect(await scoreboard('dogecoin')).toMatchObject([
      { skill_code: 'better', needed: 168 },
      { skill_code: 'too-few', needed: 168 },
    ])
  })
})
