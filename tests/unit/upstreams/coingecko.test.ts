import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../core/failures.ts'
import { createCoinGecko, parseMarketChart, UNNAMED_REFUSAL_MS } from '../../../upstreams/coingecko.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from './loopback.ts'
import { driftOf } from './drift.ts'
import { describeRecorded, recorded } from './recordings.ts'

/** What a gate would have slept; no test here waits: the wait ends with an error. */
const slept: number[] = []
const sleep = (ms: number) => {
  slept.push(ms)
  return Promise.reject(new Error('nobody waits in a test'))
}

const KEY = 'CG-se$cret'
const inDollars = (ids: string[]) => ids.map((id) => ({ id, currency: 'USD' }))
const BITCOIN = inDollars(['bitcoin'])

async function client(answer: Answering, options: { apiKey?: string } = {}) {
  const server = await loopback(answer)
  const baseUrl = `${server.baseUrl}/api/v3`
  const userAgent = 'almanac/0.1 (test)'
  return { ...server, coingecko: createCoinGecko({ baseUrl, userAgent, sleep, ...options }) }
}

interface Recorded {
  response: { status: number; body: unknown }
}
const exchange = (file: string): Recorded['response'] => (recorded(`coingecko/${file}`) as Recorded).response

const chart = (prices: unknown, volumes?: unknown): string =>
  JSON.stringify({ prices, market_caps: [], ...(volumes === undefined ? {} : { total_volumes: volumes }) })

describeRecorded('recorded CoinGecko answers', () => {
  it('have no field other than known', async () => {
    const drift = await driftOf('coingecko', () => {
      for (const kind of ['daily', 'hourly', 'minutely'])
        parseMarketChart(JSON.stringify(exchange(`${kind}_historical_prices_for_one_coin.0.json`).body))
    })
    expect(drift).toEqual([])
  })

  it('daily history gives 90 days at midnight, not 91: the last point is "now"', () => {
    const { points, rejected } = parseMarketChart(
      JSON.stringify(exchange('daily_historical_prices_for_one_coin.0.json').body),
    )
    expect(rejected).toEqual([])
    expect(points).toHaveLength(90)
    expect(points.every(({ atMs }) => atMs % 86_400_000 === 0)).toBe(true)
    expect(points[0]).toEqual({
      atMs: 1_613_347_200_000,
      price: 48_607.8745224845,
      volume24h: 57_738_376_570.131905,
    })
    expect(points.at(-1)).toEqual({
      atMs: 1_621_036_800_000,
      price: 49_913.26314398822,
      volume24h: 56_820_196_964.51265,
    })
  })

  it('hourly history gives 721 points, none on the full hour, each with its volume', () => {
    const { points, rejected } = parseMarketChart(
      JSON.stringify(exchange('hourly_historical_prices_for_one_coin.0.json').body),
    )
    expect(rejected).toEqual([])
    expect(points).toHaveLength(721)
    expect(points.filter(({ volume24h }) => volume24h === null)).toEqual([])
    expect(points.filter(({ atMs }) => atMs % 3_600_000 === 0)).toEqual([])
    expect(points.at(-1)).toEqual({
      atMs: 1_621_087_334_184,
      price: 49_052.68444471721,
      volume24h: 58_911_713_335.06181,
    })
  })

  it('five-minute history, whose last two points are out of order, comes oldest first', () => {
    const { points } = parseMarketChart(
      JSON.stringify(exchange('minutely_historical_prices_for_one_coin.0.json').body),
    )
    const times = points.map(({ atMs }) => atMs)
    expect(times).toHaveLength(287)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.at(-1)).toBe(1_621_089_594_000)
  })

  it('reads a spot price, and reports an omitted id as missing', async () => {
    const { body } = exchange('price_for_multiple_coins.0.json')
    const { coingecko } = await client((response) => {
      sendJson(response, body)
    })
    const { prices, missing } = await coingecko.prices(inDollars(['bitcoin', 'ethereum']), calm())
    expect([...prices]).toEqual([['bitcoin', 49_357]])
    expect(missing).toEqual(['ethereum'])
  })

  it.each([
    ['daily_historical_prices_for_one_coin.1.json', 422, 'UpstreamRejected', 'Missing parameter vs_currency'],
    ['ohlc_data_for_one_coin_in_the_last_7_days.1.json', 500, 'UpstreamUnavailable', 'Internal Server Error'],
  ])('names %s and quotes it', async (file, status, type, words) => {
    const { coingecko } = await client((response) => {
      const answer = exchange(file)
      sendJson(response, answer.body, answer.status)
    })
    const failure = await rejection(
      coingecko.marketChart({ id: 'bitcoin', currency: 'USD', days: 90 }, calm()),
    )
    expect(failure).toMatchObject({
      type,
      details: { status },
      message: expect.stringContaining(words) as unknown,
    })
  })
})

