/** Forecasts are made once, before their time, and scored when it has passed; nothing changes them afterwards. */
import { ScheduleOverlapPolicy } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../core/durations.ts'
import { listRuns } from '../../../db/queries/runs.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  startCryptoStack,
  SYMBOLS,
  withholding,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { until } from '../../support/until.ts'
import type { EndingInWords } from '../../support/ending-in-words.ts'

const TEN = '2026-07-20T10:10:00Z'
const ELEVEN = '2026-07-20T11:10:00Z'
const NOON = '2026-07-20T12:10:00Z'
const COINS = STACK_COINS.map(({ id }) => id)
const HORIZONS = 2

/** The newest hour of bitcoin, while the exchange does not serve it. */
let withheldMs: number | undefined
let crypto: CryptoStack
let worker: RunningWorker
beforeAll(async () => {
  crypto = await startCryptoStack({ at: TEN, schedules: true })
  const isServed = (symbol: string, openMs: number) => symbol !== SYMBOLS.bitcoin || openMs !== withheldMs
  worker = await crypto.startWorker({
    dependencies: { binance: withholding(crypto.clients.binance, isServed) },
  })
})
afterAll(async () => {
  await worker.stop()
  await crypto.stop()
})
beforeEach(async () => {
  withheldMs = undefined
  await crypto.reset()
})

const collectAt = async (at: string, params: Record<string, unknown> = {}): Promise<EndingInWords> => {
  crypto.moveTo(at)
  const ending = await crypto.collect(params)
  expect(ending.outcome, JSON.stringify(ending.counts)).toBe('complete')
  return ending
}
const select = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  crypto.stack.database.select<Row>(query)
const forecasts = () => select(sql`select * from predictions order by crypto, horizon, target_time`)

interface Scored extends Record<string, unknown> {
  crypto: keyof typeof SYMBOLS
  horizon: string
  target: number
  predicted: number
  last: number
  within: boolean
  lower: number
  upper: number
  actual: number
  error: number
  naive: number
  right: boolean
}
const scored = () =>
  select<Scored>(sql`select crypto, horizon, (extract(epoch from target_time) * 1000)::float8 as target,
      predicted_price as predicted, last_price as last, lower, upper, actual_price as actual, error, naive_error as naive,
      direction_right as right, within_interval as within
    from prediction_scores join predictions using (crypto, horizon, target_time, model_version) order by 1, 2, 3`)

/** The exchange's candle of the hour that ended at this time. */
const closeAt = (coin: keyof typeof SYMBOLS, ms: number) =>
  crypto.stack.simulator.world.coins.candle(SYMBOLS[coin], ms - HOUR_MS)?.close

describe('a forecast', () => {
  it('makes one forecast per hour: a second run in the same hour changes nothing', async () => {
    await collectAt(TEN)
    const first = await forecasts()
    expect(first).toHaveLength(COINS.length * HORIZONS)
    const again = await collectAt('2026-07-20T10:40:00Z')
    expect(again.counts['forecasts']).toMatchObject({ outcome: 'complete', written: 0 })
    expect(await forecasts()).toEqual(first)
    await collectAt(ELEVEN)
    const later = await forecasts()
    expect(later).toHaveLength(2 * COINS.length * HORIZONS)
    expect(later).toEqual(expect.arrayContaining(first))
  })

  it('forbids changing a forecast, or storing one made at or after its target time', async () => {
    await collectAt(TEN)
    const before = await forecasts()
    const { db } = crypto.stack.database
    await expect(db.execute(sql`update predictions set predicted_price = 1`)).rejects.toMatchObject({
      cause: { message: 'rows of predictions are never changed' },
    })
    const late = (minutes: number) =>
      db.execute(sql`insert into predictions (crypto, horizon, target_time, model_version, "timestamp", made_at,
          predicted_price, last_price, decision, observed_at, run_id)
        select crypto, horizon, target_time, 'late', "timestamp", target_time + ${minutes} * interval '1 minute',
          predicted_price, last_price, decision, observed_at, run_id from predictions limit 1`)
    for (const minutes of [0, 1])
      await expect(late(minutes)).rejects.toMatchObject({ cause: { code: '23514' } })
    expect(await forecasts()).toEqual(before)
    await late(-1)
    expect(await forecasts()).toHaveLength(before.length + 1)
  })

  it('makes no forecast in a backfill of a past time or of the schedule', { tags: 'long' }, async () => {
    const ending = await collectAt(TEN, { from: '2026-07-01T00:00:00Z', to: '2026-07-20T10:00:00Z' })
    expect(ending.counts).not.toHaveProperty('forecasts')
    expect(ending.counts).not.toHaveProperty('spot')
    expect(ending.counts['prices']?.written).toBeGreaterThan(0)

    const now = Date.now()
    await crypto.stack.client.schedule.getHandle('crypto-forecast').backfill({
      start: new Date(now - 4 * HOUR_MS),
      end: new Date(now - 2 * HOUR_MS),
      overlap: ScheduleOverlapPolicy.BUFFER_ALL,
    })
    const ended = async () => {
      const runs = await listRuns(crypto.stack.database.db, { limit: 10 })
      return runs.length === 3 && runs.every(({ finishedAt }) => finishedAt !== null) && runs
    }
    const runs = await until(ended)
    expect(runs.map(({ outcome }) => outcome)).toEqual(['complete', 'complete', 'complete'])
    expect(await forecasts()).toEqual([])
  })
})

