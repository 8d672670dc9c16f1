/** Binance's market data: its routes, its weights and its refusals. The candles are in coins.ts. */
import * as z from 'zod'
import { createWeightLimit, type WeightVerdict } from './binance-weight.ts'
import type { Coins, KlineQuery } from './coins.ts'
import { ownFault } from '../own-fault.ts'
import { bare, html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'

const DEFAULT_LIMIT = 500
/** A larger limit is silently reduced to this one. */
const LARGEST_LIMIT = 1_000
const PRICE_DECIMALS = 8

const SYMBOL = '^[A-Z0-9-_.]{1,20}$'
const SYMBOL_LIST = '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$'
const NUMBER = '^[0-9]{1,20}$'

const WEIGHTS = { light: 1, klines: 2, onePrice: 2, prices: 4 }

/** The refusal of a country: permanent for the host. */
const GEO_BLOCK = ownFault('geo-block', {}, () =>
  json(
    451,
    {
      code: 0,
      msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer service if you believe you received this message in error.",
    },
    { 'x-cache': 'Error from cloudfront' },
  ),
)

/** The ban of an address that continued to send requests. Its end is in real time, as Retry-After is. */
const BANNED = ownFault('banned', { seconds: z.int().positive() }, ({ seconds }) => {
  const msg = `Way too much request weight used; IP banned until ${Date.now() + seconds * 1000}. Please use WebSocket Streams for live updates to avoid bans.`
  return json(418, { code: -1003, msg }, { 'retry-after': String(seconds) })
})

function tooMuchWeight(seconds: number): Reply {
  const msg =
    'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid bans.'
  return json(
    429,
    { code: -1003, msg },
    { 'retry-after': String(seconds), 'x-mbx-used-weight': '6001', 'x-mbx-used-weight-1m': '6001' },
  )
}

export interface BinanceOptions {
  coins: Coins
  /** `binance`, or a mirror's name; the prefix is the same with a slash. */
  name: string
  rateLimits: boolean
  /** Milliseconds of a clock that only goes forward; a minute of weight is one of its minutes. */
  now: () => number
}

/** An upstream that responds as Binance's spot market data. Each one counts its own weight. */
export function createBinance({ coins, name, rateLimits, now }: BinanceOptions): Upstream {
  const limit = createWeightLimit()
  const answer = (request: SimulatedRequest): Reply => {
    const verdict = limit(request.client, weightOf(request), now())
    const refused = rateLimits ? refusal(verdict) : undefined
    const reply = refused ?? route(coins, request)
    return { ...reply, headers: { ...headers(verdict), ...reply.headers } }
  }
  return {
    name,
    prefix: `/${name}`,
    answer,
    faults: [GEO_BLOCK, BANNED],
    refusals: { binance: tooMuchWeight },
  }
}

function headers({ used }: WeightVerdict): Record<string, string> {
  return {
    server: 'nginx',
    via: '1.1 simulator.cloudfront.net (CloudFront)',
    'x-cache': 'Miss from cloudfront',
    'cache-control': 'no-cache, no-store, must-revalidate',
    'x-mbx-used-weight': String(used),
    'x-mbx-used-weight-1m': String(used),
  }
}

function weightOf({ path, query }: SimulatedRequest): number {
  if (path === '/api/v3/klines') return WEIGHTS.klines
  if (path === '/api/v3/ticker/price') return query.has('symbol') ? WEIGHTS.onePrice : WEIGHTS.prices
  return WEIGHTS.light
}

function refusal({ kind, retryAfterMs, bannedUntilMs, limit }: WeightVerdict): Reply | undefined {
  const after = { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }
  const remedy = 'Please use WebSocket Streams for live updates to avoid bans.'
  switch (kind) {
    case 'allowed':
      return undefined
    case 'over':
      return json(
        429,
        {
          code: -1003,
          msg: `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. ${remedy}`,
        },
        after,
      )
    case 'banned':
      return json(
        418,
        {
          code: -1003,
          msg: `Way too much request weight used; IP banned until ${Math.ceil(bannedUntilMs)}. ${remedy}`,
        },
        after,
      )
  }
}

function route(coins: Coins, { method, path, query }: SimulatedRequest): Reply {
  if (method !== 'GET') return bare(405)
  switch (path) {
    case '/api/v3/ping':
      return json(200, {})
    case '/api/v3/time':
      return json(200, { serverTime: coins.nowMs() })
    case '/api/v3/klines':
      return klines(coins, query)
    case '/api/v3/ticker/price':
      return prices(coins, query)
    default:
      return html(404, '<html><head><title>404 Not Found</title></head></html>')
  }
}

const mistake = (code: number, msg: string): Reply => json(400, { code, msg })
const missing = (name: string): Reply =>
  mistake(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
const illegal = (name: string, range: string): Reply =>
  mistake(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`)
const INVALID_SYMBOL = mistake(-1121, 'Invalid symbol.')

/** Intervals other than an hour and a day, which the real exchange has, are invalid here. */
function klines(coins: Coins, query: URLSearchParams): Reply {
  const symbol = query.get('symbol') ?? ''
  const interval = query.get('interval') ?? ''
  if (symbol === '') return missing('symbol')
  if (!new RegExp(SYMBOL).test(symbol)) return illegal('symbol', SYMBOL)
  if (interval === '') return missing('interval')
  if (interval !== '1h' && interval !== '1d') return mistake(-1120, 'Invalid interval.')
  for (const name of ['startTime', 'endTime', 'limit']) {
    if (!new RegExp(NUMBER).test(query.get(name) ?? '0')) return illegal(name, NUMBER)
  }
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (limit === 0) return mistake(-1130, "Data sent for parameter 'limit' is not valid.")
  const coin = coins.bySymbol(symbol)
  if (coin === undefined) return INVALID_SYMBOL
  const wanted: KlineQuery = {
    interval,
    startMs: optionalNumber(query.get('startTime')),
    endMs: optionalNumber(query.get('endTime')),
    limit: Math.min(limit, LARGEST_LIMIT),
  }
  return json(200, coins.klines(coin, wanted))
}

function prices(coins: Coins, query: URLSearchParams): Reply {
  const one = query.get('symbol')
  const several = query.get('symbols')
  if (one !== null && several !== null) return mistake(-1128, 'Combination of optional parameters invalid.')
  if (one !== null && !new RegExp(SYMBOL).test(one)) return illegal('symbol', SYMBOL)
  if (several !== null && !new RegExp(SYMBOL_LIST).test(several)) return illegal('symbols', SYMBOL_LIST)
  const found: { symbol: string; price: string }[] = []
  for (const symbol of symbolsOf(coins, one, several)) {
    const coin = coins.bySymbol(symbol)
    const price = coin && coins.price(coin)
    // recorded candles that have not begun yet: the pair is not traded yet
    if (price === undefined) return INVALID_SYMBOL
    found.push({ symbol, price: price.toFixed(PRICE_DECIMALS) })
  }
  return json(200, one === null ? found : found[0])
}

function symbolsOf(coins: Coins, one: string | null, several: string | null): string[] {
  if (one !== null) return [one]
  if (several !== null) return JSON.parse(several) as string[]
  return coins
    .list()
    .filter((coin) => coins.price(coin) !== undefined)
    .map(({ symbol }) => symbol)
}

function optionalNumber(text: string | null): number | undefined {
  return text === null ? undefined : Number(text)
}
