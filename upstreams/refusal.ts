/** Names the failure of an answer that is not a good one: the table from HTTP status to `Failure`. */
import { Failure, type FailureType } from '../core/failures.ts'
import { isRateLimited } from './gate.ts'
import { retryAfterMs } from './retry-after.ts'

/** Callers that were refused together must not come back together. */
const SPREAD = 0.1

/** A delay in whole milliseconds, longer by up to a tenth. */
export const spread = (delayMs: number): number => Math.round(delayMs * (1 + Math.random() * SPREAD))

const EXCERPT_CHARS = 200

/** Who was asked for what; `path` holds no query, since a query may hold a key. */
export interface Exchange {
  upstream: string
  method: string
  path: string
}

interface Refused {
  status: number
  headers: Headers
  body: string
}

const EXPECTATIONS: Partial<Record<FailureType, string>> = {
  RateLimited: 'retry after the delay',
  UpstreamUnavailable: 'another attempt may succeed',
  CredentialsRejected: 'check the key or token of this service',
  Blocked: 'a firewall or a regional block is in the way: try another network, or later',
  NotFound: 'not found: check the id or address',
  PayloadInvalid: 'expected JSON, found a web page: check the base URL',
  UpstreamRejected: 'the request itself is wrong: a retry cannot help',
}

/**
 * The failure for an answer: a firewall's page (`blocked`) is `Blocked` whatever its status, a web `page` where JSON was expected
 * is `PayloadInvalid`, else the status decides. The details hold the status and the body's first 200 characters.
 */
export function refusal(what: Exchange, answer: Refused, why: 'blocked' | 'page' | 'status'): Failure {
  const type = why === 'blocked' ? 'Blocked' : why === 'page' ? 'PayloadInvalid' : typeOf(answer)
  const delayMs = type === 'RateLimited' ? retryAfterMs(answer.headers, new Date(), answer.status) : undefined
  const excerpt = excerptOf(answer.body)
  const found = why === 'blocked' ? ' with a page of a firewall' : excerpt === '' ? '' : ` ("${excerpt}")`
  const message = `${what.upstream} ${what.method} ${what.path} answered ${answer.status}${found}: ${EXPECTATIONS[type] ?? ''}.`
  return new Failure(type, message, {
    details: { status: answer.status, excerpt },
    ...(delayMs === undefined ? {} : { retryAfterMs: spread(delayMs) }),
  })
}

function typeOf({ headers, status }: Refused): FailureType {
  if (isRateLimited(headers, status)) return 'RateLimited'
  if (status === 408 || status >= 500) return 'UpstreamUnavailable'
  if (status === 401 || status === 403) return 'CredentialsRejected'
  if (status === 451) return 'Blocked'
  if (status === 404 || status === 410) return 'NotFound'
  return 'UpstreamRejected'
}

/** The body's first 200 characters on one line, as messages quote it. */
export const excerptOf = (body: string): string => body.slice(0, EXCERPT_CHARS).replaceAll(/\s+/g, ' ').trim()