describe('a market chart', () => {
  it('joins volumes by their time, not by their place', () => {
    const { points } = parseMarketChart(
      chart(
        [
          [1_000, 1],
          [2_000, 2],
          [3_000, 3],
          [4_000, 4],
        ],
        [
          [3_000, 33],
          [2_000, null],
          [1_000, 11],
          [9_000, 99],
        ],
      ),
    )
    expect(points).toEqual([
      { atMs: 1_000, price: 1, volume24h: 11 },
      { atMs: 2_000, price: 2, volume24h: null },
      { atMs: 3_000, price: 3, volume24h: 33 },
    ])
  })

  it('omits the newest point wherever it stands, even if its price is missing', () => {
    const times = (prices: unknown) => {
      const { points, rejected } = parseMarketChart(chart(prices))
      expect(rejected).toEqual([])
      return points.map(({ atMs }) => atMs)
    }
    expect(
      times([
        [3_000, 3],
        [1_000, 1],
        [2_000, 2],
      ]),
    ).toEqual([1_000, 2_000])
    expect(
      times([
        [1_000, 1],
        [2_000, 2],
        [3_000, null],
      ]),
    ).toEqual([1_000, 2_000])
  })

  it('a chart of no point or "now" alone has no points', () => {
    expect(parseMarketChart(chart([], []))).toEqual({ points: [], rejected: [] })
    expect(parseMarketChart(chart([[1_000, 1]], [[1_000, 11]]))).toEqual({ points: [], rejected: [] })
  })

  it.each<[string, unknown]>([
    ['a null price', [1_000, null]],
    ['a price of zero', [1_000, 0]],
    ['a price as text', [1_000, '1']],
    ['a price beyond all numbers', [1_000, '1e999']],
    ['a broken time', [1_000.5, 1]],
    ['no pair', 1],
  ])('rejects a point with %s, and only that point', (_name, bad) => {
    const text = chart([bad, [2_000, 2], [3_000, 3]], []).replace('"1e999"', '1e999')
    const { points, rejected } = parseMarketChart(text)
    expect(points).toEqual([{ atMs: 2_000, price: 2, volume24h: null }])
    expect(rejected).toHaveLength(1)
  })

  it('rejects a negative volume and keeps its price', () => {
    const { points, rejected } = parseMarketChart(
      chart(
        [
          [1_000, 1],
          [2_000, 2],
        ],
        [[1_000, -5]],
      ),
    )
    expect(points).toEqual([{ atMs: 1_000, price: 1, volume24h: null }])
    expect(rejected.map(({ row }) => row)).toEqual([[1_000, -5]])
  })

  it.each([['{}'], ['[]'], ['{"prices":{}}']])(
    'treats a chart without a list of prices (%s) as PayloadInvalid',
    (body) => {
      expect(() => parseMarketChart(body)).toThrow(expect.objectContaining({ type: 'PayloadInvalid' }))
    },
  )
})

