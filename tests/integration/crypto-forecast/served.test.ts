/** A model of yours behind a scoring server forecasts in place of ours, and is judged by what became of its forecasts. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createModelServer } from '../../../upstreams/mlflow/model-server.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  outcomesOf,
  startCryptoStack,
  whyOf,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { eachVariant } from '../../support/each-variant.ts'

const TEN = '2026-07-20T10:10:00Z'
const COINS = STACK_COINS.length
/** Attempts after 0, 1, 3 and 7 s; the next one, after 15, would be too late. */
const BOUND = { boundSeconds: 14 }

interface Question {
  dataframe_split: { columns: string[]; data: (number | string | null)[][] }
}
/** Requests to the server, and its responses. */
let asked: Question[]
let answer: (rows: Record<string, unknown>[]) => { status?: number; body: string }
const onePercentMore = (rows: Record<string, unknown>[]) => ({
  body: JSON.stringify({ predictions: rows.map(({ price }) => Number(price) * 1.011) }),
})

let server: Server
let crypto: CryptoStack
let worker: RunningWorker
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const question = JSON.parse(Buffer.concat(chunks).toString()) as Question
      asked.push(question)
      const { columns, data } = question.dataframe_split
      const rows = data.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])))
      const { status = request.url === '/invocations' ? 200 : 404, body } = answer(rows)
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  crypto = await startCryptoStack({ at: TEN })
  const modelServer = createModelServer({ url, userAgent: 'almanac-test' })
  worker = await crypto.startWorker({ dependencies: { modelServer } })
})
afterAll(async () => {
  await worker.stop()
  await crypto.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(async () => {
  asked = []
  answer = onePercentMore
  crypto.moveTo(TEN)
  await crypto.reset()
})

interface Made extends Record<string, unknown> {
  crypto: string
  horizon: string
  predicted: number
  last: number
  lower: number | null
  upper: number | null
  mae: number | null
  naive: number | null
  skill: number | null
}
const made = () =>
  crypto.stack.database
    .select<Made>(sql`select crypto, horizon, predicted_price as predicted, last_price as last, lower, upper,
      model_mae as mae, naive_mae as naive, skill from predictions
    where model_version = 'served' and made_at = ${crypto.clock().toISOString()}::timestamptz order by 1, 2`)

/** Past forecasts of the served model, their absolute errors 1, 2, 3 … and those of the naive one twice as large. */
const past = async (coin: string, count: number) => {
  await crypto.stack.database.db
    .execute(sql`insert into prediction_scores (crypto, horizon, target_time, model_version,
      actual_price, error, naive_error, direction_right, observed_at, run_id)
    select ${coin}, '1h', '2026-07-01T00:00:00Z'::timestamptz + n * interval '1 hour', 'served', 100,
      case when n % 2 = 0 then n else -n end, 2 * n, true, now(), 'past' from generate_series(1, ${count}::int) n`)
}

it('sends the newest row of each coin to the model server, and stores its predictions without an interval at first', async () => {
  expect((await crypto.collect()).outcome).toBe('complete')
  expect(asked).toHaveLength(COINS)
  const [newest] = await crypto.stack.database.select<Record<string, number | null>>(
    sql`select price, rsi, volume_avg_7d, sma_30, fear_greed_7d from crypto_prices where crypto = 'bitcoin' order by "timestamp" desc limit 1`,
  )
  const ofBitcoin = asked.find(({ dataframe_split: { data } }) => data[0]?.[0] === 'bitcoin')?.dataframe_split
  expect(ofBitcoin?.columns.slice(0, 2)).toEqual(['crypto', 'horizon_hours'])
  expect(ofBitcoin?.data.map((row) => row.slice(0, 2))).toEqual([
    ['bitcoin', 1],
    ['bitcoin', 24],
  ])
  for (const [name, value] of Object.entries(newest ?? {})) {
    const column = ofBitcoin?.columns.indexOf(name) ?? -1
    expect([name, ofBitcoin?.data[0]?.[column]]).toEqual([name, value])
  }
  const rows = await made()
  expect(rows).toHaveLength(2 * COINS)
  for (const { predicted, last, ...judged } of rows) {
    expect(predicted).toBe(last * 1.011)
    expect(judged).toMatchObject({ lower: null, upper: null, mae: null, naive: null, skill: null })
  }
  expect(
    await crypto.stack.database.select(sql`select distinct decision, train_from from predictions`),
  ).toEqual([{ decision: 'BUY', train_from: null }])
})

it('gives served forecasts an interval and a skill from thirty scored forecasts on', async () => {
  await past('bitcoin', 30)
  await past('ethereum', 29)
  expect((await crypto.collect()).outcome).toBe('complete')
  const rows = await made()
  const of = (coin: string, horizon: string) =>
    rows.find((row) => row.crypto === coin && row.horizon === horizon)
  const judged = of('bitcoin', '1h')
  // The 25th of 30 absolute errors: ceil(31 * 0.8).
  expect(judged).toMatchObject({ mae: 15.5, naive: 31, skill: 0.5 })
  expect(judged?.lower).toBe((judged?.predicted ?? NaN) - 25)
  expect(judged?.upper).toBe((judged?.predicted ?? NaN) + 25)
  for (const other of [of('bitcoin', '24h'), of('ethereum', '1h')])
    expect(other).toMatchObject({ lower: null, upper: null, mae: null, skill: null })
})

eachVariant<[string, typeof answer, RegExp, Record<string, unknown>]>([
  ['is away', () => ({ status: 502, body: '{}' }), /^UpstreamUnavailable: /, BOUND],
  [
    'predicts a price below zero',
    () => ({ body: '{"predictions": [-5, -5]}' }),
    /^bitcoin 1h: a forecast of -5 from a price of \d+(\.\d+)? is not believed$/m,
    {},
  ],
  [
    'predicts a hundred times the price',
    (rows) => ({ body: JSON.stringify({ predictions: rows.map(({ price }) => Number(price) * 100) }) }),
    /^ethereum 24h: a forecast of \d+(\.\d+)? from a price of \d+(\.\d+)? is not believed$/m,
    {},
  ],
  ['predicts no number', () => ({ body: '{"predictions": [NaN, NaN]}' }), /^PayloadInvalid: .*NaN/, {}],
  [
    'answers too few',
    () => ({ body: '{"predictions": [1]}' }),
    /^PayloadInvalid: .*predictions: 1, for rows: 2/,
    {},
  ],
  [
    'refuses the rows',
    () => ({ status: 400, body: JSON.stringify({ stack_trace: 'Traceback\nValueError: no such column' }) }),
    /^UpstreamRejected: .*ValueError: no such column/,
    {},
  ],
])(
  'a model server that %s fails the forecasts by name, and the rest of the run continues',
  async (_, broken, reason, params) => {
    answer = broken
    const ending = await crypto.collect(params)
    expect(ending.outcome).toBe('partial')
    expect(outcomesOf(ending)).toMatchObject({
      binance: 'complete',
      prices: 'complete',
      checks: 'complete',
      csv: 'complete',
      scores: 'complete',
      forecasts: 'failed',
    })
    expect(whyOf(ending, 'forecasts')).toMatch(reason)
    expect(await made()).toEqual([])
  },
)
