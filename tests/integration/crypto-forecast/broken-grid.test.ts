/** Gaps of years in the grid, and prices that are none, on a real PostgreSQL. */
import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkGrid } from '../../../activities/crypto-forecast/check-grid.ts'
import { computeGrid } from '../../../activities/crypto-forecast/compute-grid.ts'
import { sentence } from '../../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { activityContext, runAt } from '../../support/crypto-forecast/activity-context.ts'

const NOW = '2026-03-31T00:10:00Z'
const run = runAt(NOW)

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.execute(sql`truncate candles, crypto_prices, check_results, known_gaps, predictions`)
})

const context = () => activityContext(database.db, { now: NOW })

/** Hours of bitcoin at about this price; both ends included. */
const store = (from: string, to: string, price: number) =>
  database.db.execute(sql`
    insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
    select 'bitcoin', hour, 'binance', price, price * 1.01, price * 0.99, price, 1, now(), 'past'
    from generate_series(${from}::timestamptz, ${to}::timestamptz, interval '1 hour') as hour,
      lateral (select ${price}::float8 * (1 + 0.01 * sin(extract(epoch from hour) / 5000)) as price) as wave`)

const checks = async () => {
  const { outcome, why } = await checkGrid(context(), run)
  return { outcome, why: why.map((one) => sentence(one)) }
}

describe('years without hours in the grid', () => {
  beforeEach(async () => {
    await store('2022-01-01T00:00Z', '2022-03-01T00:00Z', 20_000)
    await store('2026-01-01T00:00Z', '2026-03-30T23:00Z', 90_000)
    await computeGrid(context(), run)
  })

  it('leave the indicators after them unknown until there are hours enough', async () => {
    const [first, later] = await database.select(sql`
      select rsi, sma, macd_signal, fibo_50, sma_30 from crypto_prices
      where "timestamp" in ('2026-01-01T00:00Z', '2026-01-30T23:00Z') order by "timestamp"`)
    expect(first).toEqual({ rsi: null, sma: null, macd_signal: null, fibo_50: null, sma_30: null })
    for (const [name, value] of Object.entries(later ?? {}))
      if (name !== 'rsi') expect([name, typeof value]).toEqual([name, 'number'])
    expect(
      await database.select(sql`
      select count(*)::int as count from crypto_prices where "timestamp" > '2026-01-01' and sma < 80000`),
    ).toEqual([{ count: 0 }])
    expect(await checks()).toEqual({ outcome: 'complete', why: [] })
  })

  it('are found by a check if an indicator reaches across them', async () => {
    await database.db.execute(
      sql`update crypto_prices set sma = 21649 where "timestamp" = '2026-01-01T05:00Z'`,
    )
    expect(await checks()).toEqual({
      outcome: 'partial',
      why: ['warm-up-after-gap: bitcoin has 1 row with indicators across a gap of more than 30 days'],
    })
  })
})

it('a check does not expect levels of a month of which a week is missing', async () => {
  await store('2026-01-01T00:00Z', '2026-02-15T00:00Z', 90_000)
  await store('2026-02-22T00:00Z', '2026-03-30T23:00Z', 90_000)
  await database.db
    .execute(sql`insert into known_gaps (crypto, "timestamp", source, reason, observed_at, run_id)
    select 'bitcoin', hour, 'binance', 'none', now(), 'past'
    from generate_series('2026-02-15T01:00Z'::timestamptz, '2026-02-21T23:00Z'::timestamptz, interval '1 hour') as hour`)
  await computeGrid(context(), run)
  expect(await checks()).toEqual({ outcome: 'complete', why: [] })
})

const MIGRATION = new URL('../../../db/migrations/0006_crypto_prices_above_zero.sql', import.meta.url)
const forecastOf = (price: string) => sql`
  insert into predictions (crypto, horizon, target_time, model_version, "timestamp", made_at, predicted_price, last_price,
    decision, observed_at, run_id)
  values ('bitcoin', '1h', '2026-03-31T01:00Z', 'ridge-1', '2026-03-30T23:00Z', '2026-03-31T00:10Z',
    ${sql.raw(`'${price}'`)}, 100, 'SELL', now(), 'run')`

describe('a price that is none', () => {
  it.each(['-5', '0', 'NaN', 'Infinity'])('is refused by the table of forecasts: %s', async (price) => {
    const stored = database.db.execute(forecastOf(price)).catch((error: unknown) => (error as Error).cause)
    expect(await stored).toMatchObject({ constraint: 'predictions_are_prices' })
  })

  it('stays where an earlier version stored it, and does not stop the migration', async () => {
    const statements = readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint')
    const ofForecasts = statements.find((statement) => statement.includes('predictions_are_prices')) ?? ''
    await database.db.execute(sql`alter table predictions drop constraint predictions_are_prices`)
    await database.db.execute(forecastOf('-156661.82'))
    await database.db.execute(sql.raw(ofForecasts))
    expect(await database.select(sql`select predicted_price from predictions`)).toHaveLength(1)
  })
})
