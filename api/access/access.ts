/** Who may ask: on loopback every program of this machine, elsewhere whoever has a token. */
import { reason } from '../../wording/reason.ts'
import type { FastifyContextConfig, FastifyRequest, RouteOptions } from 'fastify'
import { isOwnHost } from '../../system/own-host.ts'
import type { Api } from '../app.ts'
import { problems, RequestProblem } from '../problem.ts'
import type { SessionCookie } from './cookie.ts'
import { createSlowdown } from './slowdown.ts'
import type { Role, Tokens } from './tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. Default: readers what changes nothing, operators the rest. */
    access?: Role | 'anyone'
  }
}

/** Finds out who asks. */
export interface Visitors {
  /** Undefined on loopback, where nobody is asked. */
  tokens: Tokens | undefined
  cookie: SessionCookie
  /** The role of a token that a client sends; slows the next try of its address down if it is wrong. */
  roleOfToken(token: string, request: FastifyRequest): Role | undefined
  /** The role of whoever sends a request: by token or by session. */
  roleOf(request: FastifyRequest): Role | undefined
}

/** Adds the checks to every route that is added afterwards. */
export function addAccess(api: Api, tokens: Tokens | undefined, cookie: SessionCookie): Visitors {
  const visitors = visitorsWith(tokens, cookie)
  api.addHook('onRoute', declareRefusals)
  api.addHook('onRequest', (request, _reply, done) => {
    checkHost(request, tokens)
    checkRole(request, visitors)
    if (isChange(request.method)) checkChange(request)
    done()
  })
  return visitors
}

function visitorsWith(tokens: Tokens | undefined, cookie: SessionCookie): Visitors {
  const slowdown = createSlowdown()
  const roleOfToken = (token: string, { ip }: FastifyRequest) => {
    slowdown.check(ip)
    const role = tokens?.roleOf(token)
    if (role === undefined) slowdown.wrong(ip)
    return role
  }
  return {
    tokens,
    cookie,
    roleOfToken,
    roleOf(request) {
      if (tokens === undefined) return 'operator'
      const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (bearer !== undefined) return roleOfToken(bearer, request)
      return tokens.roleOfSession(cookie.sessionIn(request.headers.cookie), Date.now())
    },
  }
}

const isChange = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Behind a token the name does not matter: a page of another site has none. */
function checkHost({ headers: { host = '' } }: FastifyRequest, tokens: Tokens | undefined): void {
  if (tokens !== undefined || isOwnHost(host)) return
  throw new RequestProblem(421, `This server answers for loopback addresses alone, not for "${host}".`)
}

function checkRole(request: FastifyRequest, visitors: Visitors): void {
  const needed = roleNeeded(request.routeOptions.config, request.method)
  if (needed === 'anyone') return
  const role = visitors.roleOf(request)
  if (role === undefined) throw new RequestProblem(401, reason('token-missing'))
  if (role === 'reader' && needed === 'operator') throw new RequestProblem(403, reason('token-of-reader'))
}

const roleNeeded = (config: FastifyContextConfig | undefined, method: string): Role | 'anyone' =>
  config?.access ?? (isChange(method) ? 'operator' : 'reader')

/** A page of another site can send a form or plain text here, with the user's session; JSON it cannot. */
function checkChange({ headers }: FastifyRequest): void {
  const { origin, host = '' } = headers
  if (origin !== undefined && !isOwnOrigin(origin, host))
    throw new RequestProblem(
      403,
      `A page at "${origin}" may change nothing at "${host}"; a proxy in between must pass the Host header on.`,
    )
  const type = headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new RequestProblem(
      415,
      `The content type is "${type}"; expected application/json, also without a body.`,
    )
}

/** A browser leaves the usual port of a scheme out; a proxy may write it into `Host`. */
function isOwnOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  const own = `${from.protocol}//${host}`
  return URL.canParse(own) && new URL(own).host === from.host
}

/** Refusals that any route may give are among its declared answers. */
function declareRefusals(route: RouteOptions): void {
  const ofBodies = isChange(String(route.method)) ? [400, 413, 415] : []
  // A part of the address that cannot be decoded, or is too long.
  const ofNames = route.url.includes(':') ? [400, 414] : []
  const refusals = problems(401, 403, 408, 421, 429, 431, ...ofBodies, ...ofNames)
  const declared = route.schema?.response as Record<string, unknown> | undefined
  route.schema = { ...route.schema, response: { ...refusals, ...declared } }
}
