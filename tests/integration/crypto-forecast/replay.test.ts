/** Stored responses of prices are read again: candles by the symbol in their address, rejected days of the index alone. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { replayStored, type ReplayRequest } from '../../../client/replay.ts'
import { collectBinanceCandles } from '../../../activities/crypto-forecast/binance-candles.ts'
import { collectCoinGeckoPrices } from '../../../activities/crypto-forecast/coingecko-prices.ts'
import { loadConfig, type Config } from '../../../config/load-config.ts'
import { HOUR_MS } from '../../../core/durations.ts'
import { closeRun, endedRuns } from '../../../db/queries/runs.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { startSimulator, type Simulator } from '../../../simulator/server.ts'
import { createCoinGecko } from '../../../upstreams/coingecko.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { expectReadAgain } from '../../support/lost-rows.ts'
import { activityContext, client, runAt } from '../../support/crypto-forecast/activity-context.ts'

const NOW = '2026-03-31T00:10:00Z'
const DAY = Date.parse('2026-03-30T00:00:00Z')
const run = runAt('2026-03-31T00:05:00Z', 'collected')
const retryBudget = { ms: 1_000, signal: new AbortController().signal }

let database: TestDatabase
let config: Config
let simulator: Simulator
beforeAll(async () => {
  database = await createTestDatabase()
  simulator = await startSimulator({ clock: () => new Date(NOW), rateLimits: false })
  const loaded = loadConfig({ env: { DATABASE_URL: database.url } })
  const section = activityContext(database.db, { now: NOW }).settings
  config = { ...loaded, tracked: { ...loaded.tracked, 'crypto-forecast': section } }
})
afterAll(async () => {
  await Promise.all([database.drop(), simulator.close()])
})
beforeEach(async () => {
  await database.db.execute(
    sql`truncate candles, known_gaps, fear_greed_index, pipeline_runs, raw_payloads, quarantine`,
  )
})

/** An hour of bitcoin as the exchange sends it. */
const kline = (hour: number, close: number) => {
  const openMs = DAY + hour * HOUR_MS
  const [price, top] = [String(close), String(close + 1)]
  return [openMs, price, top, price, price, '1', openMs + HOUR_MS - 1, '2', 3, '1', '1', '0']
}

const again = (request: Partial<ReplayRequest> = {}) =>
  replayStored(database, config, { write: true, ...request })

const hours = () =>
  database.select<{ hour: number; close: number; run_id: string }>(sql`
    select extract(hour from "timestamp" at time zone 'UTC')::int as hour, close, run_id from candles order by "timestamp"`)

/** Collects the day with a parser that rejects every other hour, and reads the others' close as 1. */
async function collectBadly(): Promise<void> {
  const rows = Array.from({ length: 24 }, (_, hour) => kline(hour, 100 + hour))
  const binance = client<'binance'>({
    candles: () =>
      Promise.resolve({
        candles: rows
          .filter((_, hour) => hour % 2 === 0)
          .map(([openMs]) => ({
            openMs: Number(openMs),
            open: 1,
            high: 1,
            low: 1,
            close: 1,
            volume: 2,
            trades: 3,
          })),
        rejected: rows
          .filter((_, hour) => hour % 2 === 1)
          .map((row) => ({ reason: '4: expected number', row })),
        raw: [
          {
            source: 'binance',
            url: 'https://api.binance.com/api/v3/klines?symbol=BTCUSDT&interval=1h',
            body: JSON.stringify(rows),
            observedAt: new Date('2026-03-31T00:09:00Z'),
          },
        ],
      }),
  })
  const backfill = { from: '2026-03-30T00:00:00Z', to: '2026-03-30T23:00:00Z', onlyMissing: false }
  await collectBinanceCandles(activityContext(database.db, { now: NOW, binance }), { run, backfill })
  await closeRun(database.db, run, { outcome: 'partial', counts: {} }, new Date('2026-03-31T00:11:00Z'))
}

it('adds the hours that were rejected, and corrects those that were read wrongly, but none that was seen later', async () => {
  await collectBadly()
  expect(await hours()).toHaveLength(12)
  await database.db.execute(sql`
    update candles set close = 7, observed_at = '2026-03-31T05:00Z', run_id = 'later' where "timestamp" = '2026-03-30T02:00Z'`)
  const { sources, runs } = await again()
  expect(sources).toMatchObject([
    {
      source: 'binance',
      responses: 1,
      unread: [],
      stillRejected: 0,
      mended: 12,
      tables: [{ table: 'candles', rows: 24, added: 12, changed: 11 }],
    },
  ])
  expect(await hours()).toEqual(
    Array.from({ length: 24 }, (_, hour) =>
      hour === 2 ? { hour, close: 7, run_id: 'later' } : { hour, close: 100 + hour, run_id: runs[0]?.runId },
    ),
  )
  expect(await database.select(sql`select id from quarantine`)).toEqual([])
  // How the pipeline collects is told by the run that collected.
  expect((await endedRuns(database.db, 'crypto-forecast', 2)).map(({ runId }) => runId)).toEqual([
    'collected',
  ])
})

