/** CoinGecko API v3 (https://docs.coingecko.com): a coin's history and spot prices in a currency, with a demo key, a pro key or none. */
import * as z from 'zod'
import { Failure, type FailureType } from '../core/failures.ts'
import { jsonOrNothing } from '../core/json-or-nothing.ts'
import { comparing, type KnownFields } from './fields.ts'
import { createGate, isRateLimited, type Gate } from './gate.ts'
import { createHttp, rawBody, type Answer, type HttpRequest, type RawBody } from './http.ts'
import { count, parseBody, parseRows, type RejectedRow } from './payload.ts'
import { refusal, spread, type Exchange } from './refusal.ts'
import type { Sleep } from './sleep.ts'

const UPSTREAM = 'coingecko'
/** Ninety days of hours, the longest series that is asked for, have 0.3 MB. */
const MAX_BYTES = 2 * 1024 * 1024
/** Ninety days of hours, in three lists of pairs, have 20,000. */
const MAX_VALUES = 50_000
const PRO_HOST = 'pro-api.coingecko.com'
/** The cache in front decides whether a refusal names its delay; the quota is per minute. */
export const UNNAMED_REFUSAL_MS = 60_000
/** Without a key the quota is shared by everyone behind one address and was seen as low as five a minute. */
const REQUESTS_IN_FLIGHT = 2

export interface CoinGeckoOptions {
  /** https://api.coingecko.com/api/v3 without a key or with a demo key, https://pro-api.coingecko.com/api/v3 with a pro key. */
  baseUrl: string
  apiKey?: string
  /** CoinGecko's firewall refuses callers that do not name themselves. */
  userAgent: string
  /** Shared by clients with one key or address. Default: its own. */
  gate?: Gate
  /** How its own gate waits. */
  sleep?: Sleep
  timeoutMs?: number
}

export interface MarketPoint {
  /** Milliseconds since 1970; hourly points are anywhere in their hour. */
  atMs: number
  price: number
  /** Rolling 24 h volume of all markets in the same currency; null if the response has none for this time. */
  volume24h: number | null
}

