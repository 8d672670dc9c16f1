/** Binance spot API v3 (https://developers.binance.com/docs/binance-spot-api-docs): hourly candles and spot prices, without a key. */
import * as z from 'zod'
import { HOUR_MS, MINUTE_MS } from '../../core/durations.ts'
import { Failure } from '../../core/failures.ts'
import { jsonOrNothing } from '../../core/json-or-nothing.ts'
import type { Heard } from '../../core/upstream-budget.ts'
import { addBudget } from '../budgets.ts'
import { comparing, type KnownFields } from '../fields.ts'
import { createGate, isRateLimited, type Gate } from '../gate.ts'
import { createHttp, rawBody, type Answer, type Http, type HttpRequest, type RawBody } from '../http.ts'
import { decimal, parseKlines, type HourCandle } from './klines.ts'
import { parseBody, text, type RejectedRow } from '../payload.ts'
import { excerptOf, refusal, type Exchange } from '../refusal.ts'
import { headerNumber, MAX_BAN_MS } from '../retry-after.ts'
import { elapsed as realElapsed, type Elapsed } from '../../core/elapsed.ts'
import type { Sleep } from '../sleep.ts'

export { openingOf, parseKlines, type HourCandle } from './klines.ts'

const UPSTREAM = 'binance'
/** A page of 1,000 candles has 0.2 MB. */
const MAX_BYTES = 1024 * 1024
/** A page of 1,000 candles has 13,000. */
const MAX_VALUES = 50_000
/** Largest page of `GET /api/v3/klines`. */
export const CANDLES_PER_PAGE = 1_000
/**
 * A region or a firewall rule does not change within a run; a new network of the operator should be noticed on the same
 * day.
 */
export const BLOCKED_HOST_MS = 6 * HOUR_MS
/** Request weight of an address in a clock minute (its `exchangeInfo`). */
const WEIGHT_PER_MINUTE = 6_000
/** The rest is left to other programs behind this address, and to responses still in flight. */
const USABLE_WEIGHT = 0.8 * WEIGHT_PER_MINUTE
/** A page of candles weighs 2: more at once would only fill memory. */
const REQUESTS_IN_FLIGHT = 4
const CODE_TOO_MANY_REQUESTS = -1003
const CODE_INVALID_SYMBOL = -1121
/** Its firewall says 403, refused requests 400, limits 429, bans 418; all are judged here. */
const JUDGED_HERE = [400, 403, 418, 429]

export interface BinanceOptions {
  /** Base URLs, the main host first, mirrors after it: such as https://api.binance.com, https://data-api.binance.vision */
  hosts: readonly string[]
  userAgent: string
  /** Decides which candle is closed and when a minute of request weight ends. */
  clock?: () => Date
  elapsed?: Elapsed
  sleep?: Sleep
  timeoutMs?: number
}