it('corrects what an earlier replay has read wrongly', async () => {
  await collectBadly()
  await again()
  const right = (await hours()).map(({ close }) => close)
  await database.db.execute(sql`update candles set close = 2`)
  const { sources } = await again()
  expect(sources).toMatchObject([{ tables: [{ rows: 24, added: 0, changed: 24 }] }])
  expect((await hours()).map(({ close }) => close)).toEqual(right)
})

it('reads a rejected day of the index whose response is gone, and leaves what is still rejected', async () => {
  const day = (date: string, value: string) => ({
    value,
    value_classification: 'Fear',
    timestamp: String(Date.parse(date) / 1_000),
  })
  const rejected = [day('2026-03-29', '31'), day('2026-03-30', 'many')].map((row) => ({
    source: 'fear-greed',
    reason: 'value: expected number',
    row,
  }))
  await writeRows(database.db, {}, { observedAt: new Date(NOW), runId: 'collected', rejected, retryBudget })
  const { sources } = await again({ source: 'fear-greed' })
  expect(sources).toMatchObject([
    { responses: 0, mended: 1, stillRejected: 1, tables: [{ table: 'fear_greed_index', rows: 1, added: 1 }] },
  ])
  expect(await database.select(sql`select date::text as date, value from fear_greed_index`)).toEqual([
    { date: '2026-03-29', value: 31 },
  ])
  expect(await database.select(sql`select "row"->>'value' as value from quarantine`)).toEqual([
    { value: 'many' },
  ])
})

it('a response that cannot be read costs only itself, and one of a coin that is not listed says so', async () => {
  const observedAt = new Date(NOW)
  const url = (symbol: string) => `https://api.binance.com/api/v3/klines?symbol=${symbol}`
  const raw = [
    { source: 'binance', url: url('BTCUSDT'), body: '{"gone": true}', observedAt },
    {
      source: 'binance',
      url: `${url('BTCUSDT')}&limit=1`,
      body: JSON.stringify([kline(5, 105)]),
      observedAt,
    },
    { source: 'binance', url: url('DOGEUSDT'), body: JSON.stringify([kline(5, 1)]), observedAt },
  ]
  await writeRows(database.db, {}, { observedAt, runId: 'collected', raw, retryBudget })
  const { sources, runs } = await again()
  expect(sources).toMatchObject([{ responses: 3, tables: [{ rows: 1, added: 1 }] }])
  expect(sources[0]?.unread.map(({ code }) => code).toSorted()).toEqual(['failure', 'replay-coin-unlisted'])
  expect(
    await database.select(sql`select outcome, trigger from pipeline_runs where run_id = ${runs[0]?.runId}`),
  ).toEqual([{ outcome: 'partial', trigger: 'replay' }])
  expect((await hours()).map(({ hour }) => hour)).toEqual([5])
})

it('rolls back without --write: no row, no run, no rejected row less', async () => {
  await collectBadly()
  const before = [await hours(), await database.select(sql`select id from quarantine`)]
  const { sources } = await again({ write: false, since: new Date('2026-03-30T00:00:00Z') })
  expect(sources).toMatchObject([{ mended: 12, tables: [{ added: 12, changed: 12 }] }])
  expect([await hours(), await database.select(sql`select id from quarantine`)]).toEqual(before)
  expect(await database.select(sql`select run_id from pipeline_runs where trigger = 'replay'`)).toEqual([])
  expect((await again({ write: false, since: new Date('2026-04-01T00:00:00Z') })).sources).toEqual([])
})

/** Prices from the simulator, in the currency that a coin has now. */
async function collectPrices(): Promise<void> {
  const baseUrl = `${simulator.url}/coingecko/api/v3`
  const coingecko = createCoinGecko({ baseUrl, userAgent: 'almanac-test' })
  await collectCoinGeckoPrices(activityContext(database.db, { now: NOW, coingecko }), { run })
}

it('adds the prices that were rejected to the hours of their coin, in its currency', async () => {
  await collectPrices()
  await closeRun(database.db, run, { outcome: 'partial', counts: {} }, new Date('2026-03-31T00:11:00Z'))
  await expectReadAgain(
    { database, config, simulator },
    {
      source: 'coingecko',
      rows: sql`select crypto, "timestamp", source, close, volume_24h from candles order by "timestamp"`,
      losing: [
        sql`delete from candles where extract(hour from "timestamp")::int % 2 = 1`,
        sql`update candles set volume_24h = null`,
      ],
      rejected: (_, body) => (JSON.parse(body) as { prices: unknown[] }).prices.slice(0, -1),
    },
  )
})

it.each([
  { id: 'ethereum', code: 'replay-id-unlisted' },
  { id: 'bitcoin', code: 'replay-currency-changed' },
])('leaves the prices of a coin that is followed otherwise now: $code', async ({ id, code }) => {
  await collectPrices()
  await database.db.execute(sql`truncate candles`)
  const coins = [{ id, code: 'BTC', symbol: 'BTCEUR', horizons: [] }]
  const { 'crypto-forecast': section } = config.tracked
  const changed = { ...config, tracked: { ...config.tracked, 'crypto-forecast': { ...section, coins } } }
  const { sources } = await replayStored(database, changed, { source: 'coingecko', write: true })
  expect(sources.map(({ unread }) => unread.map((why) => why.code))).toEqual([[code]])
  expect(await hours()).toEqual([])
})
