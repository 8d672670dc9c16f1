/** Outcomes of crypto-forecast under faults: each failure is named, and the other source replaces it. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRun } from '../../../client/runs.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import type { Fault } from '../../../simulator/faults.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  cryptoForecast,
  outcomesOf,
  startCryptoStack,
  whyOf,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { until } from '../../support/until.ts'
import { eachVariant } from '../../support/each-variant.ts'

const TEN = '2026-07-20T10:10:00Z'
const ELEVEN = '2026-07-20T11:10:00Z'
const COINS = STACK_COINS.length
/** Attempts after 0, 1, 3 and 7 s; the next one, after 15, would be too late, so that seconds are left for the other steps. */
const BOUND = { boundSeconds: 14 }
const BLOCKED: Fault = { kind: 'geo-block' }

let crypto: CryptoStack
let worker: RunningWorker
/** Restores the rows of a good run at ten. */
let goodRun: () => Promise<void>
beforeAll(async () => {
  crypto = await startCryptoStack({ at: TEN })
  worker = await crypto.startWorker()
  const good = await collectAt(TEN)
  expect(good.outcome, JSON.stringify(good.counts)).toBe('complete')
  goodRun = await crypto.keep()
})
afterAll(async () => {
  await worker.stop()
  await crypto.stop()
})
beforeEach(async () => {
  await crypto.reset()
  rmSync(crypto.stack.config.dataDir, { recursive: true, force: true })
})

const select = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  crypto.stack.database.select<Row>(query)

const collectAt = async (
  at: string,
  faults: Record<string, Fault> = {},
  params: Record<string, unknown> = {},
): Promise<EndingInWords> => {
  crypto.moveTo(at)
  for (const [upstream, fault] of Object.entries(faults)) crypto.stack.simulator.faults.set(upstream, fault)
  return crypto.collect(params)
}

/** A run under faults, an hour after one without. */
const collectAfterAGoodRun = async (faults: Record<string, Fault>, params = {}): Promise<EndingInWords> => {
  await goodRun()
  return collectAt(ELEVEN, faults, params)
}

const metrics = (): Record<string, number> => {
  const path = join(crypto.stack.config.dataDir, 'cryptobot_cron.prom')
  const lines = existsSync(path)
    ? readFileSync(path, 'utf8').matchAll(/^cryptobot_cron_last_(\w+) (\S+)$/gm)
    : []
  return Object.fromEntries([...lines].map(([, name = '', value]) => [name, Number(value)]))
}
const seconds = (at: string) => Date.parse(at) / 1_000

/** Of each coin's newest price: hour and source. */
const newest = () =>
  select<{ at: string; source: string }>(sql`select distinct on (crypto) source,
    to_char("timestamp" at time zone 'UTC', 'DD HH24') as at from crypto_prices order by crypto, "timestamp" desc`)

/** How many forecasts were made at this clock's time. */
const forecastsAt = async (at: string) =>
  (await select(sql`select from predictions where made_at = ${at}::timestamptz`)).length

describe('Binance', () => {
  eachVariant<Fault>([BLOCKED, { kind: 'waf' }])(
    'falls back to the Binance mirror when the main host responds with %o',
    async (fault) => {
      const ending = await collectAt(TEN, { binance: fault })
      expect(ending.outcome, JSON.stringify(ending.counts)).toBe('complete')
      const hosts = await select<{ host: string; klines: boolean }>(sql`select distinct
      split_part(substring(url from '//.*'), '/', 4) as host from raw_payloads where source = 'binance'`)
      expect(hosts).toEqual([{ host: 'binance-mirror' }])
      const { requests } = crypto.stack.simulator
      expect(requests.count({ upstream: 'binance' })).toBeGreaterThan(0)
      requests.clear()
      // A host that blocks us is left in peace for hours.
      expect(await collectAt(ELEVEN)).toMatchObject({ outcome: 'complete' })
      expect(requests.count({ upstream: 'binance' })).toBe(0)
    },
  )

  it('reports Blocked if every Binance host blocks us; forecasts use the newest hour from CoinGecko', async () => {
    const ending = await collectAfterAGoodRun({ binance: BLOCKED, 'binance-mirror': { kind: 'waf' } })
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['binance']?.outcome).toBe('failed')
    expect(whyOf(ending, 'binance')).toMatch(/^Blocked: .*451.*403.*BINANCE_URLS/)
    expect(outcomesOf(ending)).toMatchObject({ spot: 'partial', forecasts: 'complete', checks: 'complete' })
    expect(await newest()).toEqual(Array(COINS).fill({ at: '20 10', source: 'coingecko' }))
    expect(await forecastsAt(ELEVEN)).toBe(2 * COINS)
    const compared = await select(sql`select binance_price, difference, coingecko_price > 0 as told
      from price_comparisons order by "timestamp" desc limit ${COINS}`)
    expect(compared).toEqual(Array(COINS).fill({ binance_price: null, difference: null, told: true }))
    // One source replaced the other: nothing is missing.
    expect(metrics()).toMatchObject({ run_status: 1, success_timestamp: seconds(ELEVEN) })
  })

  it('makes no forecast without Binance and CoinGecko, and the run is partial', async () => {
    const ending = await collectAfterAGoodRun({
      binance: BLOCKED,
      'binance-mirror': BLOCKED,
      coingecko: { kind: 'waf' },
    })
    expect(ending.outcome).toBe('partial')
    expect(outcomesOf(ending)).toMatchObject({
      binance: 'failed',
      coingecko: 'failed',
      'fear-greed': 'complete',
      spot: 'failed',
      prices: 'complete',
      checks: 'partial',
      forecasts: 'failed',
    })
    expect(whyOf(ending, 'forecasts')).toContain('bitcoin: no forecast from a candle that is 1 hour old')
    expect(whyOf(ending, 'checks')).toContain(
      'newest-candle: bitcoin is 1 hour behind the newest closed hour',
    )
    expect(await forecastsAt(ELEVEN)).toBe(0)
    expect(metrics()).toMatchObject({
      run_status: 0,
      success_timestamp: seconds(TEN),
      failure_timestamp: seconds(ELEVEN),
    })
  })
})

