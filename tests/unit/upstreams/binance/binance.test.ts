import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../../core/failures.ts'
import {
  BLOCKED_HOST_MS,
  CANDLES_PER_PAGE,
  createBinance,
  parseKlines,
  type BinanceOptions,
} from '../../../../upstreams/binance/binance.ts'
import { heardBudgets } from '../../../../upstreams/budgets.ts'
import { MAX_BAN_MS } from '../../../../upstreams/retry-after.ts'
import type { Sleep } from '../../../../upstreams/sleep.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'
import { describeRecorded, recording } from '../recordings.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** 2026-03-01T12:00:00Z; the test's clock stands ten minutes later and moves only when somebody sleeps. */
const NOON = 1_772_366_400_000
const NOW = NOON + 10 * MINUTE
const SPAN = { symbol: 'BTCUSDT', fromMs: NOON - 3 * HOUR, toMs: NOON }

const kline = (openMs: number, changes: Record<number, unknown> = {}): unknown[] =>
  Object.assign(
    [openMs, '10.5', '12.0', '9.0', '11.0', '2.0', openMs + HOUR - 1, '21.5', 7, '1.0', '10.0', '0'],
    changes,
  )
const candle = (openMs: number) => ({
  openMs,
  open: 10.5,
  high: 12,
  low: 9,
  close: 11,
  volume: 21.5,
  trades: 7,
})
const RESTRICTED = { code: 0, msg: 'Service unavailable from a restricted location.' }
const geoBlock: Answering = (response) => {
  sendJson(response, RESTRICTED, 451)
}
const oneCandle: Answering = (response) => {
  sendJson(response, [kline(NOON - HOUR)])
}

/** A client of one loopback server for each answer, main host first, on a clock of the test's own. */
async function client(answers: Answering[], options: Partial<BinanceOptions> = {}) {
  let now = NOW
  const slept: number[] = []
  const sleep: Sleep = (ms, signal) => {
    signal.throwIfAborted()
    slept.push(ms)
    now += ms
    return Promise.resolve()
  }
  const servers = await Promise.all(answers.map((answer) => loopback(answer)))
  const binance = createBinance({
    hosts: servers.map(({ baseUrl }) => baseUrl),
    userAgent: 'almanac/0.1 (test)',
    clock: () => new Date(now),
    elapsed: () => now,
    sleep,
    ...options,
  })
  const pass = (ms: number): void => {
    now += ms
  }
  return { binance, servers, slept, pass, counts: () => servers.map(({ asked }) => asked.length) }
}

describeRecorded('recorded Binance candles', () => {
  const LAST_OPEN = 1_785_085_200_000
  const LAST_CLOSE = LAST_OPEN + HOUR - 1

  it.each([
    ['BTC', 64_734.17, 64_794.45, 64_668.91, 64_688.9, 20_093_037.543086, 36_687],
    ['ETH', 1_916.19, 1_917.77, 1_911.28, 1_912.26, 7_045_165.868797, 57_245],
    ['BNB', 573.35, 573.74, 572.82, 572.89, 1_304_519.53, 11_672],
  ])('%s has 4,320 hours without a gap', (coin, open, high, low, close, volume, trades) => {
    const body = recording(`binance/klines_${coin}USDT_1h.json`)
    const { rows, rejected } = parseKlines(body, LAST_CLOSE + 1)
    expect(rejected).toEqual([])
    expect(rows).toHaveLength(4_320)
    expect(rows[0]?.openMs).toBe(1_769_536_800_000)
    expect(rows.every(({ openMs }, hour) => openMs === 1_769_536_800_000 + hour * HOUR)).toBe(true)
    const last = rows.at(-1)
    expect(last).toMatchObject({ openMs: LAST_OPEN, open, high, low, close, trades })
    expect(last?.volume).toBeCloseTo(volume, 2)
  })

  it('drops the candle in which "now" lies, and keeps it from its first closed millisecond on', () => {
    const whole = JSON.parse(recording('binance/klines_BTCUSDT_1h.json')) as unknown[]
    const body = JSON.stringify(whole.slice(-100))
    const counted = (nowMs: number): number => parseKlines(body, nowMs).rows.length
    expect(counted(LAST_OPEN + 10 * MINUTE)).toBe(99)
    expect(counted(LAST_CLOSE)).toBe(99)
    expect(counted(LAST_CLOSE + 1)).toBe(100)
  })

  it('rejects all daily candles, which are no hours', () => {
    const { rows, rejected } = parseKlines(recording('binance/klines_BTCUSDT_1d.json'), LAST_CLOSE + 1)
    expect(rows).toEqual([])
    expect(rejected).toHaveLength(730)
  })
})

