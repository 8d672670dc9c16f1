/** The weeks before a demo: forecasts of another Almanac, scored by the prices that the first collection stored. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importDemoPast } from '../../../cli/demo-past.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { HOUR_MS } from '../../../core/durations.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { createCoins } from '../../../simulator/crypto-forecast/coins.ts'
import { cryptoForecast } from '../../support/crypto-forecast/crypto-stack.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const SEED = 1
const now = Date.now()
/** Full hours of thirty days. */
const HOURS = Array.from({ length: 30 * 24 }, (_, at) => (Math.floor(now / HOUR_MS) - 1 - at) * HOUR_MS)
const coins = createCoins({ count: 3, seed: SEED, clock: () => new Date(now), klines: {} })
/** Forecasts of 27 days: those of the 28th may not be due; each of three hours that the exchange may lack costs three. */
const FEWEST = 27 * 24 - 9

let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'almanac-past-'))
  await collectPrices()
  const demo = loadConfig({ env: { ALMANAC_STATE_DIR: folder }, root: folder, demo: true })
  const config = { ...demo, env: { ...demo.env, DATABASE_URL: database.url } }
  const stopped = new AbortController().signal
  await importDemoPast(config, [cryptoForecast()], { say: () => undefined, stopped })
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function collectPrices(): Promise<void> {
  const rows = coins.list().flatMap(({ id: crypto, symbol }) =>
    HOURS.flatMap((openMs) => {
      const price = coins.candle(symbol, openMs)?.close
      if (price === undefined) return []
      return [{ crypto, timestamp: new Date(openMs), price, source: 'binance' as const, formulas: 1 }]
    }),
  )
  const retryBudget = { ms: 0, signal: new AbortController().signal }
  const options = { observedAt: new Date(), runId: 'collected', retryBudget }
  await writeRows(database.db, { crypto_prices: rows }, options)
}

it('the past of the demo has four weeks of scored forecasts of each coin, under the name of another model', async () => {
  const models = await database.select<Record<string, number | string>>(sql`
    select crypto, horizon, model_version, count(*)::int as made, count(error)::int as scored
    from predictions left join prediction_scores using (crypto, horizon, target_time, model_version)
    group by 1, 2, 3 order by 1, 2`)
  expect(models.map(({ crypto, horizon, model_version }) => [crypto, horizon, model_version])).toEqual(
    ['binancecoin', 'bitcoin', 'ethereum'].flatMap((coin) =>
      ['1h', '24h'].map((horizon) => [coin, horizon, 'imported/momentum-1']),
    ),
  )
  for (const { scored } of models) expect(scored).toBeGreaterThanOrEqual(FEWEST)
})

it('a forecast of the past of the demo knows the price at which it was made, and its score the price that came', async () => {
  const rows = await database.select<Record<string, number | string>>(sql`
    select crypto, extract(epoch from "timestamp")::float8 * 1000 as base, last_price,
      extract(epoch from target_time)::float8 * 1000 as due, actual_price
    from predictions join prediction_scores using (crypto, horizon, target_time, model_version)`)
  for (const { crypto, base, last_price, due, actual_price } of rows) {
    const symbol = coins.byId(String(crypto))?.symbol ?? ''
    expect(last_price).toBe(coins.candle(symbol, Number(base))?.close)
    expect(actual_price).toBe(coins.candle(symbol, Number(due) - HOUR_MS)?.close)
  }
  expect(rows.length).toBeGreaterThan(0)
})
