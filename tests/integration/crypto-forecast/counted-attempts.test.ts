/** The counts of a computation that was killed between two coins, and executed again. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ActivityContext } from '../../../activities/crypto-forecast/activity-context.ts'
import { computeGrid } from '../../../activities/crypto-forecast/compute-grid.ts'
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

/** One attempt, which gets as far as these coins. */
async function attempt(coins: string[]) {
  const signal = new AbortController().signal
  const context = {
    db: database.db,
    settings: { coins: coins.map((id) => ({ id })) },
    signal,
    clock: () => new Date('2026-03-03T00:00:00Z'),
    retryBudget: { ms: 0, signal },
  } as unknown as ActivityContext
  return computeGrid(context, {
    runId: 'one-run',
    workflowId: 'one-run',
    pipeline: 'crypto-forecast',
    trigger: 'manual',
    startedAt: '2026-03-03T00:00:00Z',
  })
}

it('reports the rows of all attempts', async () => {
  await attempt(COINS.slice(0, 1))
  expect(await attempt(COINS)).toMatchObject({ outcome: 'complete', written: COINS.length * HOURS })
  expect(await attempt(COINS)).toMatchObject({ written: COINS.length * HOURS })
})
