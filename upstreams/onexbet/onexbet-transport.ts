/**
 * How the feed and the results service are asked: neither needs a key, and both refuse by status, web page or
 * redirect.
 */
import { Failure } from '../../core/failures.ts'
import { looksLikeHtml } from '../challenge.ts'
import { createGate, isRateLimited, type Gate } from '../gate.ts'
import { createHttp, type Answer } from '../http.ts'
import { excerptOf, refusal, type Exchange } from '../refusal.ts'

/** Twice the largest known feed; a day's results of a large league have as much. */
const MAX_BYTES = 8 * 1024 * 1024
/** JSON values; recorded: 100 to 170 for a match with its odds. */
const VALUES_PER_EVENT = 250
/** A host may send some hundred events, whatever it is asked for. */
const LEAST_EVENTS = 400
/** A minute's collection must have time for a second attempt; a good answer takes less than a second. */
const TIMEOUT_MS = 10_000
/** A longer wait is the next minute's business. */
const MAX_HOLD_MS = 5_000
/** Leagues are asked side by side, but no faster than a browser would. */
const REQUESTS_IN_FLIGHT = 4
/**
 * Without a key, none can be wrong: these refuse this client or this address. 406 is also sent for unknown parameters.
 */
const REFUSED = [401, 403, 406]
/** Judged here, since http.ts would call a refusal a bad key and the page of a country block another base URL. */
const JUDGED_HERE = [200, 400, 404, ...REFUSED]
const NO_HEADERS = new Headers()

export interface TransportOptions {
  /** Name of the service in messages and raw bodies. */
  upstream: string
  baseUrl: string
  /** The setting that holds the address, for messages. */
  setting: string
  userAgent: string
  /** Largest number of events that is requested in one response. Default: 400 are accepted. */
  maxEvents?: number
  gate?: Gate
  timeoutMs?: number
}

/**
 * Asks one path. Throws the failures of `Http.request`, and `Blocked` for a refusal or a web page in place of JSON.
 */
export type Transport = (
  path: string,
  query: Record<string, string | number>,
  signal: AbortSignal,
) => Promise<Answer>

/** Creates a transport. Default: with a gate of its own. Throws `Misconfigured` for an invalid address. */
export function createTransport(options: TransportOptions): Transport {
  const http = createHttp({
    upstream: options.upstream,
    maxBytes: MAX_BYTES,
    maxValues: VALUES_PER_EVENT * Math.max(LEAST_EVENTS, options.maxEvents ?? 0),
    baseUrl: options.baseUrl,
    // The service's own pages ask with this header; some brands refuse requests without it.
    headers: { 'user-agent': options.userAgent, 'x-requested-with': 'XMLHttpRequest' },
    gate: options.gate ?? createGate({ reserve: 0, concurrency: REQUESTS_IN_FLIGHT, maxHoldMs: MAX_HOLD_MS }),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  })
  return async (path, query, signal) => {
    const answer = await http.request({ path, query, signal, accept: JUDGED_HERE })
    const what = { upstream: options.upstream, method: 'GET', path: new URL(answer.url).pathname }
    refuse(answer, what, options.setting)
    return answer
  }
}

function refuse(answer: Answer, what: Exchange, setting: string): void {
  const { status, headers, body } = answer
  if (isRateLimited(headers, status)) throw refusal(what, answer, 'status')
  if (saysUnsupportedVersion(answer)) {
    const message = `${what.upstream} GET ${what.path} answered ${status} UnsupportedApiVersion: this host has another version of the service; correct ${setting}.`
    throw new Failure('Misconfigured', message, { details: { status } })
  }
  // By the body alone: some brands call their JSON text/html.
  if (REFUSED.includes(status) || (status === 200 && looksLikeHtml(NO_HEADERS, body))) {
    const message = `${what.upstream} GET ${what.path} answered ${status} ("${excerptOf(body)}") instead of data: it does not serve this network, this client or these parameters. Try another network, or set a host that is reachable from here in ${setting}.`
    throw new Failure('Blocked', message, { details: { status } })
  }
  if (status >= 300) throw refusal(what, answer, 'status')
}

/** Of a good answer only a short one is searched: a long one holds data. */
const saysUnsupportedVersion = ({ status, body }: Answer): boolean =>
  (status !== 200 || body.length < 1_000) && /UnsupportedApiVersion/i.test(body)

/**
 * Requests each item, as many at a time as the transport allows, and returns the responses in the items' order. They do
 * not queue at the gate: fifty waiters on one signal look like a leak to Node. The first error is thrown, and then no
 * further item is requested.
 */
export async function sideBySide<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = []
  // A generator ends for all when one of its readers leaves by an error; an array's own iterator would go on.
  const queue = (function* () {
    yield* items.entries()
  })()
  const reader = async (): Promise<void> => {
    for (const [at, item] of queue) answers[at] = await ask(item)
  }
  await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, reader))
  return answers
}
