import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../core/durations.ts'
import { startSimulator } from '../../../../simulator/server.ts'
import { ask, askJson, simulatorForTests } from '../asking.ts'
import { hasRecordings, keys, recording } from '../recordings.ts'

type Point = [number, number]
interface Chart {
  prices: Point[]
  market_caps: Point[]
  total_volumes: Point[]
}
interface Recorded {
  response: { status: number; body: unknown }
}
const V3 = '/coingecko/api/v3'
/** Not on the hour: "now" must be told from the points of the grid. */
const NOW_MS = Date.parse('2026-05-04T10:23:45.678Z')
const NOW_POINT_MS = Date.parse('2026-05-04T10:23:45Z')

const simulator = simulatorForTests({ rateLimits: false, clock: () => new Date(NOW_MS) })
const chart = async (days: number, more = '', id = 'bitcoin') =>
  (await askJson(
    simulator.get(),
    `${V3}/coins/${id}/market_chart?vs_currency=usd&days=${days}${more}`,
  )) as Chart
const price = async (query: string) =>
  (await askJson(simulator.get(), `${V3}/simple/price?${query}`)) as Record<string, Record<string, number>>
const refusal = async (path: string, headers: Record<string, string> = {}) => {
  const response = await ask(simulator.get(), V3 + path, { headers })
  return [response.status, await response.json()] as const
}
const times = ({ prices }: Chart) => prices.map(([atMs]) => atMs)
const recorded = (file: string) => recording(`coingecko/${file}`) as Recorded

describe.skipIf(!hasRecordings)('simulated CoinGecko has the shape of the real one:', () => {
  it.each([
    ['daily', 'daily_historical_prices_for_one_coin.0.json', 90, '&interval=daily'],
    ['hourly', 'hourly_historical_prices_for_one_coin.0.json', 30, ''],
    ['5-minute', 'minutely_historical_prices_for_one_coin.0.json', 1, ''],
  ])(
    'a %s chart has the lists, the kinds and the length of the recorded one',
    async (_, file, days, more) => {
      const ours = await chart(days, more)
      const theirs = recorded(file).response.body as Chart
      expect(keys(ours)).toEqual(keys(theirs))
      for (const list of ['prices', 'market_caps', 'total_volumes'] as const) {
        expect(Math.abs(ours[list].length - theirs[list].length)).toBeLessThanOrEqual(3)
        expect(
          ours[list].every((point: number[]) => point.length === 2 && point.every(Number.isFinite)),
        ).toBe(true)
        expect(ours[list].map(([atMs]) => atMs)).toEqual(times(ours))
      }
    },
  )

  it('gives recorded refusals and prices alike', async () => {
    const theirs = recorded('daily_historical_prices_for_one_coin.1.json').response
    expect(await refusal('/coins/bitcoin/market_chart')).toEqual([theirs.status, theirs.body])
    const one = recorded('simple_price_for_one_coin.0.json').response.body as Record<string, object>
    const ours = await price('ids=bitcoin&vs_currencies=usd')
    expect([keys(ours), keys(ours['bitcoin'])]).toEqual([keys(one), keys(one['bitcoin'])])
    expect(Number.isInteger(ours['bitcoin']?.['usd'])).toBe(true)
    const several = recorded('price_for_multiple_coins.0.json').response.body
    expect(keys(await price('ids=bitcoin,%20ethereum&vs_currencies=usd'))).toEqual(keys(several))
  })

  it('hourly points lie after the hour as recorded ones do', async () => {
    const offsets = (points: Chart) =>
      times(points)
        .slice(0, -1)
        .map((atMs) => (atMs % HOUR_MS) / MINUTE_MS)
    const share = (all: number[], minutes: number) =>
      all.filter((offset) => offset < minutes).length / all.length
    const ours = offsets(await chart(90))
    const theirs = offsets(recorded('hourly_historical_prices_for_one_coin.0.json').response.body as Chart)
    for (const minutes of [3, 6, 15, 30])
      expect(Math.abs(share(ours, minutes) - share(theirs, minutes))).toBeLessThan(0.15)
  })
})