describe('the CoinGecko client', () => {
  it('requests a chart in the currency, identifies itself, sends no key it does not have, and keeps the response', async () => {
    const body = chart([
      [1_000, 1],
      [2_000, 2],
    ])
    const { coingecko, asked, baseUrl } = await client((response) => {
      sendJson(response, JSON.parse(body))
    })
    const { points, raw } = await coingecko.marketChart({ id: 'bitcoin', currency: 'USD', days: 30 }, calm())
    await coingecko.marketChart({ id: 'a/b', currency: 'EUR', days: 90, interval: 'daily' }, calm())
    expect(points).toEqual([{ atMs: 1_000, price: 1, volume24h: null }])
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/v3/coins/bitcoin/market_chart?vs_currency=usd&days=30',
      '/api/v3/coins/a%2Fb/market_chart?vs_currency=eur&days=90&interval=daily',
    ])
    expect(asked[0]?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(Object.keys(asked[0]?.headers ?? {}).filter((name) => name.includes('key'))).toEqual([])
    expect(raw).toEqual([
      {
        source: 'coingecko',
        url: `${baseUrl}/api/v3/coins/bitcoin/market_chart?vs_currency=usd&days=30`,
        body,
        observedAt: expect.any(Date) as unknown,
      },
    ])
  })

  it('requests all spot prices at once, without a space after the comma, each id once', async () => {
    const { coingecko, asked } = await client((response) => {
      sendJson(response, { bitcoin: { usd: 49_357 }, status: { usd: 0.02 }, tether: {}, dai: { usd: null } })
    })
    const ids = ['bitcoin', 'status', 'tether', 'dai', 'constructor', 'bitcoin']
    const { prices, missing, raw } = await coingecko.prices(inDollars(ids), calm())
    expect(new URL(asked[0]?.url ?? '', 'http://x').searchParams.get('ids')).toBe(
      'bitcoin,status,tether,dai,constructor',
    )
    expect([...prices]).toEqual([
      ['bitcoin', 49_357],
      ['status', 0.02],
    ])
    expect(missing).toEqual(['tether', 'dai', 'constructor'])
    expect(asked).toHaveLength(1)
    expect(raw).toHaveLength(1)
  })

  it('requests spot prices in several currencies at once, and gives each coin its own', async () => {
    const { coingecko, asked } = await client((response) => {
      sendJson(response, { bitcoin: { usd: 100_500, eur: 87_384 }, ethereum: { usd: 3_000, eur: 2_600 } })
    })
    const coins = [
      { id: 'bitcoin', currency: 'EUR' },
      { id: 'ethereum', currency: 'USD' },
    ]
    const { prices } = await coingecko.prices(coins, calm())
    expect(new URL(asked[0]?.url ?? '', 'http://x').searchParams.get('vs_currencies')).toBe('eur,usd')
    expect(Object.fromEntries(prices)).toEqual({ bitcoin: 87_384, ethereum: 3_000 })
  })

  it('sends nothing for no ids', async () => {
    const { coingecko, asked } = await client((response) => {
      sendJson(response, {})
    })
    expect(await coingecko.prices([], calm())).toEqual({ prices: new Map(), missing: [], raw: [] })
    expect(asked).toEqual([])
  })

  it('treats a price of another shape as PayloadInvalid', async () => {
    const { coingecko } = await client((response) => {
      sendJson(response, { bitcoin: { usd: '49357' } })
    })
    expect(await rejection(coingecko.prices(BITCOIN, calm()))).toMatchObject({ type: 'PayloadInvalid' })
  })
})

describe('the key of CoinGecko', () => {
  it('sends a demo key to any host but the pro one, and keeps it out of stored addresses and failures', async () => {
    const { coingecko, asked } = await client(
      (response) => {
        sendJson(response, { error: `odd ${String(asked.length)}` }, 400)
      },
      { apiKey: KEY },
    )
    const error = await rejection(coingecko.prices(BITCOIN, calm()))
    expect(asked[0]?.headers['x-cg-demo-api-key']).toBe(KEY)
    expect(asked[0]?.headers['x-cg-pro-api-key']).toBeUndefined()
    expect(JSON.stringify(error) + String(error)).not.toContain(KEY)
  })

  it('sends a pro key to the pro host', async () => {
    const sent: Headers[] = []
    const real = globalThis.fetch
    globalThis.fetch = (_url, init) => {
      sent.push(new Headers(init?.headers))
      return Promise.resolve(new Response('{"bitcoin":{"usd":1}}'))
    }
    try {
      const baseUrl = 'https://pro-api.coingecko.com/api/v3'
      await createCoinGecko({ baseUrl, apiKey: KEY, userAgent: 'test' }).prices(BITCOIN, calm())
    } finally {
      globalThis.fetch = real
    }
    expect(sent[0]?.get('x-cg-pro-api-key')).toBe(KEY)
    expect(sent[0]?.has('x-cg-demo-api-key')).toBe(false)
  })

  it('follows no redirect with a key', async () => {
    const { coingecko, asked } = await client(
      (response) => {
        response.writeHead(302, { location: '/elsewhere' }).end()
      },
      { apiKey: KEY },
    )
    expect(await rejection(coingecko.prices(BITCOIN, calm()))).toMatchObject({ type: 'UpstreamRejected' })
    expect(asked).toHaveLength(1)
  })
})