export interface MarketChart {
  points: MarketPoint[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

/** A coin, and the currency of its price, such as `EUR`. */
export interface PricedCoin {
  id: string
  currency: string
}

export interface SpotPrices {
  prices: Map<string, number>
  /** Asked ids that the answer leaves out or has no price for. */
  missing: string[]
  raw: RawBody[]
}

export interface CoinGecko {
  /**
   * History of a coin, oldest first, without its newest point, which is "now" and no candle. `days` of 2 to 90
   * gives hourly points, 1 gives one every five minutes, more than 90 or `interval: 'daily'` gives one at 00:00 UTC a day.
   * An unknown id is `NotFound`.
   */
  marketChart: (
    query: PricedCoin & { days: number; interval?: 'daily' },
    signal: AbortSignal,
  ) => Promise<MarketChart>
  /** Spot prices of all coins in one request. */
  prices: (coins: readonly PricedCoin[], signal: AbortSignal) => Promise<SpotPrices>
}

const priceSchema = z.tuple([count, z.number().positive()], z.unknown())
const volumeSchema = z.tuple([count, z.number().nonnegative().nullable()], z.unknown())
const chartSchema = z.object({ prices: z.array(z.unknown()), total_volumes: z.array(z.unknown()).nullish() })
const CHART: KnownFields = {
  client: UPSTREAM,
  object: 'chart',
  needed: Object.keys(chartSchema.shape),
  others: ['market_caps'],
}
const pricesSchema = z.record(z.string(), z.record(z.string(), z.number().positive().nullish()))

const timeSchema = z.tuple([count], z.unknown())

/** The time of a point, readable even where its number is not. */
const timeOf = (point: unknown): number | undefined => timeSchema.safeParse(point).data?.[0]

/**
 * Reads the body of `GET /coins/{id}/market_chart`. Volumes are joined by their timestamp: the lists need not be
 * parallel. Refused points of both lists are in `rejected`. Throws `PayloadInvalid` if there is no list of prices.
 */
export function parseMarketChart(body: string): { points: MarketPoint[]; rejected: RejectedRow[] } {
  const chart = parseBody(comparing(CHART, chartSchema), body, 'coingecko GET market_chart')
  const newest = chart.prices.reduce<number>((latest, point) => Math.max(latest, timeOf(point) ?? 0), 0)
  const isPast = (point: unknown): boolean => timeOf(point) !== newest
  const prices = parseRows(priceSchema, chart.prices.filter(isPast))
  const volumes = parseRows(volumeSchema, (chart.total_volumes ?? []).filter(isPast))
  const volumeAt = new Map(volumes.rows.map(([atMs, volume]) => [atMs, volume]))
  const points = prices.rows.map(([atMs, price]) => ({ atMs, price, volume24h: volumeAt.get(atMs) ?? null }))
  return {
    points: points.sort((a, b) => a.atMs - b.atMs),
    rejected: [...prices.rejected, ...volumes.rejected],
  }
}

/** The rows of the body of `GET /coins/{id}/market_chart` as they came, of both lists. Throws `PayloadInvalid` as above. */
export function marketChartRows(body: string): unknown[] {
  const chart = parseBody(chartSchema, body, 'coingecko GET market_chart')
  return [...chart.prices, ...(chart.total_volumes ?? [])]
}

/** The coin and the currency (in capitals) of the address of a history; undefined for any other address. */
export function chartAsked(url: string): PricedCoin | undefined {
  const { pathname, searchParams } = new URL(url)
  const id = /\/coins\/([^/]+)\/market_chart$/.exec(pathname)?.[1]
  if (id === undefined) return undefined
  return { id: decodeURIComponent(id), currency: (searchParams.get('vs_currency') ?? '').toUpperCase() }
}

/** A CoinGecko client. Its calls throw the failures of `Http.request` and `PayloadInvalid`. */
export function createCoinGecko(options: CoinGeckoOptions): CoinGecko {
  const ask = createAsk(options)
  return {
    marketChart: async ({ id, currency, days, interval }, signal) => {
      const path = `/coins/${encodeURIComponent(id)}/market_chart`
      const query = {
        vs_currency: currency.toLowerCase(),
        days,
        ...(interval === undefined ? {} : { interval }),
      }
      const answer = await ask({ path, query, signal }, id)
      return { ...parseMarketChart(answer.body), raw: [rawBody(UPSTREAM, answer)] }
    },
    prices: async (coins, signal) => {
      const wanted = new Map(coins.map(({ id, currency }) => [id, currency.toLowerCase()]))
      if (wanted.size === 0) return { prices: new Map(), missing: [], raw: [] }
      // A space after the comma makes the server forget the ids behind it.
      const query = {
        ids: [...wanted.keys()].join(','),
        vs_currencies: [...new Set(wanted.values())].join(','),
      }
      const answer = await ask({ path: '/simple/price', query, signal })
      const found = parseBody(pricesSchema, answer.body, 'coingecko GET /simple/price')
      const prices = new Map<string, number>()
      for (const [id, currency] of wanted) {
        const price = found[id]?.[currency]
        if (typeof price === 'number') prices.set(id, price)
      }
      const missing = [...wanted.keys()].filter((id) => !prices.has(id))
      return { prices, missing, raw: [rawBody(UPSTREAM, answer)] }
    },
  }
}

/** One request; a refusal is named by the code in its body, then by its status. */
function createAsk(options: CoinGeckoOptions): (request: HttpRequest, id?: string) => Promise<Answer> {
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl: options.baseUrl,
    headers: { 'user-agent': options.userAgent, ...keyHeader(options) },
    gate:
      options.gate ??
      createGate({
        reserve: 0,
        concurrency: REQUESTS_IN_FLIGHT,
        unnamedDelayMs: UNNAMED_REFUSAL_MS,
        ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
      }),
    redirect: 'manual',
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return async (request, id) => {
    const answer = await http.request({ ...request, accept: [400, 401, 403, 404, 429, 503] })
    const code = codeOf(answer.body)
    if (answer.status < 300 && code === undefined) return answer
    throw refused({ upstream: UPSTREAM, method: 'GET', path: new URL(answer.url).pathname }, answer, code, id)
  }
}

/** The two kinds of key go to two hosts under two names; a stand-in is treated as the free host. */
function keyHeader({ baseUrl, apiKey }: CoinGeckoOptions): Record<string, string> {
  if (apiKey === undefined) return {}
  const pro = URL.canParse(baseUrl) && new URL(baseUrl).hostname === PRO_HOST
  return { [pro ? 'x-cg-pro-api-key' : 'x-cg-demo-api-key']: apiKey }
}

/** What CoinGecko's own codes mean (https://docs.coingecko.com/docs/common-errors-rate-limit). */
const CODES: Record<number, [FailureType, string]> = {
  10002: ['CredentialsRejected', 'it found no key: set COINGECKO_API_KEY'],
  10005: ['UpstreamRejected', "this is not part of the key's plan: only a paid key can ask it"],
  10010: [
    'CredentialsRejected',
    'the key does not belong to this host: a pro key needs COINGECKO_URL https://pro-api.coingecko.com/api/v3, a demo key https://api.coingecko.com/api/v3',
  ],
  10011: [
    'CredentialsRejected',
    'the key does not belong to this host: a demo key needs COINGECKO_URL https://api.coingecko.com/api/v3, a pro key https://pro-api.coingecko.com/api/v3',
  ],
  10012: ['UpstreamRejected', 'history older than 365 days needs a paid key: ask for fewer days'],
}

function refused(what: Exchange, answer: Answer, code: number | undefined, id: string | undefined): Failure {
  const { status, headers } = answer
  const found = `${what.upstream} ${what.method} ${what.path} answered ${status}`
  const details = { status, ...(code === undefined ? {} : { code }) }
  if (code === 429 || isRateLimited(headers, status)) {
    const retryAfterMs = refusal(what, answer, 'status').retryAfterMs ?? spread(UNNAMED_REFUSAL_MS)
    const message = `${found}: the request quota is used up for now; a key in COINGECKO_API_KEY raises it.`
    return new Failure('RateLimited', message, { details, retryAfterMs })
  }
  const named = code === undefined ? undefined : CODES[code]
  if (named !== undefined)
    return new Failure(named[0], `${found} with code ${String(code)}: ${named[1]}.`, { details })
  if (status === 403) return refusal(what, answer, 'blocked')
  if (status === 404 && id !== undefined) {
    const message = `coingecko knows no coin "${id}": correct the coin's CoinGecko id in almanac.yaml.`
    return new Failure('NotFound', message, { details: { ...details, id } })
  }
  return refusal(what, answer, 'status')
}

const status = z.object({ error_code: z.int() })
/** The shapes in which a code comes; `{"error": "text"}` has none. */
const complaintSchema = z.union([
  status.transform(({ error_code }) => error_code),
  z.object({ status }).transform((body) => body.status.error_code),
  z.object({ error: z.object({ status }) }).transform((body) => body.error.status.error_code),
])

/** Text of the network in between ("error code: 1015") has none; the status says enough. */
const codeOf = (body: string): number | undefined => complaintSchema.safeParse(jsonOrNothing(body)).data
