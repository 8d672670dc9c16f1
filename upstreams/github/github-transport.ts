/**
 * Transport to GitHub's API: three separate quotas (REST, search, GraphQL), each with its gate, and a name for every
 * refusal (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
 */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { jsonOrNothing } from '../../core/json-or-nothing.ts'
import { createGate, isRateLimited, type Gate } from '../gate.ts'
import { createHttp, type Answer, type HttpRequest } from '../http.ts'
import { excerptOf, refusal, spread, type Exchange } from '../refusal.ts'
import { headerNumber, retryAfterMs } from '../retry-after.ts'
import { elapsed as realElapsed, type Elapsed } from '../../core/elapsed.ts'
import type { Sleep } from '../sleep.ts'

const UPSTREAM = 'github'
/** A page of 100 hits of a search has 0.6 MB. */
const MAX_BYTES = 4 * 1024 * 1024
/** A repository has 200; a page has a hundred. */
const MAX_VALUES = 50_000
/** The version whose fields are read here. */
const API_VERSION = '2022-11-28'
/** "Wait for at least one minute" if a refusal names no delay (its documentation). */
const UNNAMED_REFUSAL_MS = 60_000
/** The longest of its windows: a reset that lies further away is a wrong clock. */
const LONGEST_WINDOW_MS = 60 * 60_000
const SHORTEST_DELAY_MS = 1_000
/** Of the hourly quota of an address (60) or a token (5,000), left to other programs. */
const CORE_RESERVE = { withoutToken: 10, withToken: 50 } as const
/** A batch costs one of 5,000 points an hour. */
const GRAPHQL_RESERVE = 50
/** Of a query of a hundred names, two are in work at GitHub at once: a third would only meet its CPU limit sooner. */
const GRAPHQL_IN_FLIGHT = 2
/** Search answers ten requests a minute, thirty with a token, and counts requests that come at once against its abuse limit. */
const SEARCH_INTERVAL_MS = { withoutToken: 6_000, withToken: 2_000 } as const
/** Statuses that are read here instead of by `refusal.ts`. */
const READ_HERE = [301, 302, 307, 308, 401, 403, 404, 409, 410, 422, 429, 451]

/** How GitHub words both its limits, in REST and, with status 200, in GraphQL. */
export const LIMIT_WORDS = /rate limit|abuse detection/i

/** Kinds of request with a quota each. */
export type Resource = 'core' | 'search' | 'graphql'

export interface TransportOptions {
  /** Such as https://api.github.com */
  baseUrl: string
  /** GitHub refuses requests without one. */
  userAgent: string
  /** Needs no permission. Without one everything works, in more requests and minutes. */
  token?: string
  /** Shared by clients with one token or address. Default: its own. */
  gates?: Partial<Record<Resource, Gate>>
  /** Shortest time between two searches, in milliseconds. Default: by GitHub's limits. */
  searchIntervalMs?: number
  timeoutMs?: number
  clock?: () => Date
  elapsed?: Elapsed
  sleep?: Sleep
}

/** One request; `accepts` says which refusals are returned instead of thrown. */
export interface TransportRequest extends Omit<HttpRequest, 'accept'> {
  resource: Resource
  accepts?: (status: number, message: string) => boolean
}

export interface GitHubTransport {
  authenticated: boolean
  clock: () => Date
  elapsed: Elapsed
  /**
   * Throws `RateLimited` (primary and secondary limits, in full until the reset), `CredentialsRejected`, `Blocked` and the
   * other failures of `Http.request`. Redirects are never followed: the token must not travel.
   */
  ask: (request: TransportRequest) => Promise<Answer>
  /** Returns the failure for a limit that only the body states (GraphQL, status 200), and closes the gate. */
  limited: (resource: Resource, answer: Answer) => Failure
}

/** Creates the transport. Throws `Misconfigured` for an address or a token that cannot be sent. */
export function createGitHubTransport(options: TransportOptions): GitHubTransport {
  const token = options.token === '' ? undefined : options.token
  const clock = options.clock ?? (() => new Date())
  const gates = gatesOf(options, token !== undefined)
  const http = createHttps(options, token, gates)

  const limited = (resource: Resource, answer: Answer): Failure => {
    const delayMs = delayOf(answer.headers, clock())
    gates[resource].closeFor(delayMs, answer.status)
    const hint = token === undefined ? '; a GITHUB_TOKEN raises it' : ''
    const message = `${saying(exchangeOf(answer, resource), answer)}: its limit for ${resource} is reached for now${hint}.`
    return new Failure('RateLimited', message, {
      details: { status: answer.status, resource },
      retryAfterMs: spread(delayMs),
    })
  }

  return {
    authenticated: token !== undefined,
    clock,
    elapsed: options.elapsed ?? realElapsed,
    limited,
    ask: async ({ resource, accepts, ...request }) => {
      const answer = await http[resource].request({ ...request, accept: READ_HERE })
      if (answer.status < 300) return answer
      const message = messageOf(answer.body)
      if (isLimit(answer, message)) throw limited(resource, answer)
      if (accepts?.(answer.status, message) === true) return answer
      throw refused(exchangeOf(answer, resource), answer, token !== undefined)
    },
  }
}