describe('all upstreams unavailable', () => {
  it('fails with every reason if all upstreams are away; no forecast, and the metrics keep the last success', async () => {
    const ending = await collectAfterAGoodRun({
      binance: BLOCKED,
      'binance-mirror': BLOCKED,
      coingecko: { kind: 'waf' },
      'fear-greed': { kind: 'html' },
    })
    expect(ending.outcome).toBe('failed')
    for (const reason of [
      /binance: Blocked/,
      /coingecko: Blocked/,
      /fear-greed: PayloadInvalid/,
      /spot: Blocked/,
    ])
      expect(ending.error?.message).toMatch(reason)
    expect(await forecastsAt(ELEVEN)).toBe(0)
    expect(await newest()).toEqual(Array(COINS).fill({ at: '20 09', source: 'binance' }))
    expect(metrics()).toMatchObject({
      run_status: 0,
      success_timestamp: seconds(TEN),
      failure_timestamp: seconds(ELEVEN),
      run_rows: 0,
    })
  })

  it('fails without a previous success if all upstreams are away on the first day', async () => {
    const ending = await collectAt(TEN, {
      binance: BLOCKED,
      'binance-mirror': BLOCKED,
      coingecko: { kind: 'waf' },
      'fear-greed': { kind: 'html' },
    })
    expect(ending.outcome).toBe('failed')
    expect(metrics()).toMatchObject({ run_status: 0, failure_timestamp: seconds(TEN) })
    expect(metrics()).not.toHaveProperty('success_timestamp')
  })
})

describe('CoinGecko', () => {
  eachVariant<[string, Fault, RegExp, Record<string, unknown>]>([
    [
      'a 429 that names no delay',
      { kind: 'rate-limited', shape: 'bare', seconds: 0 },
      /^RateLimited: /,
      BOUND,
    ],
    ['a 503', { kind: 'status', status: 503 }, /^UpstreamUnavailable: /, BOUND],
    ['a web page', { kind: 'html' }, /^PayloadInvalid: /, {}],
    ['its firewall', { kind: 'waf' }, /^Blocked: /, {}],
    [
      'a chart under another name',
      { kind: 'rename-field', from: 'prices', to: 'quotes' },
      /^PayloadInvalid: /,
      {},
    ],
  ])(
    'stays partial when CoinGecko responds with %s, and Binance serves everything',
    async (_, fault, reason, params) => {
      const ending = await collectAfterAGoodRun({ coingecko: fault }, params)
      expect(ending.outcome, JSON.stringify(ending.counts)).toBe('partial')
      expect(ending.counts['coingecko']?.outcome).toBe('failed')
      expect(whyOf(ending, 'coingecko')).toMatch(reason)
      expect(outcomesOf(ending)).toMatchObject({
        binance: 'complete',
        prices: 'complete',
        forecasts: 'complete',
      })
      expect(await newest()).toEqual(Array(COINS).fill({ at: '20 10', source: 'binance' }))
      expect(metrics()['run_status']).toBe(1)
    },
  )

  eachVariant<[string, Fault]>([
    ['a 503', { kind: 'status', status: 503 }],
    ['JSON that ends in its middle', { kind: 'truncated-json' }],
    ['a cut connection', { kind: 'cut' }],
  ])('requests CoinGecko again after %s', async (_, fault) => {
    const ending = await collectAfterAGoodRun({ coingecko: { ...fault, match: 'market_chart', times: 1 } })
    expect(ending.outcome, JSON.stringify(ending.counts)).toBe('complete')
    expect(crypto.stack.simulator.faults.list()).toEqual({})
  })

  it('treats a CoinGecko response without one price as failed and implausible, and keeps stored rows', async () => {
    const held = async () => (await select(sql`select from candles where source = 'coingecko'`)).length
    await goodRun()
    const before = await held()
    const ending = await collectAt(ELEVEN, { coingecko: { kind: 'empty', match: 'market_chart' } })
    expect(ending.counts['coingecko']).toMatchObject({ outcome: 'failed', written: 0 })
    expect(whyOf(ending, 'coingecko')).toMatch(/^suspicious: CoinGecko returned no price for /)
    expect(await held()).toBe(before)
  })
})