describe('a chart of the simulated CoinGecko', () => {
  it('a chart of 90 days by day is 90 midnights and now', async () => {
    const points = times(await chart(90, '&interval=daily'))
    const today = Date.parse('2026-05-04')
    expect(points.slice(0, -1)).toEqual(Array.from({ length: 90 }, (_, day) => today - (89 - day) * DAY_MS))
    expect(points.at(-1)).toBe(NOW_POINT_MS)
  })

  it('a chart chooses its spacing by the days: 5 minutes, an hour, a day', async () => {
    const spacing = async (days: number) => {
      const points = times(await chart(days))
      expect(points.at(-1)).toBe(NOW_POINT_MS)
      expect(points).toEqual([...points].sort((a, b) => a - b))
      expect(points[0]).toBeGreaterThanOrEqual(NOW_POINT_MS - days * DAY_MS)
      return points.length
    }
    expect(Math.abs((await spacing(1)) - 289)).toBeLessThanOrEqual(1)
    expect(Math.abs((await spacing(2)) - 49)).toBeLessThanOrEqual(2)
    expect(Math.abs((await spacing(90)) - 2_161)).toBeLessThanOrEqual(2)
    expect(await spacing(91)).toBe(92)
    expect(await spacing(365)).toBe(366)
  })

  it('a chart has hourly points on no hour, nearly one an hour, some late into the next', async () => {
    const points = times(await chart(90)).slice(0, -1)
    expect(points.filter((atMs) => atMs % HOUR_MS === 0)).toEqual([])
    const hours = new Set(points.map((atMs) => Math.floor(atMs / HOUR_MS)))
    expect(points.length - hours.size).toBeGreaterThan(0)
    expect(points.length - hours.size).toBeLessThan(40)
  })

  it('a chart is the same at another time, except for its ends', async () => {
    const later = await startSimulator({
      rateLimits: false,
      clock: () => new Date(NOW_MS + 5 * HOUR_MS),
    })
    const now = await chart(30)
    const then = (await askJson(later, `${V3}/coins/bitcoin/market_chart?vs_currency=usd&days=30`)) as Chart
    await later.close()
    const held = new Map(then.prices)
    const shared = now.prices.slice(0, -1).filter(([atMs]) => atMs >= (then.prices[0]?.[0] ?? 0))
    expect(shared.length).toBeGreaterThan(700)
    expect(shared.filter(([atMs, value]) => held.get(atMs) !== value)).toEqual([])
  })

  it("a chart stays near the exchange's price, by some 0.05 %", async () => {
    const { coins } = simulator.get().world
    const daily = (await chart(30, '&interval=daily')).prices.slice(0, -1)
    const distances = daily.flatMap(([atMs, value]) => {
      const candle = coins.candle('BTCUSDT', atMs)
      return candle === undefined ? [] : [Math.abs(value / candle.open - 1)]
    })
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length
    expect(distances.length).toBeGreaterThan(25)
    expect(Math.max(...distances)).toBeLessThanOrEqual(0.001)
    expect(mean).toBeGreaterThan(0.0002)
    expect(mean).toBeLessThan(0.0008)
  })

  it('a chart has the volume of the 24 hours before, in all markets', async () => {
    const { coins } = simulator.get().world
    const midnight = Date.parse('2026-05-03')
    const volumes = new Map((await chart(10, '&interval=daily')).total_volumes)
    const traded = Array.from({ length: 24 }, (_, hour) =>
      coins.candle('BTCUSDT', midnight - (hour + 1) * HOUR_MS),
    )
    expect(traded.every((candle) => candle !== undefined)).toBe(true)
    const sum = traded.reduce((total, candle) => total + (candle?.quote ?? 0), 0)
    expect((volumes.get(midnight) ?? 0) / sum).toBeCloseTo(25, 6)
  })

  it('a chart can be empty in all its lists, by fault', async () => {
    simulator.get().faults.set('coingecko', { kind: 'empty', times: 1 })
    expect(await chart(30)).toEqual({ prices: [], market_caps: [], total_volumes: [] })
  })

  it.each([
    ['/coins/nope/market_chart?vs_currency=usd&days=30', 404, { error: 'coin not found' }],
    ['/coins/bitcoin/market_chart?days=30', 422, { error: 'Missing parameter vs_currency' }],
    ['/coins/bitcoin/market_chart?vs_currency=usd', 422, { error: 'Missing parameter days' }],
    ['/simple/price?vs_currencies=usd', 422, { error: 'Missing parameter ids' }],
    ['/simple/price?ids=bitcoin', 422, { error: 'Missing parameter vs_currencies' }],
    ['/coins/bitcoin/market_chart?vs_currency=usd&days=0', 422, { error: 'Invalid days' }],
  ])('refuses a chart or price that does not exist: %s', async (path, status, body) => {
    expect(await refusal(path)).toEqual([status, body])
  })

  it.each(['366', 'max'])(
    'refuses a chart of more than a year without a paid plan: %s days',
    async (days) => {
      const [status, body] = await refusal(`/coins/bitcoin/market_chart?vs_currency=usd&days=${days}`)
      expect(status).toBe(401)
      expect(body).toEqual({
        error: {
          status: {
            timestamp: '2026-05-04T10:23:45.678+00:00',
            error_code: 10_012,
            error_message: expect.stringContaining('within the past 365 days') as string,
          },
        },
      })
    },
  )
})

