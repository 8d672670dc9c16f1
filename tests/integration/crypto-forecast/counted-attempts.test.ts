/** The counts of activities that were killed between two writes, and executed again. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ActivityContext } from '../../../activities/crypto-forecast/activity-context.ts'
import { collectCoinGeckoPrices } from '../../../activities/crypto-forecast/coingecko-prices.ts'
import { computeGrid } from '../../../activities/crypto-forecast/compute-grid.ts'
import { collectFearGreedDays } from '../../../activities/crypto-forecast/fear-greed-days.ts'
import { makeForecasts } from '../../../activities/crypto-forecast/make-forecasts.ts'
import { scoreForecasts } from '../../../activities/crypto-forecast/score-forecasts.ts'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const HOURS = 40
const COINS = ['bitcoin', 'ethereum']

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.db.execute(sql`
    insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
    select crypto, timestamptz '2026-03-01Z' + hour * interval '1 hour', 'binance', 100, 102, 98, 101, 5, now(), 'candles'
    from unnest(${sql.param(COINS)}::text[]) as crypto, generate_series(0, ${HOURS - 1}) as hour`)
})
afterAll(() => database.drop())

const NOW = new Date(Date.parse('2026-03-01T00:00:00Z') + HOURS * HOUR_MS)
const run = {
  runId: 'one-run',
  workflowId: 'one-run',
  pipeline: 'crypto-forecast' as const,
  trigger: 'manual' as const,
  startedAt: NOW.toISOString(),
}

function contextOf(coins: string[], clients: object = {}): ActivityContext {
  const { signal } = new AbortController()
  return {
    db: database.db,
    settings: { coins: coins.map((id) => ({ id, code: id, symbol: `${id}USDT` })), history_days: 30 },
    signal,
    clock: () => NOW,
    retryBudget: { ms: 0, signal },
    ...clients,
  } as unknown as ActivityContext
}

const rowsOf = async (table: string) => {
  const [counted] = await database.select<{ rows: number }>(
    sql`select count(*)::int as rows from ${sql.identifier(table)} where run_id = ${run.runId}`,
  )
  return counted?.rows
}

describe('all attempts are counted', () => {
  it('of a computation that was killed between two coins', async () => {
    await computeGrid(contextOf(COINS.slice(0, 1)), run)
    const all = { outcome: 'complete', written: COINS.length * HOURS }
    expect(await computeGrid(contextOf(COINS), run)).toMatchObject(all)
    expect(await computeGrid(contextOf(COINS), run)).toMatchObject(all)
  })

  it('of scores that were stored by an attempt that could not report them', async () => {
    await computeGrid(contextOf(COINS), run)
    await database.db
      .execute(sql`insert into predictions (crypto, horizon, target_time, model_version, "timestamp", made_at,
        predicted_price, last_price, decision, observed_at, run_id)
      select crypto, '1h', "timestamp" + interval '1 hour', 'test', "timestamp", "timestamp", 100, 100, 'HOLD', now(), 'earlier'
      from crypto_prices where "timestamp" = ${new Date(NOW.getTime() - 2 * HOUR_MS).toISOString()}::timestamptz`)
    expect(await scoreForecasts(contextOf(COINS), run)).toMatchObject({ written: COINS.length })
    expect(await scoreForecasts(contextOf(COINS), run)).toMatchObject({ written: COINS.length })
  })

  it('of forecasts that were stored by an attempt that could not report them', async () => {
    await computeGrid(contextOf(COINS), run)
    await database.db
      .execute(sql`insert into predictions (crypto, horizon, target_time, model_version, "timestamp", made_at,
        predicted_price, last_price, decision, observed_at, run_id)
      select crypto, horizon, ${NOW.toISOString()}::timestamptz + horizon::interval, 'ridge-1', "timestamp", ${NOW.toISOString()}::timestamptz,
        100, 100, 'HOLD', now(), ${run.runId}
      from crypto_prices, unnest(array['1h', '24h']) as horizon
      where "timestamp" = ${new Date(NOW.getTime() - HOUR_MS).toISOString()}::timestamptz`)
    const { counts } = await makeForecasts(contextOf(COINS), run)
    expect(counts).toMatchObject({ outcome: 'complete', written: 2 * COINS.length })
  })

  it('of prices from CoinGecko, although the second attempt requests fewer days', async () => {
    const points = (days: number) =>
      Array.from({ length: days * 24 }, (_, hour) => ({
        atMs: NOW.getTime() - hour * HOUR_MS,
        price: 100,
        volume24h: null,
      }))
    const coingecko = (coins: string[]) => ({
      coingecko: {
        marketChart: ({ id, days }: { id: string; days: number }) =>
          coins.includes(id)
            ? Promise.resolve({ points: points(days), rejected: [], raw: [] })
            : Promise.reject(new Error('killed')),
      },
    })
    const collect = (coins: string[]) => collectCoinGeckoPrices(contextOf(COINS, coingecko(coins)), { run })
    await expect(collect(COINS.slice(0, 1))).rejects.toThrow('killed')
    const { written } = await collect(COINS)
    expect(written).toBe(await rowsOf('candles'))
    expect(written).toBeGreaterThan(COINS.length * HOURS)
  })

  it('of days of the index, although the second attempt requests the newest alone', async () => {
    const fearGreed = {
      days: (limit: number) => {
        const days = Array.from({ length: limit === 0 ? 20 : limit }, (_, day) => ({
          date: new Date(NOW.getTime() - day * DAY_MS).toISOString().slice(0, 10),
          value: 50,
          classification: 'Neutral',
        }))
        return Promise.resolve({ days, rejected: [], raw: [] })
      },
    }
    const collect = () => collectFearGreedDays(contextOf(COINS, { fearGreed }), { run })
    expect(await collect()).toMatchObject({ written: 20 })
    expect(await collect()).toMatchObject({ written: 20 })
  })
})
