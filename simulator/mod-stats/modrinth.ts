/** Modrinth v2: its routes, its rate limit and its refusals. The shapes of its objects are in modrinth-objects.ts. */
import { MINUTE_MS } from '../../core/durations.ts'
import { hash } from '../chance.ts'
import { createLimiter, type Verdict } from '../limiter.ts'
import { projectObject, versionObject } from './modrinth-objects.ts'
import { html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'
import type { Mod } from './mods.ts'
import type { ModWorld } from './mod-world.ts'

const REQUESTS_PER_MINUTE = 300
/** Longer addresses are refused, as by common front servers. */
const LONGEST_URL_BYTES = 8_192

/** The default names of HTTP libraries: they do not identify the client, as the policy requires. */
const GENERIC_AGENT =
  /^(node|node-fetch|undici|axios|got|curl|wget|okhttp|java|go-http-client|python-requests|python-urllib)([/ ][\d.]+)?( .*)?$/i

const CLOUDFLARE = { server: 'cloudflare', 'cf-cache-status': 'DYNAMIC', vary: 'accept-encoding' }

const NOT_FOUND = json(404, {
  error: 'not_found',
  description: 'the requested route does not exist',
})

export interface ModrinthOptions {
  world: ModWorld
  rateLimits: boolean
  /** Milliseconds of a clock that only goes forward, for the rate limit. */
  now: () => number
}

/** The upstream `modrinth`. */
export function createModrinth({ world, rateLimits, now }: ModrinthOptions): Upstream {
  const limiter = createLimiter({ limit: REQUESTS_PER_MINUTE, periodMs: MINUTE_MS })
  const answer = (request: SimulatedRequest): Reply => {
    const agent = request.headers['user-agent'] ?? ''
    if (agent.trim() === '' || GENERIC_AGENT.test(agent)) {
      return {
        status: 403,
        headers: { ...CLOUDFLARE, 'content-type': 'text/plain; charset=UTF-8' },
        body: 'error code: 1010',
      }
    }
    if (request.url.length > LONGEST_URL_BYTES)
      return html(414, '<h1>414 Request-URI Too Large</h1>', CLOUDFLARE)
    if (!rateLimits) return withHeaders(route(world, request), CLOUDFLARE)
    const verdict = limiter(request.client, now())
    const reply = verdict.allowed ? route(world, request) : refusal(verdict)
    return withHeaders(reply, { ...CLOUDFLARE, ...limitHeaders(verdict) })
  }
  return { name: 'modrinth', prefix: '/modrinth', answer, refusals: { modrinth: tooMany } }
}

function tooMany(seconds: number): Reply {
  const description = `You are being rate-limited. Please retry after ${seconds * 1000} milliseconds. 0/300 remaining.`
  return json(
    429,
    { error: 'ratelimit_error', description },
    { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(seconds) },
  )
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...headers, ...reply.headers } }
}

function limitHeaders({ remaining, resetMs }: Verdict): Record<string, string> {
  return {
    'x-ratelimit-limit': String(REQUESTS_PER_MINUTE),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.floor(resetMs / 1000)),
  }
}

/** The real 429: no Retry-After, the delay only in the text. */
function refusal({ retryAfterMs }: Verdict): Reply {
  const description = `You are being rate-limited. Please retry after ${Math.floor(retryAfterMs)} milliseconds. 0/${REQUESTS_PER_MINUTE} remaining.`
  return json(429, { error: 'ratelimit_error', description })
}

function route(world: ModWorld, request: SimulatedRequest): Reply {
  const [version, kind, id, part, extra] = request.path.split('/').slice(1)
  if (version === 'v1') {
    return json(410, {
      error: 'api_deprecated',
      description: 'This version of the API is retired; use a newer one.',
    })
  }
  if (version !== 'v2' || request.method !== 'GET' || extra !== undefined) return NOT_FOUND
  const withChangelog = request.query.get('include_changelog') !== 'false'
  if (kind === 'projects' && id === undefined) return projects(world, request.query)
  if (kind === 'versions' && id === undefined) return versions(world, request.query, withChangelog)
  if (kind === 'version' && id !== undefined && part === undefined) {
    const found = world.modrinthVersion(id)
    return found === undefined
      ? NOT_FOUND
      : json(200, versionObject(world, found.mod, found.place, withChangelog))
  }
  if (kind !== 'project' || id === undefined) return NOT_FOUND
  const mod = world.modrinthMod(id)
  if (mod === undefined) return NOT_FOUND
  if (part === undefined) return json(200, projectObject(world, mod))
  return part === 'version' ? projectVersions(world, mod, request.query, withChangelog) : NOT_FOUND
}

function projectVersions(world: ModWorld, mod: Mod, query: URLSearchParams, withChangelog: boolean): Reply {
  const loaders = textArray(query.get('loaders') ?? '[]')
  const gameVersions = textArray(query.get('game_versions') ?? '[]')
  if (loaders === undefined || gameVersions === undefined) return invalidArray('loaders or game_versions')
  const wanted = Array.from({ length: mod.versions }, (_, place) =>
    versionObject(world, mod, mod.versions - 1 - place, withChangelog),
  ).filter(
    (version) =>
      (loaders.length === 0 || version.loaders.some((loader) => loaders.includes(loader))) &&
      (gameVersions.length === 0 || version.game_versions.some((game) => gameVersions.includes(game))),
  )
  return json(200, wanted)
}

function projects(world: ModWorld, query: URLSearchParams): Reply {
  const ids = textArray(query.get('ids'))
  if (ids === undefined) return invalidArray('ids')
  const found = new Map<number, Mod>()
  for (const id of ids) {
    const mod = world.modrinthMod(id)
    if (mod !== undefined) found.set(mod.index, mod)
  }
  // the order of the response is not that of the request
  const mods = [...found.values()].sort((a, b) => hash(world.seed, a.index) - hash(world.seed, b.index))
  return json(
    200,
    mods.map((mod) => projectObject(world, mod)),
  )
}

function versions(world: ModWorld, query: URLSearchParams, withChangelog: boolean): Reply {
  const ids = textArray(query.get('ids'))
  if (ids === undefined) return invalidArray('ids')
  const found = [...new Set(ids)].sort().flatMap((id) => world.modrinthVersion(id) ?? [])
  return json(
    200,
    found.map(({ mod, place }) => versionObject(world, mod, place, withChangelog)),
  )
}

/** Reads a parameter that is an array of strings as JSON text. */
function textArray(text: string | null): string[] | undefined {
  if (text === null) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}

function invalidArray(parameter: string): Reply {
  return json(400, {
    error: 'invalid_input',
    description: `${parameter} must be an array of strings as JSON text`,
  })
}