describe('a candle', () => {
  it('reads a candle with the volume in the quote currency, oldest first', () => {
    const body = JSON.stringify([kline(NOON - HOUR), kline(NOON - 2 * HOUR), kline(NOON)])
    expect(parseKlines(body, NOW)).toEqual({
      rows: [candle(NOON - 2 * HOUR), candle(NOON - HOUR)],
      rejected: [],
    })
  })

  it('reads an hour without trades as a candle', () => {
    const still = kline(NOON - HOUR, { 1: '9', 2: '9', 3: '9', 4: '9', 5: '0', 7: '0.00000000', 8: 0 })
    expect(parseKlines(JSON.stringify([still]), NOW).rows).toMatchObject([{ volume: 0, trades: 0, close: 9 }])
  })

  it.each<[string, unknown, RegExp]>([
    ['that opens off the hour', kline(NOON - 2 * HOUR + 1), /full hour/],
    ['of another length', kline(NOON - 2 * HOUR, { 6: NOON - HOUR }), /not an hour long/],
    ['whose low lies above its close', kline(NOON - 2 * HOUR, { 3: '11.5' }), /do not enclose/],
    ['whose high lies below its open', kline(NOON - 2 * HOUR, { 2: '10', 4: '9.5' }), /do not enclose/],
    ['with a price of zero', kline(NOON - 2 * HOUR, { 1: '0.00000000' }), /^1: /],
    ['with a price as a number', kline(NOON - 2 * HOUR, { 4: 11 }), /^4: /],
    [
      'with a price that is not a number',
      kline(NOON - 2 * HOUR, { 4: 'NaN' }),
      /^4: not a non-negative decimal/,
    ],
    ['with a price beyond all numbers', kline(NOON - 2 * HOUR, { 2: '9'.repeat(400) }), /^2: /],
    ['with a negative volume', kline(NOON - 2 * HOUR, { 7: '-1.0' }), /^7: /],
    ['with half a trade', kline(NOON - 2 * HOUR, { 8: 1.5 }), /^8: /],
    ['of eleven elements', kline(NOON - 2 * HOUR).slice(0, 11), /^11: /],
    ['that is no list', { openMs: NOON }, /^\(row\): /],
  ])('rejects %s with the reason, and only that candle', (_name, bad, reason) => {
    const { rows, rejected } = parseKlines(JSON.stringify([bad, kline(NOON - HOUR)]), NOW)
    expect(rows).toEqual([candle(NOON - HOUR)])
    expect(rejected).toEqual([{ reason: expect.stringMatching(reason) as unknown, row: bad }])
  })

  it.each([['{"code":0}'], ['null']])('finds no candle in %s: PayloadInvalid', (body) => {
    expect(() => parseKlines(body, NOW)).toThrow(expect.objectContaining({ type: 'PayloadInvalid' }))
  })
})