function gatesOf(options: TransportOptions, authenticated: boolean): Record<Resource, Gate> {
  const { gates = {}, clock, elapsed, sleep } = options
  const key = authenticated ? 'withToken' : 'withoutToken'
  const shared = {
    unnamedDelayMs: UNNAMED_REFUSAL_MS,
    ...(clock === undefined ? {} : { clock }),
    ...(elapsed === undefined ? {} : { elapsed }),
    ...(sleep === undefined ? {} : { sleep }),
  }
  const minIntervalMs = options.searchIntervalMs ?? SEARCH_INTERVAL_MS[key]
  return {
    core: gates.core ?? createGate({ ...shared, reserve: CORE_RESERVE[key] }),
    search: gates.search ?? createGate({ ...shared, reserve: 0, concurrency: 1, minIntervalMs }),
    graphql:
      gates.graphql ?? createGate({ ...shared, reserve: GRAPHQL_RESERVE, concurrency: GRAPHQL_IN_FLIGHT }),
  }
}

function createHttps(options: TransportOptions, token: string | undefined, gates: Record<Resource, Gate>) {
  const of = (quota: Resource) =>
    createHttp({
      upstream: UPSTREAM,
      quota,
      maxBytes: MAX_BYTES,
      maxValues: MAX_VALUES,
      baseUrl: options.baseUrl,
      headers: {
        'user-agent': options.userAgent,
        'x-github-api-version': API_VERSION,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      gate: readingSecondaryLimits(gates[quota]),
      redirect: 'manual',
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    })
  return { core: of('core'), search: of('search'), graphql: of('graphql') }
}

/**
 * A secondary limit carries the primary window's reset, up to an hour away, with quota left: the gate would take that
 * for the end of the refusal. The transport closes it for the right time.
 */
function readingSecondaryLimits(gate: Gate): Gate {
  return {
    ...gate,
    observe: (headers, status) => {
      const secondary = status === 429 && (headerNumber(headers, 'x-ratelimit-remaining') ?? 0) > 0
      gate.observe(headers, secondary && !headers.has('retry-after') ? 200 : status)
    },
  }
}

const isLimit = ({ status, headers }: Answer, message: string): boolean =>
  isRateLimited(headers, status) ||
  (status === 403 && (headers.has('gh-limited-by') || LIMIT_WORDS.test(message)))

/** Milliseconds until it accepts requests again: Retry-After, else the reset of an empty window, else a minute. */
function delayOf(headers: Headers, now: Date): number {
  if (headers.has('retry-after')) return retryAfterMs(headers, now) ?? UNNAMED_REFUSAL_MS
  const reset = headerNumber(headers, 'x-ratelimit-reset')
  if (reset === undefined || headerNumber(headers, 'x-ratelimit-remaining') !== 0) return UNNAMED_REFUSAL_MS
  return Math.min(LONGEST_WINDOW_MS, Math.max(SHORTEST_DELAY_MS, reset * 1_000 - now.getTime()))
}

function refused(what: Exchange, answer: Answer, authenticated: boolean): Failure {
  const details = { status: answer.status, excerpt: excerptOf(answer.body) }
  if (answer.status === 401) {
    const message = `${saying(what, answer)}: GITHUB_TOKEN is wrong or has expired. Make another (it needs no permission), or remove it: stars then come by search, in minutes.`
    return new Failure('CredentialsRejected', message, { details })
  }
  if (answer.status === 403 && authenticated) {
    const message = `${saying(what, answer)}: GITHUB_TOKEN may not do this. A token without any permission can read every public repository.`
    return new Failure('CredentialsRejected', message, { details })
  }
  // Unauthenticated 403s that are not rate limits come from a proxy or firewall.
  return refusal(what, answer, answer.status === 403 ? 'blocked' : 'status')
}

const exchangeOf = (answer: Answer, resource: Resource): Exchange => ({
  upstream: UPSTREAM,
  method: resource === 'graphql' ? 'POST' : 'GET',
  path: new URL(answer.url).pathname,
})

const saying = (what: Exchange, answer: Answer): string =>
  `${what.upstream} ${what.method} ${what.path} answered ${answer.status} ("${excerptOf(answer.body)}")`

const messageSchema = z.object({ message: z.string() })

/** The `message` of a refusal's body; empty if it has none, such as a text of a proxy or firewall: the status is enough. */
export const messageOf = (body: string): string =>
  messageSchema.safeParse(jsonOrNothing(body)).data?.message ?? ''
