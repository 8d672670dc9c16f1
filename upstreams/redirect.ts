/**
 * Redirects of upstreams. Only a change of path or from http to https on the same host is followed: any other target was
 * chosen by a stranger, and may be this machine or its network.
 */
import { Failure } from '../core/failures.ts'
import type { Exchange } from './refusal.ts'

const REDIRECTS = [301, 302, 303, 307, 308]
/** A moved page may have moved twice; more is a loop, or wants a cookie. */
const MAX_REDIRECTS = 4
/** Longest part of a target in a message. */
const SHOWN_CHARS = 200

/**
 * Fetches a page, along the redirects of its own host, and returns the response with the address that it is from. Throws
 * `Blocked` for a redirect to another host or port, and for too many.
 */
export async function fetchOnHost(
  url: string,
  init: RequestInit,
  what: Exchange,
): Promise<{ response: Response; url: string }> {
  let here = url
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(here, { ...init, redirect: 'manual' })
    const location = response.headers.get('location')
    if (!REDIRECTS.includes(response.status) || location === null) return { response, url: here }
    await response.body?.cancel()
    const target = URL.canParse(location, here) ? new URL(location, here) : undefined
    if (target === undefined || !isOnHost(target, new URL(here)))
      throw blocked(what, response.status, target, 'which is another host and is not followed')
    if (redirects === MAX_REDIRECTS) throw blocked(what, response.status, target, 'and redirects endlessly')
    here = target.href
  }
}

function isOnHost(target: URL, here: URL): boolean {
  if (target.username !== '' || target.password !== '') return false
  const isUpgrade = here.protocol === 'http:' && target.protocol === 'https:'
  return target.origin === here.origin || (isUpgrade && target.host === here.host && here.port === '')
}

function blocked(what: Exchange, status: number, target: URL | undefined, found: string): Failure {
  const where = target === undefined ? 'nowhere' : `${target.origin}${target.pathname}`.slice(0, SHOWN_CHARS)
  return new Failure(
    'Blocked',
    `${what.upstream} ${what.method} ${what.path} answered ${status} to ${where}, ${found}. If the service has moved, correct its address in almanac.yaml.`,
    { details: { status } },
  )
}