export interface CandlePage {
  /** Closed candles only, oldest first. */
  candles: HourCandle[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface Binance {
  /**
   * Closed 1 h candles that open in [fromMs, toMs], both included, at most 1,000 hours: one page. A span without a full
   * hour asks nothing; a longer one is a `RangeError`. An unknown symbol is `NotFound`.
   */
  candles: (
    query: { symbol: string; fromMs: number; toMs: number },
    signal: AbortSignal,
  ) => Promise<CandlePage>
  /** Spot prices of the symbols in one request; a symbol never traded has none. One unknown symbol is `NotFound` for all. */
  prices: (
    symbols: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ prices: Map<string, number>; raw: RawBody[] }>
}

const tickerSchema = z.object({ symbol: text, price: decimal })
const TICKER: KnownFields = {
  client: UPSTREAM,
  object: 'ticker',
  needed: Object.keys(tickerSchema.shape),
  others: [],
}
const tickersSchema = comparing(TICKER, z.array(tickerSchema))
const complaintSchema = z.object({ code: z.int() })

/**
 * Creates a Binance client. Its calls throw the failures of `Http.request` and `PayloadInvalid`. `Blocked` is thrown
 * only if every host blocks us; a ban (418) is obeyed in full, and no host is contacted during it, since all count the
 * same address.
 */
export function createBinance(options: BinanceOptions): Binance {
  const clock = options.clock ?? (() => new Date())
  const ask = createAsk(options, clock)
  return {
    candles: async ({ symbol, fromMs, toMs }, signal) => {
      const startTime = Math.ceil(fromMs / HOUR_MS) * HOUR_MS
      const endTime = Math.floor(toMs / HOUR_MS) * HOUR_MS
      if (endTime < startTime) return { candles: [], rejected: [], raw: [] }
      if (endTime - startTime >= CANDLES_PER_PAGE * HOUR_MS)
        throw new RangeError(`A page holds at most ${CANDLES_PER_PAGE} candles; ask for a shorter span.`)
      const query = { symbol, interval: '1h', startTime, endTime, limit: CANDLES_PER_PAGE }
      // Read before the request: a candle that closes while the response travels was still unfinished.
      const nowMs = clock().getTime()
      const answer = await ask({ path: '/api/v3/klines', query, signal }, [symbol])
      const { rows, rejected } = parseKlines(answer.body, nowMs)
      return { candles: rows, rejected, raw: [rawBody(UPSTREAM, answer)] }
    },
    prices: async (symbols, signal) => {
      const asked = [...new Set(symbols)]
      if (asked.length === 0) return { prices: new Map(), raw: [] }
      const path = '/api/v3/ticker/price'
      const answer = await ask({ path, query: { symbols: JSON.stringify(asked) }, signal }, asked)
      const tickers = parseBody(tickersSchema, answer.body, `binance GET ${path}`)
      const traded = tickers.filter((ticker) => ticker.price > 0)
      const prices = new Map(traded.map((ticker) => [ticker.symbol, ticker.price]))
      return { prices, raw: [rawBody(UPSTREAM, answer)] }
    },
  }
}

type Ask = (request: HttpRequest, symbols: readonly string[]) => Promise<Answer>

interface Host {
  name: string
  http: Http
  /** How long it counts as blocking us, by `elapsed`, and with which status it did. */
  blocked?: { untilMs: number; status: unknown }
  heard?: Heard
}

/** Asks the first host that does not block us. */
function createAsk(options: BinanceOptions, clock: () => Date): Ask {
  const elapsed = options.elapsed ?? realElapsed
  const gate = weighed(
    createGate({
      reserve: 0,
      concurrency: REQUESTS_IN_FLIGHT,
      clock,
      elapsed,
      ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
    }),
    clock,
  )
  const hosts = options.hosts.map((baseUrl) => createHost(baseUrl, gate, options))
  if (hosts.length === 0)
    throw new Failure('Misconfigured', 'BINANCE_URLS names no host; expected at least one address.')
  return async (request, symbols) => {
    for (const host of hosts) {
      if (host.blocked !== undefined && host.blocked.untilMs > elapsed()) continue
      try {
        return judged(await host.http.request({ ...request, accept: JUDGED_HERE }), symbols, gate, clock)
      } catch (error) {
        if (!(error instanceof Failure) || error.type !== 'Blocked') throw error
        const { status } = error.details
        host.blocked = { untilMs: elapsed() + BLOCKED_HOST_MS, status }
        host.heard = blockedFrom(clock(), status)
      }
    }
    throw allBlocked(hosts)
  }
}

function createHost(baseUrl: string, gate: Gate, options: BinanceOptions): Host {
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl,
    headers: { 'user-agent': options.userAgent },
    gate,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  const host: Host = { name: new URL(baseUrl).host, http }
  addBudget({ client: UPSTREAM, quota: host.name, heard: () => host.heard })
  return host
}

function blockedFrom(at: Date, status: unknown): Heard {
  const until = new Date(at.getTime() + BLOCKED_HOST_MS)
  return { at, closed: { at, until, status: typeof status === 'number' ? status : undefined } }
}

/** A gate that also closes until the next clock minute when this minute's weight is nearly used up. */
function weighed(gate: Gate, clock: () => Date): Gate {
  let weight: Pick<Heard, 'budget'> = {}
  return {
    ...gate,
    heard: () => {
      const heard = gate.heard()
      return heard === undefined ? undefined : { ...heard, ...weight }
    },
    observe: (headers, status) => {
      gate.observe(headers, status)
      const used = headerNumber(headers, 'x-mbx-used-weight-1m')
      if (used === undefined) return
      const nowMs = clock().getTime()
      const resetsAt = new Date(nextMinute(nowMs))
      const remaining = Math.max(0, Math.floor(WEIGHT_PER_MINUTE - used))
      weight = { budget: { limit: WEIGHT_PER_MINUTE, remaining, resetsAt } }
      if (used > USABLE_WEIGHT) gate.closeFor(nextMinute(nowMs) - nowMs)
    },
  }
}

const nextMinute = (nowMs: number): number => (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS

function judged(answer: Answer, symbols: readonly string[], gate: Gate, clock: () => Date): Answer {
  const { status, headers } = answer
  if (!JUDGED_HERE.includes(status)) return answer
  const what: Exchange = { upstream: UPSTREAM, method: 'GET', path: new URL(answer.url).pathname }
  const code = codeOf(answer.body)
  if (status === 429 || status === 418 || code === CODE_TOO_MANY_REQUESTS)
    throw limited(what, answer, gate, clock().getTime())
  if (status === 403) throw refusal(what, answer, isRateLimited(headers, status) ? 'status' : 'blocked')
  if (code === CODE_INVALID_SYMBOL) {
    const subject = symbols.length === 1 ? 'no symbol' : 'not every symbol of'
    const message = `binance knows ${subject} ${symbols.join(', ')} (code ${code}): correct the coin's symbol in almanac.yaml.`
    throw new Failure('NotFound', message, { details: { status, code, symbols } })
  }
  throw refusal(what, answer, 'status')
}

/** A firewall's page has none, and its status says enough. */
const codeOf = (body: string): number | undefined => complaintSchema.safeParse(jsonOrNothing(body)).data?.code

/** The body of a ban names its end, also if a proxy removed `Retry-After`; a minute's weight ends with the minute. */
function limited(what: Exchange, answer: Answer, gate: Gate, nowMs: number): Failure {
  const bannedUntil = Number(/banned until (\d{13})\b/i.exec(answer.body)?.[1] ?? 0)
  const banMs = Math.min(MAX_BAN_MS, Math.max(0, bannedUntil - nowMs))
  const namedMs = Math.max(banMs, refusal(what, answer, 'status').retryAfterMs ?? 0)
  const delayMs = namedMs > 0 ? namedMs : nextMinute(nowMs) - nowMs
  if (banMs > 0 || namedMs === 0) gate.closeFor(delayMs, answer.status)
  const message = `${what.upstream} ${what.method} ${what.path} answered ${answer.status} ("${excerptOf(answer.body)}"): it accepts no request from this address for ${Math.ceil(delayMs / 1_000)} s; ask again then.`
  return new Failure('RateLimited', message, { details: { status: answer.status }, retryAfterMs: delayMs })
}

function allBlocked(hosts: readonly Host[]): Failure {
  const names = hosts.map(({ name, blocked }) => `${name} (${String(blocked?.status)})`).join(', ')
  const message = `binance is blocked for this address at every host: ${names}. It is a regional block (451) or a firewall (403): set a mirror that is reachable from here in BINANCE_URLS, such as https://data-api.binance.vision, or collect from another network.`
  return new Failure('Blocked', message, { details: { hosts: hosts.map(({ name }) => name) } })
}