describe('Fear & Greed', () => {
  eachVariant<[string, Fault, RegExp, Record<string, unknown>]>([
    ['an empty list', { kind: 'empty' }, /^PayloadInvalid: .*implausible/, {}],
    [
      'an error under a good status',
      {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          name: 'Fear and Greed Index',
          data: [],
          metadata: { error: 'database gone' },
        }),
      },
      /^UpstreamUnavailable: .*database gone/,
      BOUND,
    ],
  ])(
    'keeps stored days and continues when Fear & Greed responds with %s',
    async (_, fault, reason, params) => {
      const days = () => select(sql`select date::text, value from fear_greed_index order by date`)
      await goodRun()
      const before = await days()
      const ending = await collectAt(ELEVEN, { 'fear-greed': fault }, params)
      expect(ending.outcome).toBe('partial')
      expect(ending.counts['fear-greed']?.outcome).toBe('failed')
      expect(whyOf(ending, 'fear-greed')).toMatch(reason)
      expect(await days()).toEqual(before)
      expect(outcomesOf(ending)).toMatchObject({
        prices: 'complete',
        checks: 'complete',
        forecasts: 'complete',
      })
      expect(metrics()['run_status']).toBe(1)
    },
  )

  it('fails Fear & Greed if a field is renamed, and quarantines its rows with the reason', async () => {
    const ending = await collectAfterAGoodRun({
      'fear-greed': { kind: 'rename-field', from: 'value', to: 'score' },
    })
    expect(ending.counts['fear-greed']).toMatchObject({ outcome: 'failed', written: 0 })
    expect(whyOf(ending, 'fear-greed')).toMatch(/^\d+ rows rejected, see quarantine$/)
    const refused = await select<{ source: string; reason: string; score: string }>(
      sql`select source, reason, "row"->>'score' as score from quarantine`,
    )
    expect(refused).toHaveLength(ending.counts['fear-greed']?.rejected ?? NaN)
    for (const { source, reason, score } of refused) {
      expect([source, Number(score) >= 0]).toEqual(['fear-greed', true])
      expect(reason).toContain('value')
    }
  })
})

describe('spot prices', () => {
  it('are asked for again, of both, if one does not answer', async () => {
    const ending = await collectAfterAGoodRun({
      coingecko: { kind: 'status', status: 503, match: '/simple/price', times: 2 },
    })
    expect(ending.outcome, JSON.stringify(ending.counts)).toBe('complete')
    const compared = await select(sql`select difference is not null as both from price_comparisons
      order by "timestamp" desc limit ${COINS}`)
    expect(compared).toEqual(Array(COINS).fill({ both: true }))
  })
})

describe('an unknown coin', () => {
  it('an unknown coin fails alone', async () => {
    const section = crypto.stack.config.tracked['crypto-forecast']
    const known = section.coins
    section.coins = [...known, { id: 'no-such-coin', code: 'NOPE' }]
    try {
      const ending = await collectAt(TEN)
      expect(ending.outcome).toBe('partial')
      expect(whyOf(ending, 'binance')).toMatch(/^NotFound: binance knows no symbol NOPEUSDT/)
      expect(whyOf(ending, 'coingecko')).toMatch(/^NotFound: coingecko knows no coin "no-such-coin"/)
      expect(whyOf(ending, 'forecasts')).toBe('no-such-coin: no candle to forecast from')
      expect(await newest()).toEqual(Array(COINS).fill({ at: '20 09', source: 'binance' }))
      expect(await forecastsAt(TEN)).toBe(2 * COINS)
      const compared = await select(
        sql`select crypto, difference is not null as both from price_comparisons order by 1`,
      )
      expect(compared).toEqual(STACK_COINS.map(({ id }) => ({ crypto: id, both: true })))
    } finally {
      section.coins = known
    }
  })
})

describe('a cancelled run', () => {
  it('a cancelled run is no success in the metrics file, and the last success stays', async () => {
    await goodRun()
    crypto.moveTo(ELEVEN)
    crypto.stack.simulator.faults.set('binance', { kind: 'latency', ms: 60_000 })
    const { requests } = crypto.stack.simulator
    requests.clear()
    const handle = await startRun(crypto.stack.client, cryptoForecast(), 'manual')
    await until(() => requests.count({ upstream: 'binance' }) > 0)
    await handle.cancel()
    expect((await endingOf(handle)).outcome).toBe('cancelled')
    expect(metrics()).toMatchObject({
      run_status: 0,
      success_timestamp: seconds(TEN),
      failure_timestamp: seconds(ELEVEN),
    })
    const [record] = await select(
      sql`select outcome from pipeline_runs where run_id = ${handle.firstExecutionRunId}`,
    )
    expect(record).toEqual({ outcome: 'cancelled' })
  })
})