describe('a score', () => {
  it('scores a forecast in the first run after its target time, from the candle that closed then', async () => {
    await collectAt(TEN)
    expect(await scored()).toEqual([])
    await collectAt('2026-07-20T10:59:00Z')
    expect(await scored()).toEqual([])
    await collectAt(ELEVEN)
    const rows = await scored()
    expect(rows.map((row) => [row.crypto, row.horizon])).toEqual(COINS.toSorted().map((coin) => [coin, '1h']))
    for (const row of rows) {
      expect(row.target).toBe(Date.parse('2026-07-20T11:00:00Z'))
      expect(row.actual).toBe(closeAt(row.crypto, row.target))
      expect([row.error, row.naive]).toEqual([row.predicted - row.actual, row.last - row.actual])
      expect(row.right).toBe(Math.sign(row.predicted - row.last) === Math.sign(row.actual - row.last))
      expect(row.within).toBe(row.lower <= row.actual && row.actual <= row.upper)
    }
    const ofDay = async () => (await scored()).filter(({ horizon }) => horizon === '24h')
    await collectAt('2026-07-21T09:50:00Z')
    expect(await ofDay()).toEqual([])
    await collectAt('2026-07-21T10:10:00Z')
    const days = await ofDay()
    expect(days).toHaveLength(COINS.length)
    for (const { crypto: coin, target, actual } of days) expect(actual).toBe(closeAt(coin, target))
  })

  it('scores every forecast whose target time passed during an outage', { tags: 'long' }, async () => {
    await collectAt(TEN)
    await collectAt(ELEVEN)
    await collectAt('2026-07-21T16:10:00Z')
    const rows = await scored()
    expect(rows).toHaveLength(2 * COINS.length * HORIZONS)
    for (const { crypto: coin, target, actual } of rows) expect(actual).toBe(closeAt(coin, target))
  })

  it('corrects a score with the candle that it was made from', { tags: 'long' }, async () => {
    await collectAt(TEN)
    withheldMs = Date.parse('2026-07-20T10:00:00Z')
    await collectAt(ELEVEN)
    const bitcoin = async () =>
      (await scored()).find((row) => row.crypto === 'bitcoin' && row.horizon === '1h')
    const standIn = await bitcoin()
    const truth = closeAt('bitcoin', Date.parse('2026-07-20T11:00:00Z'))
    expect(standIn?.actual).not.toBe(truth)
    withheldMs = undefined
    await collectAt(NOON)
    const corrected = await bitcoin()
    expect(corrected?.actual).toBe(truth)
    expect(corrected?.error).toBe((corrected?.predicted ?? NaN) - (truth ?? NaN))
    expect(corrected?.predicted).toBe(standIn?.predicted)
  })
})