describe('a page of candles', () => {
  it('requests the full hours of the span once, identifies itself, and keeps the response', async () => {
    const { binance, servers } = await client([
      (response) => {
        sendJson(response, [kline(NOON - HOUR), kline(NOON)])
      },
    ])
    const { candles, rejected, raw } = await binance.candles(
      { symbol: 'BTCUSDT', fromMs: NOON - 3 * HOUR - 1, toMs: NOON + 1 },
      calm(),
    )
    expect(candles).toEqual([candle(NOON - HOUR)])
    expect(rejected).toEqual([])
    const [asked] = servers[0]?.asked ?? []
    const path = `/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime=${NOON - 3 * HOUR}&endTime=${NOON}&limit=1000`
    expect(asked?.url).toBe(path)
    expect(asked?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(raw).toEqual([
      {
        source: 'binance',
        url: `${servers[0]?.baseUrl ?? ''}${path}`,
        body: JSON.stringify([kline(NOON - HOUR), kline(NOON)]),
        observedAt: expect.any(Date) as unknown,
      },
    ])
  })

  it("fetches at most 1,000 hours; a longer span is the caller's mistake, a span without an hour sends nothing", async () => {
    const { binance, counts } = await client([oneCandle])
    const page = { symbol: 'BTCUSDT', fromMs: NOON - (CANDLES_PER_PAGE - 1) * HOUR, toMs: NOON }
    expect((await binance.candles(page, calm())).candles).toHaveLength(1)
    await expect(binance.candles({ ...page, fromMs: page.fromMs - HOUR }, calm())).rejects.toThrow(RangeError)
    const within = { symbol: 'BTCUSDT', fromMs: NOON + 1, toMs: NOON + HOUR - 1 }
    expect(await binance.candles(within, calm())).toEqual({ candles: [], rejected: [], raw: [] })
    expect(counts()).toEqual([1])
  })

  it('a page without candles is empty, not a failure', async () => {
    const { binance } = await client([
      (response) => {
        sendJson(response, [])
      },
    ])
    expect((await binance.candles(SPAN, calm())).candles).toEqual([])
  })

  it('does not take a candle for closed that closed while the response travelled', async () => {
    const { binance, pass } = await client([
      (response) => {
        pass(HOUR)
        sendJson(response, [kline(NOON)])
      },
    ])
    expect((await binance.candles(SPAN, calm())).candles).toEqual([])
  })
})

describe('spot prices', () => {
  it('fetches spot prices in one request, each symbol once; a symbol never traded has none', async () => {
    const { binance, servers } = await client([
      (response) => {
        sendJson(response, [
          { symbol: 'BTCUSDT', price: '64688.90000000' },
          { symbol: 'XUSDT', price: '0.00000000' },
        ])
      },
    ])
    const { prices, raw } = await binance.prices(['BTCUSDT', 'XUSDT', 'BTCUSDT'], calm())
    expect([...prices]).toEqual([['BTCUSDT', 64_688.9]])
    expect(raw).toHaveLength(1)
    const asked = servers[0]?.asked.map(({ url }) => new URL(url, 'http://x'))
    expect(asked?.map((url) => [url.pathname, url.searchParams.get('symbols')])).toEqual([
      ['/api/v3/ticker/price', '["BTCUSDT","XUSDT"]'],
    ])
  })

  it('requests no prices without symbols: without a list the response would be the whole exchange', async () => {
    const { binance, counts } = await client([oneCandle])
    expect(await binance.prices([], calm())).toEqual({ prices: new Map(), raw: [] })
    expect(counts()).toEqual([0])
  })

  it('treats prices of another shape as PayloadInvalid', async () => {
    const { binance } = await client([
      (response) => {
        sendJson(response, [{ symbol: 'A', price: 'x' }])
      },
    ])
    expect(await rejection(binance.prices(['A'], calm()))).toMatchObject({ type: 'PayloadInvalid' })
  })
})

describe('a host that blocks', () => {
  it.each<[string, Answering]>([
    ['by region (451)', geoBlock],
    [
      'with a page of CloudFront',
      (response) => {
        sendHtml(response, '<html>Request blocked.</html>', 403)
      },
    ],
    [
      'with a challenge',
      (response) => {
        sendHtml(response, CHALLENGE, 403)
      },
    ],
    [
      'with a challenge under a good status',
      (response) => {
        sendHtml(response, CHALLENGE, 200)
      },
    ],
    [
      'with a bare 403',
      (response) => {
        response.writeHead(403).end()
      },
    ],
  ])('falls back to the mirror for %s, and avoids the host for six hours', async (_name, block) => {
    const { binance, counts, pass } = await client([block, oneCandle])
    expect((await binance.candles(SPAN, calm())).candles).toHaveLength(1)
    expect((await binance.candles(SPAN, calm())).candles).toHaveLength(1)
    pass(BLOCKED_HOST_MS - 1)
    await binance.candles(SPAN, calm())
    expect(counts()).toEqual([1, 3])
    pass(1)
    await binance.candles(SPAN, calm())
    expect(counts()).toEqual([2, 4])
  })

  it('names all hosts and the remedy as Blocked if all block, and sends them nothing again', async () => {
    const page: Answering = (response) => {
      sendHtml(response, '<html>Request blocked.</html>', 403)
    }
    const { binance, servers, counts } = await client([geoBlock, page])
    const [main, mirror] = servers.map(({ baseUrl }) => new URL(baseUrl).host)
    for (let turn = 0; turn < 2; turn += 1) {
      const error = (await rejection(binance.candles(SPAN, calm()))) as Failure
      expect(error.type).toBe('Blocked')
      expect(error.message).toContain(`${main ?? ''} (451), ${mirror ?? ''} (403)`)
      expect(error.message).toContain('BINANCE_URLS, such as https://data-api.binance.vision')
    }
    expect(counts()).toEqual([1, 1])
    const told = heardBudgets().find(({ quota }) => quota === main)
    const until = new Date(NOW + BLOCKED_HOST_MS)
    expect(told?.closed).toEqual({ at: new Date(NOW), until, status: 451 })
  })

  it('does not fall back to the mirror if a host merely fails', async () => {
    const { binance, counts } = await client([
      (response) => {
        response.writeHead(500).end()
      },
      oneCandle,
    ])
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({ type: 'UpstreamUnavailable' })
    expect(counts()).toEqual([1, 0])
  })

  it('treats 403 with Retry-After as RateLimited, not as a block', async () => {
    const { binance, counts } = await client([
      (response) => {
        response.writeHead(403, { 'retry-after': '20' }).end()
      },
      oneCandle,
    ])
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({ type: 'RateLimited' })
    expect(counts()).toEqual([1, 0])
  })

  it('treats an empty list of hosts as Misconfigured', () => {
    expect(() => createBinance({ hosts: [], userAgent: 'test' })).toThrow(
      expect.objectContaining({ type: 'Misconfigured' }),
    )
    expect(() => createBinance({ hosts: ['api.binance.com'], userAgent: 'test' })).toThrow(
      expect.objectContaining({ type: 'Misconfigured' }),
    )
  })
})

describe('the request weight', () => {
  const weighing =
    (used: number): Answering =>
    (response) => {
      sendJson(response, [kline(NOON - HOUR)], 200, { 'x-mbx-used-weight-1m': String(used) })
    }

  it('spends up to 80 % of the request weight without waiting', async () => {
    const { binance, slept } = await client([weighing(4_800)])
    await binance.candles(SPAN, calm())
    await binance.candles(SPAN, calm())
    expect(slept).toEqual([])
  })

  it('waits for the next clock minute above 80 % of the request weight', async () => {
    const { binance, slept, pass, counts } = await client([weighing(4_801)])
    pass(15_000)
    await binance.candles(SPAN, calm())
    await binance.candles(SPAN, calm())
    expect(slept).toEqual([45_000])
    expect(counts()).toEqual([2])
  })

  it('is told as a budget that ends with the clock minute', async () => {
    const { binance } = await client([weighing(1_200)])
    await binance.candles(SPAN, calm())
    const told = heardBudgets().find(({ client: name, quota }) => name === 'binance' && quota === '')
    expect(told?.budget).toEqual({ limit: 6_000, remaining: 4_800, resetsAt: new Date(NOW + MINUTE) })
  })

  it('sends at most four requests at once', async () => {
    let waiting: ServerResponse[] = []
    let most = 0
    const { binance } = await client([
      (response) => {
        waiting.push(response)
        most = Math.max(most, waiting.length)
        if (waiting.length !== 4) return
        // Long enough for a fifth to come; a client that sends no more than four passes however long it is.
        setTimeout(() => {
          for (const held of waiting) sendJson(held, [])
          waiting = []
        }, 20)
      },
    ])
    await Promise.all(Array.from({ length: 12 }, () => binance.candles(SPAN, calm())))
    expect(most).toBe(4)
  })
})

describe('a refusal of Binance', () => {
  const TOO_MANY = 'Way too much request weight used; IP banned until'

  it('a 429 carries its delay', async () => {
    const { binance } = await client([
      (response) => {
        sendJson(response, { code: -1003, msg: 'Too much weight.' }, 429, { 'retry-after': '30' })
      },
    ])
    const error = (await rejection(binance.candles(SPAN, calm()))) as Failure
    expect(error.type).toBe('RateLimited')
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(30_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(33_000)
    expect(error.message).toContain('Too much weight.')
  })

  it.each<[string, number, unknown]>([
    ['429 with its code', 429, { code: -1003, msg: 'Too much weight.' }],
    ['429 with a text of the network', 429, 'slow down'],
    ['400 with the code of quota', 400, { code: -1003, msg: 'Too much weight.' }],
  ])('a quota refusal as %s without a delay waits for the next minute', async (_name, status, body) => {
    let number = 0
    const { binance, slept, pass } = await client([
      (response) => {
        number += 1
        if (number === 1) sendJson(response, body, status)
        else sendJson(response, [])
      },
    ])
    pass(20_000)
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({
      type: 'RateLimited',
      retryAfterMs: 40_000,
    })
    await binance.candles(SPAN, calm())
    expect(slept).toEqual([40_000])
  })

  it('obeys a ban (418) in full: sends nothing to any host meanwhile', async () => {
    let banned = true
    const { binance, counts, pass } = await client([
      (response) => {
        if (banned) sendJson(response, { code: -1003, msg: 'banned' }, 418, { 'retry-after': '259200' })
        else sendJson(response, [kline(NOON - HOUR)])
      },
      oneCandle,
    ])
    const error = (await rejection(binance.candles(SPAN, calm()))) as Failure
    expect(error.type).toBe('RateLimited')
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(MAX_BAN_MS)
    pass(2 * 24 * HOUR)
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({
      type: 'RateLimited',
      retryAfterMs: 24 * HOUR,
    })
    expect(counts()).toEqual([1, 0])
    banned = false
    pass(24 * HOUR)
    expect((await binance.candles(SPAN, calm())).candles).toHaveLength(1)
    expect(counts()).toEqual([2, 0])
  })

  it.each([[418], [429]])('obeys a ban whose end is in its text alone (%i)', async (status) => {
    const { binance, counts } = await client([
      (response) => {
        sendJson(response, { code: -1003, msg: `${TOO_MANY} ${NOW + 5 * HOUR}. Use WebSockets.` }, status)
      },
    ])
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({
      type: 'RateLimited',
      retryAfterMs: 5 * HOUR,
    })
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({
      type: 'RateLimited',
      retryAfterMs: 5 * HOUR,
    })
    expect(counts()).toEqual([1])
  })

  it('treats an unknown symbol as NotFound and names the symbols and where to correct them', async () => {
    const unknown: Answering = (response) => {
      sendJson(response, { code: -1121, msg: 'Invalid symbol.' }, 400)
    }
    const { binance } = await client([unknown])
    expect(await rejection(binance.candles({ ...SPAN, symbol: 'BTCUSTD' }, calm()))).toMatchObject({
      type: 'NotFound',
      message: expect.stringMatching(/no symbol BTCUSTD .*almanac\.yaml/) as unknown,
    })
    expect(await rejection(binance.prices(['BTCUSTD', 'ETHUSDT'], calm()))).toMatchObject({
      type: 'NotFound',
      message: expect.stringMatching(/BTCUSTD, ETHUSDT .*almanac\.yaml/) as unknown,
    })
  })

  it('treats any other 400 as UpstreamRejected with code and text', async () => {
    const { binance } = await client([
      (response) => {
        sendJson(response, { code: -1120, msg: 'Invalid interval.' }, 400)
      },
    ])
    expect(await rejection(binance.candles(SPAN, calm()))).toMatchObject({
      type: 'UpstreamRejected',
      message: expect.stringMatching(/-1120.*Invalid interval\./) as unknown,
    })
  })
})
