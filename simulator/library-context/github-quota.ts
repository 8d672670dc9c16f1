/** What GitHub counts: requests an hour, searches a minute, points an hour, and how fast they come. */
import { HOUR_MS, MINUTE_MS } from '../../core/durations.ts'
import { createWindow } from '../minute-window.ts'
import { json, type Reply } from '../upstream.ts'

export type Resource = 'core' | 'search' | 'graphql'
/** Without a token there is no GraphQL at all. */
const LIMITS: Readonly<Record<Resource, { bare: number; token: number; periodMs: number }>> = {
  core: { bare: 60, token: 5_000, periodMs: HOUR_MS },
  search: { bare: 10, token: 30, periodMs: MINUTE_MS },
  graphql: { bare: 0, token: 5_000, periodMs: HOUR_MS },
}
/** Points of reads a minute, beyond which the secondary limit refuses whatever is left of the primary one. */
const POINTS_PER_MINUTE = 900

const PRIMARY_DOCUMENTATION = 'https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting'
const SECONDARY_DOCUMENTATION =
  'https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits'

/** The caller: limits count per token, else per address. */
export interface Caller {
  token: string | undefined
  client: string
}

export interface Quotas {
  /** Takes `cost` of a limit, and returns the refusal if nothing is left of it. */
  take(caller: Caller, resource: Resource, cost: number): Reply | undefined
  /** The headers of every response. */
  headers(caller: Caller, resource: Resource): Record<string, string>
  /** As `/rate_limit` reports it; costs nothing. */
  overview(
    caller: Caller,
  ): Record<Resource, { limit: number; used: number; remaining: number; reset: number }>
}

/** Counts for every caller; with `rateLimits` false nothing is used up. `now`: milliseconds since 1970, only forward. */
export function createQuotas({ rateLimits, now }: { rateLimits: boolean; now: () => number }): Quotas {
  const windows = new Map<string, { endMs: number; used: number }>()
  const pace = createWindow(POINTS_PER_MINUTE)
  let refusals = 0
  const keyOf = ({ token, client }: Caller) => (token === undefined ? `address ${client}` : `token ${token}`)
  const windowOf = (caller: Caller, resource: Resource) => {
    const key = `${resource} ${keyOf(caller)}`
    const held = windows.get(key)
    if (held !== undefined && now() < held.endMs) return held
    const fresh = { endMs: now() + LIMITS[resource].periodMs, used: 0 }
    windows.set(key, fresh)
    return fresh
  }
  const state = (caller: Caller, resource: Resource) => {
    const { endMs, used } = windowOf(caller, resource)
    const limit = LIMITS[resource][caller.token === undefined ? 'bare' : 'token']
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(endMs / 1_000) }
  }
  return {
    take: (caller, resource, cost) => {
      if (!rateLimits) return undefined
      const window = windowOf(caller, resource)
      if (state(caller, resource).remaining < cost) {
        refusals += 1
        return exhausted(caller, resource, refusals)
      }
      const waitMs = pace(keyOf(caller), now())
      if (waitMs > 0) {
        refusals += 1
        // every second refusal names no delay, as users report
        return tooFast(refusals % 2 === 1 ? Math.ceil(waitMs / 1_000) : undefined)
      }
      window.used += cost
      return undefined
    },
    headers: (caller, resource) => {
      const { limit, used, remaining, reset } = state(caller, resource)
      return {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-used': String(used),
        'x-ratelimit-reset': String(reset),
        'x-ratelimit-resource': resource,
      }
    },
    overview: (caller) => ({
      core: state(caller, 'core'),
      search: state(caller, 'search'),
      graphql: state(caller, 'graphql'),
    }),
  }
}

/**
 * The primary limit's refusal: REST says 403 or 429 in turn, GraphQL 200 and an error; the time of the reset is only in
 * the headers.
 */
function exhausted({ token, client }: Caller, resource: Resource, refusals: number): Reply {
  const whose = token === undefined ? client : 'user ID 1'
  const message = `API rate limit exceeded for ${whose}.`
  if (resource === 'graphql') return json(200, { errors: [{ type: 'RATE_LIMITED', message }] })
  const news =
    " (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
  return json(refusals % 2 === 1 ? 403 : 429, {
    message: token === undefined ? message + news : message,
    documentation_url: PRIMARY_DOCUMENTATION,
  })
}

/** The primary limit's refusal with its headers. The reset is in real time, as Retry-After is. */
export function exhaustedFor(seconds: number): Reply {
  const reply = exhausted({ token: undefined, client: '127.0.0.1' }, 'core', 1)
  const headers = {
    'x-ratelimit-limit': '60',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-used': '60',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + seconds),
    'x-ratelimit-resource': 'core',
  }
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

/** The secondary limit's refusal, with its delay or with only a hint that there is one. */
export function tooFast(retryAfterSeconds: number | undefined): Reply {
  const body = {
    message:
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID SIMULATOR.',
    documentation_url: SECONDARY_DOCUMENTATION,
  }
  return retryAfterSeconds === undefined
    ? json(429, body, { 'gh-limited-by': 'search-elapsed-time-shared-grouped' })
    : json(403, body, { 'retry-after': String(retryAfterSeconds) })
}