describe('prices of the simulated CoinGecko', () => {
  it('gives the prices of the requested ids, and silently omits unknown ones and those after a space', async () => {
    expect(keys(await price('ids=bitcoin,nope,ethereum&vs_currencies=usd'))).toEqual(['bitcoin', 'ethereum'])
    expect(keys(await price('ids=bitcoin,%20ethereum,%20binancecoin&vs_currencies=usd'))).toEqual(['bitcoin'])
    expect(await price('ids=nope&vs_currencies=usd')).toEqual({})
  })

  it('gives the newest prices of the chart, with the requested details', async () => {
    const more =
      'include_market_cap=true&include_24hr_vol=true&include_24hr_change=true&include_last_updated_at=true'
    const { bitcoin } = await price(`ids=bitcoin&vs_currencies=usd&precision=full&${more}`)
    const newest = await chart(1)
    expect(bitcoin).toEqual({
      usd: newest.prices.at(-1)?.[1],
      usd_market_cap: newest.market_caps.at(-1)?.[1],
      usd_24h_vol: newest.total_volumes.at(-1)?.[1],
      usd_24h_change: expect.any(Number) as number,
      last_updated_at: NOW_POINT_MS / 1_000,
    })
  })

  it.skipIf(!hasRecordings)(
    'gives the price of recorded klines at the close of the current hour',
    async () => {
      const rows = recording('binance/klines_BTCUSDT_1h.json') as unknown[][]
      const openMs = Number(rows[1_000]?.[0])
      const replayed = await startSimulator({
        rateLimits: false,
        clock: () => new Date(openMs + 10 * MINUTE_MS),
        klines: { BTCUSDT: rows },
      })
      const path = `${V3}/simple/price?ids=bitcoin&vs_currencies=usd&precision=full`
      const { bitcoin } = (await askJson(replayed, path)) as { bitcoin: { usd: number } }
      const long = (await askJson(
        replayed,
        `${V3}/coins/bitcoin/market_chart?vs_currency=usd&days=90`,
      )) as Chart
      await replayed.close()
      expect(Math.abs(bitcoin.usd / Number(rows[1_000]?.[4]) - 1)).toBeLessThanOrEqual(0.001)
      // points before the first recorded hour are none
      expect(long.prices[0]?.[0]).toBeGreaterThanOrEqual(Number(rows[0]?.[0]))
      expect(long.prices.at(-1)?.[0]).toBe(openMs + 10 * MINUTE_MS)
    },
  )
})

describe('access to the simulated CoinGecko', () => {
  it('refuses a client that does not identify itself', async () => {
    const socket = connect(simulator.get().port, '127.0.0.1')
    socket.write(`GET ${V3}/ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    await once(socket, 'close')
    expect(text.split('\r\n')[0]).toBe('HTTP/1.1 403 Forbidden')
    expect(text).toContain('error code: 1020')
    const response = await ask(simulator.get(), `${V3}/ping`)
    expect([response.status, response.headers.get('server')]).toEqual([200, 'cloudflare'])
  })

  it('recognises a key of another host, and a wrong one', async () => {
    const code = async (headers: Record<string, string>) => {
      const [status, body] = await refusal('/ping', headers)
      return [status, (body as { error: { status: { error_code: number } } }).error.status.error_code]
    }
    expect(await code({ 'x-cg-pro-api-key': 'a-key' })).toEqual([400, 10_010])
    expect(await code({ 'x-cg-demo-api-key': 'bad-key' })).toEqual([401, 10_002])
    expect(await refusal('/ping', { 'x-cg-demo-api-key': 'a-key' })).toEqual([
      200,
      { gecko_says: '(V3) To the Moon!' },
    ])
  })

  it('allows 10 requests a minute without a key and 30 with one, and every second refusal names no delay', async () => {
    let nowMs = 0
    const counting = await startSimulator({ now: () => nowMs })
    const asked = (headers: Record<string, string> = {}) => ask(counting, `${V3}/ping`, { headers })
    for (let request = 0; request < 10; request += 1) expect((await asked()).status).toBe(200)
    nowMs = 20_000
    const refused = [await asked(), await asked(), await asked()]
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429])
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(['40', null, '40'])
    expect(await refused[0]?.json()).toEqual({
      status: {
        error_code: 429,
        error_message: expect.stringContaining("You've exceeded the Rate Limit.") as string,
      },
    })
    const key = { 'x-cg-demo-api-key': 'a-key' }
    for (let request = 0; request < 30; request += 1) expect((await asked(key)).status).toBe(200)
    expect((await asked(key)).status).toBe(429)
    nowMs = 60_000
    expect((await asked()).status).toBe(200)
    await counting.close()
  })

  it('refuses no request if rate limits are off', async () => {
    for (let request = 0; request < 12; request += 1)
      expect((await ask(simulator.get(), `${V3}/ping`)).status).toBe(200)
  })
})
