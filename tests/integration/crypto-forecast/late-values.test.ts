/** Holes of Fear & Greed and of CoinGecko are filled, and what reads a late value is computed again. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'
import { collectCoinGeckoPrices } from '../../../activities/crypto-forecast/coingecko-prices.ts'
import { computeGrid } from '../../../activities/crypto-forecast/compute-grid.ts'
import { collectFearGreedDays } from '../../../activities/crypto-forecast/fear-greed-days.ts'
import type { FearGreedDay } from '../../../upstreams/fear-greed.ts'
import { sentence } from '../../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { activityContext, client, runAt } from '../../support/crypto-forecast/activity-context.ts'

const NOW = '2026-03-31T00:10:00Z'
const TODAY = Date.parse('2026-03-31')
const FIRST = Date.parse('2018-02-01')
const run = runAt(NOW)
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

let database: TestDatabase
/** The days of the index, newest first; the limits that were asked for. */
let index: FearGreedDay[]
let asked: number[]
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.execute(
    sql`truncate candles, crypto_prices, fear_greed_index, fear_greed_gaps, quarantine`,
  )
  asked = []
  index = []
  for (let ms = TODAY; ms >= FIRST; ms -= DAY_MS)
    if (dayOf(ms) !== '2024-10-26')
      index.push({
        date: dayOf(ms),
        value: Math.round(50 + 30 * Math.sin(ms / 5e9)),
        classification: 'Neutral',
      })
})

const fearGreed = client<'fearGreed'>({
  days: (limit) => {
    asked.push(limit)
    return Promise.resolve({ days: index.slice(0, limit === 0 ? undefined : limit), rejected: [], raw: [] })
  },
})
const context = (clients = {}) => activityContext(database.db, { now: NOW, fearGreed, ...clients })
const collect = () => collectFearGreedDays(context(), { run })
const storeDays = (...days: string[]) =>
  database.db.execute(sql`insert into fear_greed_index select day::date, 50, 'Neutral', '2026-01-01', 'import'
    from unnest(${sql.param(days)}::text[]) as day`)
const storedDays = async () =>
  (await database.select<{ days: number }>(sql`select count(*)::int as days from fear_greed_index`))[0]?.days

describe('Fear & Greed', () => {
  it('fills the holes between and before three scattered days, and remembers the day that it does not have', async () => {
    await storeDays('2025-03-01', '2025-03-04', '2026-03-31')
    expect(await collect()).toMatchObject({ outcome: 'complete', why: [] })
    expect(await storedDays()).toBe(index.length)
    expect(await database.select(sql`select date::text from fear_greed_gaps`)).toEqual([
      { date: '2024-10-26' },
    ])
    await collect()
    expect(asked).toEqual([0, 2])
  })

  it('asks again for days that a response lost, and says so', async () => {
    const whole = index
    await storeDays('2026-03-01')
    index = whole.slice(0, 10)
    const { outcome, why } = await collect()
    expect([outcome, ...why.map((one) => sentence(one))]).toEqual([
      'partial',
      expect.stringMatching(/^suspicious: the index lacks [\d,]+ days from 2018-02-01 to 2026-03-21, though/),
    ])
    index = whole
    expect(await collect()).toMatchObject({ outcome: 'complete' })
    expect(await storedDays()).toBe(whole.length)
  })
})

/** Hours of bitcoin from Binance; both ends included. */
const storeHours = (from: string, to: string) =>
  database.db.execute(sql`
    insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
    select 'bitcoin', hour, 'binance', 100, 101, 99, 100, 1, now(), 'past'
    from generate_series(${from}::timestamptz, ${to}::timestamptz, interval '1 hour') as hour`)

const indexRows = () =>
  database.select(sql`select "timestamp", fear_greed, fear_greed_7d, fear_greed_14d, fear_greed_30d from crypto_prices
    order by "timestamp"`)

describe('a day of the index that comes late', () => {
  it.each([
    ['for which the grid has no hour', '2026-03-10'],
    ['before the first hour of the grid', '2026-02-20'],
    ['within the grid', '2026-03-20'],
  ])('changes every row that reads it: a day %s', async (_, late) => {
    await storeHours('2026-03-01T00:00Z', '2026-03-09T23:00Z')
    await storeHours('2026-03-11T00:00Z', '2026-03-30T23:00Z')
    await collect()
    await computeGrid(context(), run)
    const expected = await indexRows()
    await database.db.execute(sql`truncate crypto_prices`)
    await database.db.execute(sql`delete from fear_greed_index where date = ${late}::date`)
    await computeGrid(context(), run)
    expect(await indexRows()).not.toEqual(expected)
    await collect()
    await computeGrid(context(), run)
    expect(await indexRows()).toEqual(expected)
    expect(await computeGrid(context(), { ...run, runId: 'later' })).toMatchObject({ written: 0 })
  })
})

it('CoinGecko is asked again for an hour that neither source has', async () => {
  const days: number[] = []
  const marketChart = ({ days: count }: { days: number }) => {
    days.push(count)
    const points = Array.from({ length: count * 24 }, (_, hour) => ({
      atMs: TODAY - hour * HOUR_MS,
      price: 100,
      volume24h: 1,
    }))
    return Promise.resolve({ points: points.toReversed(), rejected: [], raw: [] })
  }
  const coingecko = client<'coingecko'>({ marketChart })
  const ask = () => collectCoinGeckoPrices(context({ coingecko, section: { history_days: 60 } }), { run })
  await ask()
  await database.db.execute(sql`delete from candles where "timestamp" = '2026-03-10T05:00Z'`)
  await ask()
  await ask()
  expect(days).toEqual([61, 22, 2])
})
