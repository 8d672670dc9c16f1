/** GitHub's API: access, limits, and the routes. Search and GraphQL have their own files. */
import { hex, textHash } from '../chance.ts'
import { answerGraphql, readGraphql } from './github-graphql.ts'
import { instant, repository } from './github-objects.ts'
import {
  createQuotas,
  exhaustedFor,
  tooFast,
  type Caller,
  type Quotas,
  type Resource,
} from './github-quota.ts'
import { searchRepositories } from './github-search.ts'
import type { Libraries, SimulatedLibrary } from './libraries.ts'
import { bare, html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'

/** Longer addresses do not reach the API. */
const LONGEST_URL = 8_192
const REST_DOCUMENTATION = 'https://docs.github.com/rest'
const REPOSITORY_DOCUMENTATION = `${REST_DOCUMENTATION}/repos/repos#get-a-repository`

export interface GitHubOptions {
  libraries: Libraries
  rateLimits: boolean
  /** Milliseconds since 1970 of a clock that only goes forward, for the limits. */
  now: () => number
}

interface Office {
  libraries: Libraries
  quotas: Quotas
}

/** The upstream `github`. Tokens that begin with `bad` are wrong, every other one is good. */
export function createGitHub({ libraries, rateLimits, now }: GitHubOptions): Upstream {
  const office = { libraries, quotas: createQuotas({ rateLimits, now }) }
  return {
    name: 'github',
    prefix: '/github',
    answer: (request) => answer(office, request),
    refusals: {
      'github-primary': exhaustedFor,
      'github-secondary': tooFast,
      'github-secondary-bare': () => tooFast(undefined),
    },
  }
}

function answer(office: Office, request: SimulatedRequest): Reply {
  if ((request.headers['user-agent'] ?? '').trim() === '') return noAgent()
  if (request.url.length > LONGEST_URL) return html(414, '<h1>Whoa there! Your request URL is too long.</h1>')
  const token = tokenOf(request)
  if (token?.startsWith('bad') === true) return failure(401, 'Bad credentials', REST_DOCUMENTATION)
  const caller = { token, client: request.client }
  const resource = resourceOf(request)
  const reply = resource === 'graphql' ? graphql(office, caller, request) : rest(office, caller, request)
  return {
    ...reply,
    headers: { ...apiHeaders(request), ...office.quotas.headers(caller, resource), ...reply.headers },
  }
}

function resourceOf({ path }: SimulatedRequest): Resource {
  if (path === '/graphql') return 'graphql'
  return path.startsWith('/search/') ? 'search' : 'core'
}

function tokenOf({ headers }: SimulatedRequest): string | undefined {
  return /^(?:bearer|token) +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

function noAgent(): Reply {
  const body =
    'Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.\n'
  return { status: 403, headers: { 'content-type': 'text/plain' }, body }
}

function apiHeaders({ headers }: SimulatedRequest): Record<string, string> {
  return {
    server: 'github.com',
    'cache-control':
      headers.authorization === undefined
        ? 'public, max-age=60, s-maxage=60'
        : 'private, max-age=60, s-maxage=60',
    vary: 'Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    'x-github-request-id': 'SIMULATOR',
    'access-control-allow-origin': '*',
  }
}

function failure(status: number, message: string, documentation_url: string): Reply {
  return json(status, { message, documentation_url, status: String(status) })
}

const notFound = (): Reply => failure(404, 'Not Found', REPOSITORY_DOCUMENTATION)

/** Only a query that can be read costs more than a request. */
function graphql({ libraries, quotas }: Office, caller: Caller, request: SimulatedRequest): Reply {
  if (caller.token === undefined) {
    const documentation =
      'https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql'
    return failure(401, 'This endpoint requires you to be authenticated.', documentation)
  }
  if (request.method !== 'POST') return notFound()
  let body: unknown
  try {
    body = JSON.parse(request.body)
  } catch (error) {
    if (error instanceof SyntaxError)
      return failure(400, 'Problems parsing JSON', 'https://docs.github.com/graphql')
    throw error
  }
  const query = readGraphql(body)
  const refusal = quotas.take(caller, 'graphql', 'errors' in query ? 1 : query.cost)
  if (refusal !== undefined) return refusal
  if ('errors' in query) return json(200, query)
  return json(200, answerGraphql(libraries, query, quotas.overview(caller).graphql))
}

function rest(office: Office, caller: Caller, request: SimulatedRequest): Reply {
  const { libraries, quotas } = office
  if (request.method === 'GET' && request.path === '/rate_limit') {
    const resources = quotas.overview(caller)
    return json(200, { resources, rate: resources.core })
  }
  const resource = resourceOf(request)
  const isFree = caller.token !== undefined
  const reply = resource === 'core' ? conditional(core(libraries, request), request) : undefined
  // a 304 costs nothing, but only with a token
  const refusal = reply?.status === 304 && isFree ? undefined : quotas.take(caller, resource, 1)
  return refusal ?? reply ?? search(libraries, request)
}

function search(libraries: Libraries, { method, path, query, fault }: SimulatedRequest): Reply {
  if (method !== 'GET' || path !== '/search/repositories') return notFound()
  if (fault?.kind === 'empty') return json(200, { total_count: 0, incomplete_results: false, items: [] })
  return searchRepositories(libraries, query)
}

function core(libraries: Libraries, request: SimulatedRequest): Reply {
  const [, kind, first = '', second = '', ...rest] = request.path.split('/')
  if (request.method !== 'GET') return notFound()
  if (kind === 'repositories' && /^\d+$/.test(first)) {
    const library = libraries.byId(Number(first))
    return library === undefined ? notFound() : below(library, [second, ...rest].join('/'))
  }
  if (kind !== 'repos') return notFound()
  const found = libraries.byName(`${first}/${second}`)
  if (found === undefined) return notFound()
  const { library, renamed } = found
  const isShown = library.state !== 'deleted' && library.state !== 'blocked'
  return renamed && isShown ? moved(library, request, rest) : below(library, rest.join('/'))
}

/** As recorded; the address is the simulator's own, as the client knows it. */
function moved({ githubId }: SimulatedLibrary, { headers }: SimulatedRequest, rest: string[]): Reply {
  const location = [`http://${headers.host ?? ''}/github/repositories/${githubId}`, ...rest].join('/')
  const documentation_url = `${REST_DOCUMENTATION}/guides/best-practices-for-using-the-rest-api#follow-redirects`
  return json(301, { message: 'Moved Permanently', url: location, documentation_url }, { location })
}

/** A repository, or what lies below it. */
function below(library: SimulatedLibrary, rest: string): Reply {
  if (library.state === 'deleted') return notFound()
  if (library.state === 'blocked')
    return json(451, {
      message: 'Repository access blocked',
      block: {
        reason: 'dmca',
        created_at: instant(library.pushedAt),
        html_url: 'https://github.com/github/dmca/blob/master/2021/04/2021-04-20-simulated.md',
      },
    })
  if (rest === '') return json(200, repository(library), { 'last-modified': library.pushedAt.toUTCString() })
  if (rest === 'commits') return commits(library)
  return notFound()
}

/** Only the simulated git server knows commits: a request here reports that instead of inventing a hash. */
function commits({ kind }: SimulatedLibrary): Reply {
  const documentation = `${REST_DOCUMENTATION}/commits/commits#list-commits`
  return kind === 'empty'
    ? failure(409, 'Git Repository is empty.', documentation)
    : failure(501, 'The simulated GitHub lists no commits; ask the simulated git server.', documentation)
}

/** Tags a response, and returns 304 to a client that has it; tags differ by client and format. */
function conditional(reply: Reply, { headers }: SimulatedRequest): Reply {
  if (reply.status !== 200) return reply
  const etag = `W/"${hex(64, textHash(`${headers.authorization ?? ''}\n${headers.accept ?? ''}\n${reply.body}`))}"`
  const tags = (headers['if-none-match'] ?? '').split(/\s*,\s*/)
  const since = Date.parse(headers['if-modified-since'] ?? '')
  const modified = Date.parse(reply.headers['last-modified'] ?? '')
  const hasIt = headers['if-none-match'] === undefined ? modified <= since : tags.includes(etag)
  return hasIt ? bare(304, { etag }) : { ...reply, headers: { ...reply.headers, etag } }
}
