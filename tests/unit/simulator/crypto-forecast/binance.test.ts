import { afterEach, describe, expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../../core/durations.ts'
import { startSimulator } from '../../../../simulator/server.ts'
import { answerOf, ask, askJson, simulatorForTests } from '../asking.ts'
import { hasRecordings, recording } from '../recordings.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })
const V3 = '/binance/api/v3'
/** The clock of `simulatorForTests`. */
const NOW_MS = Date.parse('2026-05-04T10:00:00Z')

type Row = [number, ...unknown[]]

const simulator = simulatorForTests({ rateLimits: false })
const klines = async (query: string, base = V3) =>
  (await askJson(simulator.get(), `${base}/klines?${query}`)) as Row[]
const refusal = async (path: string) => {
  const response = await ask(simulator.get(), V3 + path)
  return [response.status, await response.json()] as const
}
const symbols = (list: string[]) => `symbols=${encodeURIComponent(JSON.stringify(list))}`

/** Kind of a value: decimal text by its number of decimals, so that `"1.5"` is not `"1.50000000"`. */
function kind(value: unknown): string {
  if (typeof value !== 'string') return Number.isInteger(value) ? 'integer' : typeof value
  return value.includes('.') ? `text with ${value.split('.')[1]?.length ?? 0} decimals` : 'text'
}

describe.skipIf(!hasRecordings)('simulated Binance has the shape of the real one:', () => {
  it.each(['1h', '1d'])(
    'a %s kline has the elements of recorded ones, of the same kinds',
    async (interval) => {
      const [theirs] = recording(`binance/klines_BTCUSDT_${interval}.json`) as Row[]
      const [ours] = await klines(`symbol=BTCUSDT&interval=${interval}&limit=1`)
      expect(ours?.map(kind)).toEqual(theirs?.map(kind))
      expect(Number(ours?.[6]) - Number(ours?.[0])).toBe(Number(theirs?.[6]) - Number(theirs?.[0]))
      expect(ours?.[11]).toBe('0')
    },
  )
})

describe('klines of the simulated Binance', () => {
  it('gives the last 500 klines up to the open candle, and at most 1,000 whatever is requested', async () => {
    const usual = await klines('symbol=ETHUSDT&interval=1h')
    expect(usual).toHaveLength(500)
    expect(usual.at(-1)?.[0]).toBe(NOW_MS)
    expect(await klines('symbol=ETHUSDT&interval=1h&limit=5000')).toHaveLength(1_000)
    expect(await klines('symbol=ETHUSDT&interval=1h&limit=3')).toEqual(usual.slice(-3))
  })

  it('klines begin at startTime and end with endTime, both included', async () => {
    const from = NOW_MS - 10 * HOUR_MS
    const page = await klines(`symbol=BTCUSDT&interval=1h&startTime=${from}&endTime=${from + 3 * HOUR_MS}`)
    expect(page.map(([openMs]) => openMs)).toEqual([0, 1, 2, 3].map((hour) => from + hour * HOUR_MS))
    const next = await klines(`symbol=BTCUSDT&interval=1h&startTime=${from + 1}&limit=2`)
    expect(next).toEqual(page.slice(1, 3))
    const last = await klines(`symbol=BTCUSDT&interval=1h&endTime=${from + 3 * HOUR_MS}&limit=2`)
    expect(last).toEqual(page.slice(2))
    expect(await klines(`symbol=BTCUSDT&interval=1h&startTime=${NOW_MS + 1}`)).toEqual([])
    const [first] = await klines('symbol=BTCUSDT&interval=1h&startTime=0&limit=1')
    expect(first?.[0]).toBe(Date.parse('2017-08-17T04:00:00Z'))
  })

  it('klines leave out the hours of a gap, and a page continues after it', async () => {
    const { coins } = simulator.get().world
    const [gap] = coins.gaps(NOW_MS - 700 * 24 * HOUR_MS, NOW_MS)
    if (gap === undefined) throw new Error('Two years have a gap.')
    const page = await klines(`symbol=BTCUSDT&interval=1h&startTime=${gap.openMs - 2 * HOUR_MS}&limit=4`)
    const after = gap.openMs + gap.hours * HOUR_MS
    expect(page.map(([openMs]) => openMs)).toEqual([
      gap.openMs - 2 * HOUR_MS,
      gap.openMs - HOUR_MS,
      after,
      after + HOUR_MS,
    ])
    const inside = `startTime=${gap.openMs}&endTime=${after - HOUR_MS}`
    expect(await klines(`symbol=BTCUSDT&interval=1h&${inside}`)).toEqual([])
  })

  it('klines of a day sum up its hours', async () => {
    const dayMs = Date.parse('2026-05-03T00:00:00Z')
    const hours = await klines(`symbol=BNBUSDT&interval=1h&startTime=${dayMs}&limit=24`)
    const [day] = await klines(`symbol=BNBUSDT&interval=1d&startTime=${dayMs}&limit=1`)
    const numbers = (index: number) => hours.map((row) => Number(row[index]))
    expect(hours).toHaveLength(24)
    expect([day?.[0], day?.[1], day?.[4]]).toEqual([dayMs, hours[0]?.[1], hours[23]?.[4]])
    expect([Number(day?.[2]), Number(day?.[3])]).toEqual([Math.max(...numbers(2)), Math.min(...numbers(3))])
    for (const index of [5, 7, 8, 9, 10]) {
      const sum = numbers(index).reduce((total, value) => total + value, 0)
      expect(Number(day?.[index]) / sum).toBeCloseTo(1, 9)
    }
  })

  it('only open klines move with the clock', async () => {
    let now = NOW_MS + 5 * MINUTE_MS
    const moving = await startSimulator({ rateLimits: false, clock: () => new Date(now) })
    const page = async () =>
      (await askJson(moving, `${V3}/klines?symbol=BTCUSDT&interval=1h&limit=2`)) as Row[]
    const before = await page()
    now += 20 * MINUTE_MS
    const later = await page()
    now = NOW_MS + HOUR_MS
    const over = await page()
    await moving.close()
    expect(later[0]).toEqual(before[0])
    expect(later[1]).not.toEqual(before[1])
    expect(later[1]?.[6]).toBe(NOW_MS + HOUR_MS - 1)
    expect(Number(later[1]?.[5])).toBeGreaterThan(Number(before[1]?.[5]))
    expect(over.map(([openMs]) => openMs)).toEqual([NOW_MS, NOW_MS + HOUR_MS])
  })
})

describe('other answers of the simulated Binance', () => {
  it('simulated Binance gives the price of one symbol, of some, or of all', async () => {
    const one = await askJson(simulator.get(), `${V3}/ticker/price?symbol=BTCUSDT`)
    const [open] = await klines('symbol=BTCUSDT&interval=1h&limit=1')
    expect(one).toEqual({ symbol: 'BTCUSDT', price: open?.[4] })
    const some = (await askJson(
      simulator.get(),
      `${V3}/ticker/price?${symbols(['ETHUSDT', 'BTCUSDT'])}`,
    )) as { symbol: string }[]
    expect(some.map(({ symbol }) => symbol)).toEqual(['ETHUSDT', 'BTCUSDT'])
    expect(some[1]).toEqual(one)
    expect(await askJson(simulator.get(), `${V3}/ticker/price`)).toHaveLength(3)
  })

  it('simulated Binance gives its time and responds to pings', async () => {
    expect(await askJson(simulator.get(), `${V3}/time`)).toEqual({ serverTime: NOW_MS })
    expect(await askJson(simulator.get(), `${V3}/ping`)).toEqual({})
    expect((await ask(simulator.get(), `${V3}/exchangeInfo`)).status).toBe(404)
    expect((await ask(simulator.get(), `${V3}/ping`, { method: 'POST' })).status).toBe(405)
  })

  it.each([
    ['/klines?symbol=NOPEUSDT&interval=1h', -1121, 'Invalid symbol.'],
    ['/ticker/price?symbol=NOPEUSDT', -1121, 'Invalid symbol.'],
    [`/ticker/price?${symbols(['BTCUSDT', 'NOPEUSDT'])}`, -1121, 'Invalid symbol.'],
    ['/klines?symbol=BTCUSDT&interval=1x', -1120, 'Invalid interval.'],
    [
      '/klines?symbol=BTCUSDT',
      -1102,
      "Mandatory parameter 'interval' was not sent, was empty/null, or malformed.",
    ],
    [
      '/klines?interval=1h',
      -1102,
      "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    ],
    [
      '/klines?symbol=btcusdt&interval=1h',
      -1100,
      "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
    ],
    [
      '/klines?symbol=BTCUSDT&interval=1h&startTime=yesterday',
      -1100,
      "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.",
    ],
  ])('simulated Binance names the mistake in %s', async (path, code, msg) => {
    expect(await refusal(path)).toEqual([400, { code, msg }])
  })
})

describe('weight of the simulated Binance', () => {
  /** A simulator whose limits count with a time that the test moves. */
  async function counting(rateLimits: boolean, nowMs: number) {
    const time = { nowMs }
    const started = await startSimulator({ rateLimits, now: () => time.nowMs })
    const asked = async (path = '/ping') => {
      const response = await ask(started, V3 + path)
      return {
        status: response.status,
        used: [response.headers.get('x-mbx-used-weight'), response.headers.get('x-mbx-used-weight-1m')],
        retryAfter: response.headers.get('retry-after'),
        body: (await response.json()) as { code?: number; msg?: string },
      }
    }
    /** Uses weight up in the dearest requests, which need no price: they are refused, and counted. */
    const use = async (weight: number) => {
      const dear = `${V3}/ticker/price?${symbols(['NOPEUSDT'])}`
      for (let used = 0; used < weight; used += 4) await answerOf(started, dear)
    }
    return { time, asked, use, close: () => started.close() }
  }

  it('returns the weight with each response, and resets it with each minute of the clock', async () => {
    const { time, asked, close } = await counting(true, 10 * MINUTE_MS + 50_000)
    const uses = [
      await asked('/klines?symbol=BTCUSDT&interval=1h&limit=1'),
      await asked('/ticker/price?symbol=BTCUSDT'),
      await asked('/ticker/price'),
      await asked(`/ticker/price?${symbols(['BTCUSDT'])}`),
      await asked(),
    ].map(({ used }) => used)
    expect(uses).toEqual([2, 4, 8, 12, 13].map((used) => [String(used), String(used)]))
    time.nowMs += 10_000
    expect((await asked()).used).toEqual(['1', '1'])
    await close()
  })

  it('refuses above 6,000 a minute until the minute ends, and bans a client that goes on', async () => {
    const { time, asked, use, close } = await counting(true, 10 * MINUTE_MS + 15_000)
    await use(6_000)
    const refused = await asked()
    expect(refused).toEqual({
      status: 429,
      used: ['6001', '6001'],
      retryAfter: '45',
      body: {
        code: -1003,
        msg: 'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid bans.',
      },
    })
    for (let more = 0; more < 9; more += 1) expect((await asked()).status).toBe(429)
    const banned = await asked()
    const until = 10 * MINUTE_MS + 15_000 + 120_000
    expect(banned).toMatchObject({
      status: 418,
      retryAfter: '120',
      body: {
        code: -1003,
        msg: `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
      },
    })
    // the next minute frees no banned client; the end of the ban does
    time.nowMs += 100_000
    expect(await asked()).toMatchObject({ status: 418, retryAfter: '20' })
    time.nowMs += 20_000
    expect(await asked()).toMatchObject({ status: 200, retryAfter: null })
    await close()
  })

  it('counts the weight and never refuses if rate limits are off', async () => {
    const { asked, use, close } = await counting(false, 10 * MINUTE_MS)
    await use(6_000)
    expect(await asked()).toMatchObject({ status: 200, used: ['6001', '6001'] })
    await close()
  })
})

describe('a fault of the simulated Binance', () => {
  afterEach(() => {
    simulator.get().faults.clear()
  })

  it('a fault hits the main host and not its mirror, which gives the same', async () => {
    const query = 'symbol=BTCUSDT&interval=1h&limit=5'
    const truth = await klines(query)
    simulator.get().faults.set('binance', { kind: 'geo-block' })
    const blocked = await ask(simulator.get(), `${V3}/klines?${query}`)
    expect([blocked.status, await blocked.json()]).toEqual([
      451,
      {
        code: 0,
        msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer service if you believe you received this message in error.",
      },
    ])
    expect(await klines(query, '/binance-mirror/api/v3')).toEqual(truth)
  })

  it('"waf" responds with the page of the firewall', async () => {
    simulator.get().faults.set('binance', { kind: 'waf' })
    const response = await ask(simulator.get(), `${V3}/ping`)
    expect([response.status, response.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8'])
    const page = await response.text()
    expect(page).toContain('<TITLE>ERROR: The request could not be satisfied</TITLE>')
    expect(page).toContain('Request blocked.')
  })

  it('"banned" responds with 418 until a moment that many seconds away', async () => {
    simulator.get().faults.set('binance', { kind: 'banned', seconds: 259_200 })
    const asked = Date.now()
    const response = await ask(simulator.get(), `${V3}/ping`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([418, '259200'])
    const { code, msg } = (await response.json()) as { code: number; msg: string }
    const until = Number(/IP banned until (\d+)\./.exec(msg)?.[1])
    expect(code).toBe(-1003)
    expect(until).toBeGreaterThanOrEqual(asked + 259_200_000)
    expect(until).toBeLessThanOrEqual(Date.now() + 259_200_000)
  })

  it.each([
    ['modrinth', { kind: 'geo-block' } as const],
    ['coingecko', { kind: 'banned', seconds: 5 } as const],
  ])('rejects a fault for %s, which does not support it', (upstream, fault) => {
    expect(() => {
      simulator.get().faults.set(upstream, fault)
    }).toThrow(`Only binance, binance-mirror can have the fault "${fault.kind}".`)
  })

  it('"rate-limited" has the shape of the real refusal', async () => {
    simulator.get().faults.set('binance', { kind: 'rate-limited', shape: 'binance', seconds: 7 })
    const response = await ask(simulator.get(), `${V3}/ping`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    expect(await response.json()).toMatchObject({ code: -1003 })
  })
})
