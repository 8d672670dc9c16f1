/** CoinGecko v3 on its public host: its routes, keys, rate limit and refusals. The series are in coingecko-chart.ts. */
import { DAY_MS } from '../../core/durations.ts'
import { chart, lastUpdate, marketPrice, volume24h, type Spacing } from './coingecko-chart.ts'
import { hex, textHash } from '../chance.ts'
import type { Coin } from './coin-list.ts'
import { type Coins } from './coins.ts'
import { createWindow } from '../minute-window.ts'
import { json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'

const KEYLESS_CALLS_PER_MINUTE = 10
const DEMO_CALLS_PER_MINUTE = 30
/** How far back the public host serves history. */
const LONGEST_DAYS = 365
/** Up to this many days points are hourly; one day has 5-minute points, more than these have daily ones. */
const HOURLY_DAYS = 90

/** Worth of a unit in USD; prices in other currencies are these alone. */
const CURRENCIES: ReadonlyMap<string, number> = new Map([
  ['usd', 1],
  ['eur', 1.09],
])

const CLOUDFLARE = {
  server: 'cloudflare',
  'cf-cache-status': 'MISS',
  'cache-control': 'public, max-age=60',
  'access-control-allow-origin': '*',
  vary: 'Accept-Encoding, Origin',
}

export interface CoinGeckoOptions {
  coins: Coins
  seed: number
  rateLimits: boolean
  /** Milliseconds of a clock that only goes forward, for the rate limit. */
  now: () => number
}

interface Shop {
  coins: Coins
  seed: number
}

/** The upstream `coingecko`. Keys that begin with `bad` are wrong, every other demo key is good. */
export function createCoinGecko({ coins, seed, rateLimits, now }: CoinGeckoOptions): Upstream {
  const windows = {
    keyless: createWindow(KEYLESS_CALLS_PER_MINUTE),
    demo: createWindow(DEMO_CALLS_PER_MINUTE),
  }
  let refusals = 0
  const answer = (request: SimulatedRequest): Reply => {
    const agent = request.headers['user-agent'] ?? ''
    if (agent.trim() === '') return withHeaders(firewall())
    const problem = keyProblem(request, coins.nowMs())
    if (problem !== undefined) return withHeaders(problem)
    if (rateLimits) {
      const key = demoKey(request)
      const window = key === undefined ? windows.keyless : windows.demo
      const waitMs = window(key ?? request.client, now())
      if (waitMs > 0) {
        refusals += 1
        return withHeaders(tooMany(waitMs, refusals))
      }
    }
    return withHeaders(route({ coins, seed }, request))
  }
  return { name: 'coingecko', prefix: '/coingecko', answer, refusals: { coingecko: withoutDelay } }
}

function withoutDelay(): Reply {
  return json(429, {
    status: {
      error_code: 429,
      error_message:
        "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits.",
    },
  })
}

function withHeaders(reply: Reply): Reply {
  const etag = reply.status === 200 ? { etag: `W/"${hex(32, textHash(reply.body))}"` } : {}
  return { ...reply, headers: { ...CLOUDFLARE, ...etag, ...reply.headers } }
}

/** Response of the network in front to a client that does not identify itself. */
function firewall(): Reply {
  return { status: 403, headers: { 'content-type': 'text/plain; charset=UTF-8' }, body: 'error code: 1020' }
}

/** Every second refusal names no delay, as users report. */
function tooMany(waitMs: number, refusals: number): Reply {
  const message =
    "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits."
  const delay: Record<string, string> =
    refusals % 2 === 1 ? { 'retry-after': String(Math.ceil(waitMs / 1_000)) } : {}
  return json(429, { status: { error_code: 429, error_message: message } }, delay)
}

function demoKey({ headers, query }: SimulatedRequest): string | undefined {
  const key = headers['x-cg-demo-api-key'] ?? query.get('x_cg_demo_api_key') ?? undefined
  return typeof key === 'string' && key !== '' ? key : undefined
}

function keyProblem(request: SimulatedRequest, nowMs: number): Reply | undefined {
  if (request.headers['x-cg-pro-api-key'] !== undefined || request.query.has('x_cg_pro_api_key')) {
    const message =
      'If you are using Pro API key, please change your root URL from api.coingecko.com to pro-api.coingecko.com'
    return failed(400, 10_010, message, nowMs)
  }
  if (demoKey(request)?.startsWith('bad') === true) return failed(401, 10_002, 'API Key Missing', nowMs)
  return undefined
}

function failed(status: number, code: number, message: string, nowMs: number): Reply {
  const timestamp = new Date(nowMs).toISOString().replace('Z', '+00:00')
  return json(status, { error: { status: { timestamp, error_code: code, error_message: message } } })
}

const missing = (name: string): Reply => json(422, { error: `Missing parameter ${name}` })
const invalid = (name: string): Reply => json(422, { error: `Invalid ${name}` })

function route(shop: Shop, { method, path, query }: SimulatedRequest): Reply {
  const [, api, version, kind, id, part, extra] = path.split('/')
  if (method === 'GET' && api === 'api' && version === 'v3' && extra === undefined) {
    if (kind === 'ping' && id === undefined) return json(200, { gecko_says: '(V3) To the Moon!' })
    if (kind === 'simple' && id === 'price' && part === undefined) return simplePrice(shop, query)
    if (kind === 'coins' && id !== undefined && part === 'market_chart') return marketChart(shop, id, query)
  }
  return json(404, { error: 'Incorrect path. Please check https://www.coingecko.com/api/' })
}

function simplePrice(shop: Shop, query: URLSearchParams): Reply {
  const ids = query.get('ids') ?? ''
  const currencies = (query.get('vs_currencies') ?? '').split(',').filter((name) => CURRENCIES.has(name))
  if (ids === '') return missing('ids')
  if (!query.has('vs_currencies')) return missing('vs_currencies')
  const found: Record<string, Record<string, number | null>> = {}
  // an id with a space before it is no id: the later ones of "a, b" are silently absent
  for (const id of ids.split(',')) {
    const coin = shop.coins.byId(id)
    const fields = coin && priceFields(shop, coin, currencies, query)
    if (fields !== undefined) found[id] = fields
  }
  return json(200, found)
}

function priceFields({ coins, seed }: Shop, coin: Coin, currencies: string[], query: URLSearchParams) {
  const nowMs = lastUpdate(coins.nowMs())
  const price = marketPrice(coins, seed, coin, nowMs)
  if (price === undefined) return undefined
  const before = marketPrice(coins, seed, coin, nowMs - DAY_MS)
  const isAsked = (name: string) => query.get(name) === 'true'
  const fields: Record<string, number | null> = {}
  for (const currency of currencies) {
    const worth = CURRENCIES.get(currency) ?? 1
    fields[currency] = rounded(price / worth, query.get('precision'))
    if (isAsked('include_market_cap')) fields[`${currency}_market_cap`] = (price * coin.supply) / worth
    if (isAsked('include_24hr_vol')) fields[`${currency}_24h_vol`] = volume24h(coins, coin, nowMs) / worth
    if (isAsked('include_24hr_change'))
      fields[`${currency}_24h_change`] = before === undefined ? null : (price / before - 1) * 100
  }
  if (isAsked('include_last_updated_at')) fields['last_updated_at'] = Math.floor(nowMs / 1_000)
  return fields
}

/** Whole USD from a thousand on, as recorded; `precision` asks for more. */
function rounded(price: number, precision: string | null): number {
  if (precision === 'full') return price
  if (precision !== null && /^\d+$/.test(precision))
    return Number(price.toFixed(Math.min(18, Number(precision))))
  if (price >= 1_000) return Math.round(price)
  return price >= 1 ? Number(price.toFixed(2)) : Number(price.toPrecision(6))
}

function marketChart({ coins, seed }: Shop, id: string, query: URLSearchParams): Reply {
  const worth = CURRENCIES.get(query.get('vs_currency') ?? '')
  const days = query.get('days') ?? ''
  const interval = query.get('interval')
  if (!query.has('vs_currency')) return missing('vs_currency')
  if (worth === undefined) return json(422, { error: 'invalid vs_currency' })
  const coin = coins.byId(id)
  if (coin === undefined) return json(404, { error: 'coin not found' })
  if (days === '') return missing('days')
  if (days !== 'max' && !/^[1-9]\d*$/.test(days)) return invalid('days')
  if (interval !== null && interval !== 'daily' && interval !== 'hourly') return invalid('interval')
  if (days === 'max' || Number(days) > LONGEST_DAYS) {
    const message = `Your request exceeds the allowed time range. Public API users are limited to querying historical data within the past ${LONGEST_DAYS} days. Upgrade to a paid plan to enjoy full historical data access: https://www.coingecko.com/en/api/pricing. `
    return failed(401, 10_012, message, coins.nowMs())
  }
  const points = chart({ coins, seed, coin, days: Number(days), spacing: spacingOf(Number(days), interval) })
  return json(200, {
    prices: points.map(({ atMs, price }) => [atMs, price / worth]),
    market_caps: points.map(({ atMs, price }) => [atMs, (price * coin.supply) / worth]),
    total_volumes: points.map(({ atMs, volume }) => [atMs, volume / worth]),
  })
}

function spacingOf(days: number, interval: string | null): Spacing {
  if (interval !== null) return interval === 'daily' ? 'day' : 'hour'
  if (days === 1) return 'five-minutes'
  return days <= HOURLY_DAYS ? 'hour' : 'day'
}
