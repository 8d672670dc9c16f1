/** Both sources are asked for a coin in the currency of its pair. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkGrid } from '../../../activities/crypto-forecast/check-grid.ts'
import { collectCoinGeckoPrices } from '../../../activities/crypto-forecast/coingecko-prices.ts'
import { compareSpot } from '../../../activities/crypto-forecast/compare-spot.ts'
import { sentence } from '../../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { activityContext, client, runAt } from '../../support/crypto-forecast/activity-context.ts'

const NOW = '2026-07-20T10:10:00Z'
const PRICES: Record<string, number> = { EUR: 87_384, USD: 100_500 }

let database: TestDatabase
let askedDays: number[] = []
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})

const context = () =>
  activityContext(database.db, {
    now: NOW,
    section: { coins: [{ id: 'bitcoin', code: 'BTC', symbol: 'BTCEUR' }] },
    binance: client<'binance'>({
      prices: (symbols) =>
        Promise.resolve({ prices: new Map(symbols.map((symbol) => [symbol, 87_312])), raw: [] }),
    }),
    coingecko: client<'coingecko'>({
      marketChart: ({ currency, days }) => {
        askedDays.push(days)
        const atMs = Date.parse('2026-07-20T10:00:00Z')
        return Promise.resolve({
          points: [{ atMs, price: PRICES[currency] ?? NaN, volume24h: 1 }],
          rejected: [],
          raw: [],
        })
      },
      prices: (coins) =>
        Promise.resolve({
          prices: new Map(coins.map(({ id, currency }) => [id, PRICES[currency] ?? NaN])),
          missing: [],
          raw: [],
        }),
    }),
  })

it('a coin traded against EUR has hours in EUR from both sources', async () => {
  await collectCoinGeckoPrices(context(), { run: runAt(NOW) })
  expect(await database.select(sql`select close from candles`)).toEqual([{ close: PRICES['EUR'] }])
})

it('a coin traded against EUR is compared in EUR', async () => {
  expect(await compareSpot(context(), runAt(NOW))).toMatchObject({ outcome: 'complete' })
  const [row] = await database.select<{ percent: number }>(
    sql`select difference_percent as percent from price_comparisons`,
  )
  expect(row?.percent).toBeCloseTo(-0.08, 1)
})

it('hours of another currency that an earlier version stored are asked for again, and found by a check until then', async () => {
  await database.db.execute(sql`truncate candles`)
  await database.db.execute(sql`
    insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
    select 'bitcoin', hour, source, price, price, price, price, 1, '2026-07-01', 'past'
    from generate_series('2026-04-21T11:00Z'::timestamptz, '2026-07-20T09:00Z', interval '1 hour') as hour,
      lateral (values ('binance', 87384),
        ('coingecko', case when hour between '2026-06-01T00:00Z' and '2026-06-03T00:00Z' then 100500 else 87384 end)
      ) as told(source, price)`)
  const { why } = await checkGrid(context(), runAt(NOW))
  expect(why.map((one) => sentence(one))).toContain(
    'sources: bitcoin has 49 of 2,159 hours at which the sources are more than 5 % apart',
  )
  askedDays = []
  await collectCoinGeckoPrices(context(), { run: runAt(NOW) })
  expect(askedDays).toEqual([51])
})
