/** The series heals: after an outage, after a late or refused candle, and around hours that the exchange does not have. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { HOUR_MS } from '../../../core/durations.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  recordedKlines,
  recordedWorld,
  seriesRows,
  startCryptoStack,
  SYMBOLS,
  whyOf,
  withholding,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { describeRecorded } from '../../unit/upstreams/recordings.ts'
import type { EndingInWords } from '../../support/ending-in-words.ts'

/** The series begins within the history of every run, so that averages without end begin at the same hour. */
const FIRST = '2026-05-25T00:00:00Z'
const MORNING = '2026-07-20T10:10:00Z'
const COINS = STACK_COINS.map(({ id }) => id)

/** Hours that Binance leaves out of its responses for now, by symbol and opening time. */
const withheld = new Set<string>()
const hourOf = (symbol: string, openMs: number) => `${symbol} ${new Date(openMs).toISOString()}`
const withhold = (symbol: string, from: string, hours = 1) => {
  for (let hour = 0; hour < hours; hour++) withheld.add(hourOf(symbol, Date.parse(from) + hour * HOUR_MS))
}

describeRecorded('a series with disturbances', () => {
  let crypto: CryptoStack
  let worker: RunningWorker
  beforeAll(async () => {
    crypto = await startCryptoStack({
      at: MORNING,
      simulator: { klines: recordedWorld(FIRST) },
    })
    const isServed = (symbol: string, openMs: number) => !withheld.has(hourOf(symbol, openMs))
    worker = await crypto.startWorker({
      dependencies: { binance: withholding(crypto.clients.binance, isServed) },
    })
  })
  afterAll(async () => {
    await worker.stop()
    await crypto.stop()
  })
  beforeEach(async () => {
    withheld.clear()
    await crypto.reset()
  })

  const collectAt = (at: string, params = {}): Promise<EndingInWords> => {
    crypto.moveTo(at)
    return crypto.collect(params)
  }
  /** Candles, prices and index days. */
  const series = async () => {
    const { candles, crypto_prices: prices, fear_greed_index: days } = await seriesRows(crypto.stack)
    return { candles, prices, days }
  }
  /** The series of a database with only an undisturbed run at this moment. */
  const freshSeries = async (at: string) => {
    withheld.clear()
    await crypto.reset()
    expect(await collectAt(at)).toMatchObject({ outcome: 'complete' })
    return series()
  }
  const priceAt = async (coin: string, at: string) => {
    const [row] = await crypto.stack.database.select<{ source: string; price: number }>(
      sql`select source, price from crypto_prices where crypto = ${coin} and "timestamp" = ${at}::timestamptz`,
    )
    return row
  }
  /** Gaps within the recorded time. */
  const gaps = () =>
    crypto.stack.database.select<{ crypto: string; at: string }>(sql`
      select crypto, to_char("timestamp" at time zone 'UTC', 'MM-DD HH24') as at from known_gaps
      where "timestamp" >= ${FIRST}::timestamptz order by 1, 2`)
  const check = async (name: string) => {
    const rows = await crypto.stack.database.select<{ crypto: string; passed: boolean; found: number }>(sql`
      select subject as crypto, passed, found from check_results where name = ${name}
        and run_id = (select run_id from check_results order by checked_at desc limit 1) order by 1`)
    return rows.map(({ passed, found }) => [passed, found])
  }
  const pagesAsked = () =>
    crypto.stack.simulator.requests
      .list()
      .filter(({ upstream, path }) => upstream === 'binance' && path.includes('klines'))

  it('the tables have no hole after six hours offline, and match a fresh database', async () => {
    expect(await collectAt(MORNING)).toMatchObject({ outcome: 'complete' })
    crypto.stack.simulator.requests.clear()
    expect(await collectAt('2026-07-20T16:10:00Z')).toMatchObject({ outcome: 'complete' })
    expect(pagesAsked()).toHaveLength(COINS.length)
    expect(await check('gaps')).toEqual(COINS.map(() => [true, 0]))
    const healed = await series()
    const fresh = await freshSeries('2026-07-20T16:10:00Z')
    // One hour more: CoinGecko's first point is the close of the hour before.
    const hours = (Date.parse('2026-07-20T16:00:00Z') - Date.parse(FIRST)) / HOUR_MS + 1
    expect(fresh.prices).toHaveLength(COINS.length * hours)
    expect(healed).toEqual(fresh)
  })

  it('uses a late candle from CoinGecko until Binance has it, and then recomputes all later rows', async () => {
    const late = '2026-07-20T09:00:00Z'
    withhold('BTCUSDT', late)
    const first = await collectAt(MORNING)
    expect(first, JSON.stringify(first.counts)).toMatchObject({ outcome: 'complete' })
    const standIn = await priceAt('bitcoin', late)
    expect(standIn?.source).toBe('coingecko')
    expect(await gaps()).toEqual([])

    withheld.clear()
    expect(await collectAt('2026-07-20T11:10:00Z')).toMatchObject({ outcome: 'complete' })
    const recorded = recordedKlines('BTCUSDT', '1h').find(([openMs]) => openMs === Date.parse(late))
    expect(await priceAt('bitcoin', late)).toEqual({ source: 'binance', price: Number(recorded?.[4]) })
    expect(standIn?.price).not.toBe(Number(recorded?.[4]))
    const healed = await series()
    expect(healed).toEqual(await freshSeries('2026-07-20T11:10:00Z'))
  })

  it('remembers hours that the exchange does not have and does not request them again', async () => {
    for (const symbol of Object.values(SYMBOLS)) withhold(symbol, '2026-07-10T05:00:00Z', 2)
    crypto.stack.simulator.faults.set('coingecko', { kind: 'waf' })
    const first = await collectAt(MORNING)
    expect(whyOf(first, 'coingecko')).toMatch(/^Blocked: /)
    const known = COINS.toSorted().flatMap((coin) => [
      { crypto: coin, at: '07-10 05' },
      { crypto: coin, at: '07-10 06' },
    ])
    expect(await gaps()).toEqual(known)
    expect(first.counts['checks']).toMatchObject({ outcome: 'complete' })
    expect(await check('gaps')).toEqual(COINS.map(() => [true, 0]))
    expect(await priceAt('bitcoin', '2026-07-10T05:00:00Z')).toBeUndefined()

    crypto.stack.simulator.requests.clear()
    await collectAt('2026-07-20T10:40:00Z')
    expect(pagesAsked()).toEqual([])
    expect(await gaps()).toEqual(known)
  })

  it('a backfill fills a gap if the exchange has the hours by then', { tags: 'long' }, async () => {
    withhold('ETHUSDT', '2026-07-12T05:00:00Z')
    await collectAt(MORNING)
    expect(await gaps()).toEqual([{ crypto: 'ethereum', at: '07-12 05' }])
    withheld.clear()
    const ending = await crypto.collect({ from: '2026-07-12T00:00:00Z', to: '2026-07-12T12:00:00Z' })
    expect(ending.counts['binance']).toMatchObject({ outcome: 'complete' })
    const healed = await series()
    expect(healed).toEqual(await freshSeries(MORNING))
  })

  it(
    'requests an hour again after its candle was rejected: a bad row is no gap of the exchange',
    { tags: 'long' },
    async () => {
      const bad = '2026-07-12T05:00:00Z'
      const { stack } = crypto
      const rows = recordedKlines('BTCUSDT', '1h').filter(([openMs]) => openMs >= Date.parse(FIRST))
      const page = rows.map((row) => (row[0] === Date.parse(bad) ? [row[0], 'plenty', ...row.slice(2)] : row))
      stack.simulator.faults.set('binance', {
        kind: 'status',
        status: 200,
        match: 'klines.*BTCUSDT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(page.filter(([openMs]) => Number(openMs) < Date.parse('2026-07-20T10:00:00Z'))),
      })
      const first = await collectAt(MORNING)
      expect(first.counts['binance']).toMatchObject({ outcome: 'partial' })
      expect(first.counts['binance']?.rejected).toBeGreaterThan(0)
      const quarantined = await stack.database.select(
        sql`select distinct source, "row"->>0 as at from quarantine where reason like '%decimal%'`,
      )
      expect(quarantined).toEqual([{ source: 'binance', at: String(Date.parse(bad)) }])
      expect(await gaps()).toEqual([])

      stack.simulator.faults.clear()
      expect(await collectAt('2026-07-20T10:20:00Z')).toMatchObject({ outcome: 'complete' })
      const healed = await series()
      expect(healed).toEqual(await freshSeries('2026-07-20T10:20:00Z'))
    },
  )

  it(
    'an empty response in the middle of the first fill does not truncate the history forever',
    { tags: 'long' },
    async () => {
      const { simulator } = crypto.stack
      // The first thousand hours that the exchange has.
      simulator.faults.set('binance', { kind: 'empty', match: 'klines.*BTCUSDT', times: 1 })
      const first = await collectAt(MORNING)
      expect(whyOf(first, 'binance')).toMatch(/^suspicious: bitcoin/)
      simulator.faults.clear()
      expect(await collectAt('2026-07-20T10:20:00Z')).toMatchObject({ outcome: 'complete' })
      const healed = await series()
      expect(healed).toEqual(await freshSeries('2026-07-20T10:20:00Z'))
    },
  )
})
