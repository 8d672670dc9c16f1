/** Runs around the end of a day and of a year: every hour once, each with the Fear & Greed of its own day. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HOUR_MS } from '../../../core/durations.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  outcomesOf,
  startCryptoStack,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'

const COINS = STACK_COINS.length
/** The hours that each run finds closed: the last two of the year, then the first of the next. */
const RUNS = ['2025-12-31T23:10:00Z', '2026-01-01T00:10:00Z', '2026-01-01T01:10:00Z']

let crypto: CryptoStack
let worker: RunningWorker
beforeAll(async () => {
  crypto = await startCryptoStack({ at: '2025-12-31T23:10:00Z' })
  worker = await crypto.startWorker()
  for (const at of RUNS) {
    crypto.moveTo(at)
    const ending = await crypto.collect()
    expect(ending.outcome, JSON.stringify(outcomesOf(ending))).toBe('complete')
  }
})
afterAll(async () => {
  await worker.stop()
  await crypto.stop()
})
const select = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  crypto.stack.database.select<Row>(query)

it('stores every hour of the old and the new year once', async () => {
  const rows = await select<{ crypto: string; rows: number; hours: number; first: string; last: string }>(sql`
    select crypto, count(*)::int as rows, count(distinct "timestamp")::int as hours, min("timestamp")::text as first,
      max("timestamp")::text as last from crypto_prices group by crypto`)
  expect(rows).toHaveLength(COINS)
  for (const { rows: count, hours, first, last } of rows) {
    const span = (Date.parse(last) - Date.parse(first)) / HOUR_MS + 1
    expect([count, hours, new Date(last)]).toEqual([span, span, new Date('2026-01-01T00:00:00Z')])
  }
  const failed = await select(sql`select name from check_results where not passed`)
  expect(failed).toEqual([])
})

it('gives each hour the index of its own UTC day', async () => {
  const around = await select<{ at: string; index: number; day: string; value: number }>(sql`
    select to_char("timestamp" at time zone 'UTC', 'YYYY-MM-DD HH24') as at, fear_greed as index, date::text as day, value
    from crypto_prices join fear_greed_index on date = ("timestamp" at time zone 'UTC')::date
    where crypto = 'bitcoin' and "timestamp" >= '2025-12-31T22:00:00Z' order by 1`)
  expect(around.map(({ at, day }) => [at, day])).toEqual([
    ['2025-12-31 22', '2025-12-31'],
    ['2025-12-31 23', '2025-12-31'],
    ['2026-01-01 00', '2026-01-01'],
  ])
  for (const { index, value } of around) expect(index).toBe(value)
  expect(
    await select(sql`select count(*)::int as days from fear_greed_index where date >= '2025-12-30'`),
  ).toEqual([{ days: 3 }])
})

it('a day across the new year counts all its hours, and the new day its hours so far', async () => {
  const days = await select(sql`select date::text, hours from daily_candles
    where crypto = 'bitcoin' and date >= '2025-12-31' order by 1`)
  expect(days).toEqual([
    { date: '2025-12-31', hours: 24 },
    { date: '2026-01-01', hours: 1 },
  ])
})

it('forecasts across the end of the year', async () => {
  const made = await select(sql`select horizon,
      to_char("timestamp" at time zone 'UTC', 'YYYY-MM-DD HH24') as of,
      to_char(target_time at time zone 'UTC', 'YYYY-MM-DD HH24') as target
    from predictions where crypto = 'bitcoin' order by 2, 1`)
  expect(made).toEqual([
    { horizon: '1h', of: '2025-12-31 22', target: '2026-01-01 00' },
    { horizon: '24h', of: '2025-12-31 22', target: '2026-01-01 23' },
    { horizon: '1h', of: '2025-12-31 23', target: '2026-01-01 01' },
    { horizon: '24h', of: '2025-12-31 23', target: '2026-01-02 00' },
    { horizon: '1h', of: '2026-01-01 00', target: '2026-01-01 02' },
    { horizon: '24h', of: '2026-01-01 00', target: '2026-01-02 01' },
  ])
  const scored = await select(sql`select to_char(target_time at time zone 'UTC', 'YYYY-MM-DD HH24') as target
    from prediction_scores where crypto = 'bitcoin' order by 1`)
  expect(scored).toEqual([{ target: '2026-01-01 00' }, { target: '2026-01-01 01' }])
})