describe('a refusal of CoinGecko', () => {
  const wrapped = (code: number) => ({
    error: { status: { error_code: code, error_message: 'x', timestamp: 't' } },
  })

  it.each<[string, number, unknown, string, RegExp]>([
    ['no key', 401, wrapped(10_002), 'CredentialsRejected', /COINGECKO_API_KEY/],
    ['another plan', 401, wrapped(10_005), 'UpstreamRejected', /paid key/],
    [
      'a pro key at the free host',
      400,
      wrapped(10_010),
      'CredentialsRejected',
      /pro key needs COINGECKO_URL https:\/\/pro-api\.coingecko\.com\/api\/v3/,
    ],
    [
      'a demo key at the pro host',
      400,
      wrapped(10_011),
      'CredentialsRejected',
      /demo key needs COINGECKO_URL https:\/\/api\.coingecko\.com\/api\/v3/,
    ],
    ['old history', 401, wrapped(10_012), 'UpstreamRejected', /older than 365 days needs a paid key/],
    [
      'a code in the second shape',
      401,
      { status: { error_code: 10_012, error_message: 'x' } },
      'UpstreamRejected',
      /365 days/,
    ],
    [
      'a code at the top',
      401,
      { timestamp: 't', error_code: 10_002, status: { error_message: 'x' } },
      'CredentialsRejected',
      /no key/,
    ],
    ['401 without a code', 401, { error: 'no' }, 'CredentialsRejected', /answered 401/],
    ['an unknown coin', 404, { error: 'coin not found' }, 'NotFound', /no coin "bit-coin": .*almanac\.yaml/],
    ['403 of its firewall', 403, 'error code: 1020', 'Blocked', /answered 403/],
    ['another 400', 400, { error: 'days is wrong' }, 'UpstreamRejected', /days is wrong/],
    ['503', 503, { error: 'later' }, 'UpstreamUnavailable', /answered 503/],
  ])('names a refusal for %s and says what to do', async (_name, status, body, type, words) => {
    const { coingecko } = await client((response) => {
      sendJson(response, body, status)
    })
    const error = await rejection(
      coingecko.marketChart({ id: 'bit-coin', currency: 'USD', days: 90 }, calm()),
    )
    expect(error).toMatchObject({
      type,
      details: { status },
      message: expect.stringMatching(words) as unknown,
    })
  })

  it.each<[string, Answering]>([
    [
      'page',
      (response) => {
        sendHtml(response, '<html>Error 1020</html>', 403)
      },
    ],
    [
      'challenge',
      (response) => {
        sendHtml(response, CHALLENGE, 403)
      },
    ],
  ])('treats a 403 %s as Blocked', async (_name, answer) => {
    const { coingecko } = await client(answer)
    expect(await rejection(coingecko.prices(BITCOIN, calm()))).toMatchObject({ type: 'Blocked' })
  })

  it.each<[string, Answering]>([
    [
      'JSON',
      (response) => {
        sendJson(response, { status: { error_code: 429, error_message: 'slow' } }, 429)
      },
    ],
    [
      'plain text',
      (response) => {
        response.writeHead(429).end('Throttled')
      },
    ],
    [
      'HTML',
      (response) => {
        sendHtml(response, '<html><title>Access limited</title></html>', 429)
      },
    ],
    [
      'a good status with the code',
      (response) => {
        sendJson(response, { status: { error_code: 429 } })
      },
    ],
  ])('waits a minute after a quota refusal as %s if nothing names the delay', async (_name, answer) => {
    const { coingecko } = await client(answer)
    const error = (await rejection(coingecko.prices(BITCOIN, calm()))) as Failure
    expect(error.type).toBe('RateLimited')
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(UNNAMED_REFUSAL_MS)
    expect(error.retryAfterMs).toBeLessThanOrEqual(UNNAMED_REFUSAL_MS * 1.1)
  })

  it('holds the next request back for a minute after a quota refusal without a delay', async () => {
    const { coingecko, asked } = await client((response) => {
      response.writeHead(429).end()
    })
    await rejection(coingecko.prices(BITCOIN, calm()))
    slept.length = 0
    await expect(coingecko.prices(BITCOIN, calm())).rejects.toThrow('nobody waits in a test')
    expect(asked).toHaveLength(1)
    // Less what passed since, on the machine's clock.
    expect(slept[0]).toBeGreaterThan(UNNAMED_REFUSAL_MS / 2)
    expect(slept[0]).toBeLessThanOrEqual(UNNAMED_REFUSAL_MS)
  })

  it('waits as long as a quota refusal says, and meanwhile sends nothing', async () => {
    const { coingecko, asked } = await client((response) => {
      sendJson(response, { status: { error_code: 429, error_message: 'slow' } }, 429, {
        'retry-after': '300',
      })
    })
    const error = (await rejection(coingecko.prices(BITCOIN, calm()))) as Failure
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(300_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(330_000)
    expect(await rejection(coingecko.prices(BITCOIN, calm()))).toMatchObject({ type: 'RateLimited' })
    expect(asked).toHaveLength(1)
  })
})
