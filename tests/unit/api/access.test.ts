/** Who may use which route: every route that there is, for each role. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAccess } from '../../../api/access/access.ts'
import { tokensFor } from '../../../api/access/binding.ts'
import { sessionCookie } from '../../../api/access/cookie.ts'
import { addSessionRoutes } from '../../../api/access/session.ts'
import { createTokens, SESSION_MS, type Tokens } from '../../../api/access/tokens.ts'
import { createApi, type Api } from '../../../api/app.ts'
import { addDataSetList } from '../../../api/data/list.ts'
import { assembleApi, type AssembledApi } from '../../../api/server.ts'
import { loadConfig, type Config } from '../../../config/load-config.ts'

/** All routes are compiled, and each is asked: seconds on a busy machine. */
const WALK_MS = 60_000

const OPERATOR = 'token-of-the-operator'
const READER = 'token-of-the-reader'

/** Routes that have said who may use them; all others follow from their method. */
const SAID = [
  'GET /api/session anyone',
  'HEAD /api/session anyone',
  'POST /api/session anyone',
  'DELETE /api/session anyone',
  // The files of the page, on which one logs in: every other address.
  'GET /x anyone',
  'HEAD /x anyone',
  // What starts and restarts programs has no token.
  'GET /healthz anyone',
  'HEAD /healthz anyone',
  'GET /readyz anyone',
  'HEAD /readyz anyone',
  'POST /predict reader',
]

const root = mkdtempSync(join(tmpdir(), 'almanac-access-'))
let config: Config
let guarded: AssembledApi
let open: AssembledApi
beforeAll(async () => {
  // Nothing listens on port 9: who is let in finds the servers away.
  const env = {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    ALMANAC_CONFIG: join(import.meta.dirname, '../../../almanac.example.yaml'),
    ALMANAC_TOKEN: OPERATOR,
    ALMANAC_READER_TOKEN: READER,
  }
  config = loadConfig({ env, root })
  guarded = await assembled(tokensFor(config, '0.0.0.0'))
  open = await assembled(tokensFor(config, '127.0.0.1'))
}, WALK_MS)
afterAll(async () => {
  await Promise.all([guarded.close(), open.close()])
  rmSync(root, { recursive: true })
})

const assembled = (tokens: Tokens | undefined, settings: Config = config) =>
  assembleApi(settings, tokens, { error: () => undefined })
/** The log-in and one route alone: to compile all takes most of a second. */
function sessionsOnly(tokens: Tokens, trustedProxy?: string) {
  const api = createApi({ error: () => undefined }, { trustedProxy })
  const visitors = addAccess(api, tokens, sessionCookie(config))
  api.register((routes, _options, done) => {
    addSessionRoutes(routes, visitors, config)
    addDataSetList(routes)
    done()
  })
  return { api }
}
const isChange = (method: string) => !['GET', 'HEAD'].includes(method)
const JSON_BODY = { headers: { 'content-type': 'application/json' }, payload: '{}' }

interface Asked {
  method: string
  url: string
  access: string | undefined
}
const asked = (): Asked[] =>
  guarded.routes.flatMap(({ method, url, config: { access } = {} }) =>
    [method].flat().map((one) => ({ method: one, url: url.replaceAll(/:\w+|\*/g, 'x'), access })),
  )

async function status(
  { method, url }: Asked,
  headers: Record<string, string> = {},
  api: { api: Api } = guarded,
) {
  const body = isChange(method) ? JSON_BODY : { headers: {} }
  // A stream of events has no end.
  const answer = await api.api.inject({
    payloadAsStream: true,
    method: method,
    url,
    ...body,
    headers: { host: '127.0.0.1', ...body.headers, ...headers },
  })
  answer.stream().destroy()
  return answer.statusCode
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('with tokens', () => {
  it('few routes are for others than their method says', () => {
    const said = asked().filter(({ access }) => access !== undefined)
    expect(said.map(({ method, url, access }) => `${method} ${url} ${access ?? ''}`).toSorted()).toEqual(
      SAID.toSorted(),
    )
  })

  it(
    'every other route refuses who has none',
    async () => {
      const refused = asked().filter(({ access }) => access !== 'anyone')
      expect(refused.length).toBeGreaterThan(10)
      for (const route of refused) expect([route, await status(route)]).toEqual([route, 401])
    },
    WALK_MS,
  )

  it(
    'a reader reads everything and changes nothing',
    async () => {
      for (const route of asked()) {
        if (route.access === 'anyone') continue
        const found = await status(route, bearer(READER))
        if (isChange(route.method) && route.access !== 'reader') expect([route, found]).toEqual([route, 403])
        else expect([route, [401, 403].includes(found)]).toEqual([route, false])
      }
    },
    WALK_MS,
  )

  it(
    'an operator is let in everywhere',
    async () => {
      for (const route of asked()) {
        if (route.access === 'anyone') continue
        expect([route, [401, 403].includes(await status(route, bearer(OPERATOR)))]).toEqual([route, false])
      }
    },
    WALK_MS,
  )

  it('an unknown address tells nothing to who has none', async () => {
    expect(await status({ method: 'GET', url: '/api/none', access: undefined })).toBe(401)
  })
})

describe('a session', () => {
  const logIn = (token: string, headers: Record<string, string> = {}, api: { api: Api } = guarded) =>
    api.api.inject({
      method: 'POST',
      url: '/api/session',
      headers: { 'content-type': 'application/json', ...headers },
      payload: { token },
    })

  it('begins with a token, lets its cookie in, and ends', async () => {
    const answer = await logIn(READER)
    expect(answer.json()).toEqual({ role: 'reader' })
    const set = String(answer.headers['set-cookie'])
    expect(set).toMatch(
      /^almanac_session_[0-9a-f]{8}=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/,
    )
    const cookie = set.split(';')[0] ?? ''
    const who = async (value: string) =>
      (await guarded.api.inject({ url: '/api/session', headers: { cookie: value } })).json<unknown>()
    expect(await who(`a=b; ${cookie}`)).toEqual({ role: 'reader', stack: 'live', needs_token: true })
    expect(await who(cookie.replace('reader', 'operator'))).toEqual({
      role: null,
      stack: 'live',
      needs_token: true,
    })
    const list = { method: 'GET', url: '/api/data', access: undefined }
    expect(await status(list, { cookie })).toBe(200)
    const end = await guarded.api.inject({
      method: 'DELETE',
      url: '/api/session',
      headers: { 'content-type': 'application/json', cookie },
    })
    expect(end.statusCode).toBe(204)
    expect(end.headers['set-cookie']).toMatch(/^almanac_session_[0-9a-f]{8}=; .*Max-Age=0$/)
  })

  it('is sent over encrypted connections alone if it came by one', async () => {
    const { headers } = await logIn(OPERATOR, { 'x-forwarded-proto': 'https' })
    expect(headers['set-cookie']).toMatch(/; Secure$/)
  })

  it('is over after its time, and with new tokens', () => {
    const tokens = createTokens({ operator: OPERATOR, reader: READER })
    const session = tokens.session('operator', 0)
    expect(tokens.roleOfSession(session, SESSION_MS - 1)).toBe('operator')
    expect(tokens.roleOfSession(session, SESSION_MS)).toBeUndefined()
    expect(createTokens({ operator: OPERATOR }).roleOfSession(session, 0)).toBeUndefined()
    for (const made of [undefined, '', 'operator', 'operator.9999999999999', 'operator.9999999999999.x'])
      expect(tokens.roleOfSession(made, 0)).toBeUndefined()
  })

  it(
    'is refused for a wrong token, and the next one must wait',
    async () => {
      const api = sessionsOnly(createTokens({ operator: OPERATOR }))
      const first = await logIn('wrong', {}, api)
      expect([first.statusCode, first.headers['www-authenticate']]).toEqual([401, 'Bearer'])
      const second = await logIn(OPERATOR, {}, api)
      expect([second.statusCode, second.headers['retry-after']]).toEqual([429, '1'])
      expect(
        await status({ method: 'GET', url: '/api/data', access: undefined }, bearer(OPERATOR), api),
      ).toBe(429)
      await api.api.close()
    },
    WALK_MS,
  )
})

describe('behind a proxy', () => {
  const PROXY = '10.1.0.1'

  /** Whether the right token is let in from one address after a wrong one from another, both through the proxy. */
  async function statusAfterGuess({ api }: { api: Api }, seen: { guess: string; own: string }) {
    const logIn = async (token: string, forwarded: string) =>
      (
        await api.inject({
          method: 'POST',
          url: '/api/session',
          remoteAddress: PROXY,
          headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
          payload: { token },
        })
      ).statusCode
    expect(await logIn('wrong', seen.guess)).toBe(401)
    const found = await logIn(OPERATOR, seen.own)
    await api.close()
    return found
  }

  it.each([
    ['10.1.0.1', '192.0.2.1', '192.0.2.2', 200],
    ['127.0.0.1, 10.1.0.0/16', '192.0.2.1', '192.0.2.2', 200],
    // What a visitor claims stands before what the proxy saw.
    ['10.1.0.1', '198.51.100.1, 192.0.2.1', '198.51.100.2, 192.0.2.1', 429],
    // Another machine than the proxy claims to be one.
    [undefined, '192.0.2.1', '192.0.2.2', 429],
    ['10.2.0.1', '192.0.2.1', '192.0.2.2', 429],
  ])(
    'TRUSTED_PROXY %s, a guess from %s: the right token from %s gets %i',
    async (trusted, guess, own, expected) => {
      const api = sessionsOnly(createTokens({ operator: OPERATOR }), trusted)
      expect(await statusAfterGuess(api, { guess, own })).toBe(expected)
    },
    WALK_MS,
  )

  it(
    'the whole API believes the proxy of TRUSTED_PROXY',
    async () => {
      const settings = { ...config, env: { ...config.env, TRUSTED_PROXY: PROXY } }
      const whole = await assembled(createTokens({ operator: OPERATOR }), settings)
      expect(await statusAfterGuess(whole, { guess: '192.0.2.1', own: '192.0.2.2' })).toBe(200)
      await whole.close()
    },
    WALK_MS,
  )
})

it('two stacks of one host name have cookies of their own', () => {
  const { stateDir, ports, env } = config
  const others: Pick<Config, 'stateDir' | 'ports' | 'env'>[] = [
    { stateDir: `${stateDir}/demo`, ports, env },
    { stateDir, ports: { ...ports, page: ports.page + 1 }, env },
    { stateDir, ports, env: { ...env, PAGE_URL: 'http://127.0.0.1:8511' } },
  ]
  const cookies = [config, ...others].map((of) => sessionCookie(of).set('s', 0, false).split(';')[0])
  expect(new Set(cookies).size).toBe(4)
  const header = cookies.map((cookie, at) => cookie?.replace(/s$/, String(at))).join('; ')
  expect([config, ...others].map((of) => sessionCookie(of).sessionIn(header))).toEqual(['0', '1', '2', '3'])
})

describe('a change', () => {
  const change = (headers: Record<string, string>) =>
    open.api.inject({ method: 'POST', url: '/api/none', headers: { host: 'localhost:1', ...headers } })

  it.each([
    [{ 'content-type': 'application/json' }, 404],
    [{ 'content-type': 'application/json; charset=utf-8', origin: 'http://localhost:1' }, 404],
    [{ 'content-type': 'application/json', origin: 'http://localhost:2' }, 403],
    [{ 'content-type': 'application/json', origin: 'https://evil.example' }, 403],
    [{ 'content-type': 'application/json', origin: 'null' }, 403],
    [{ 'content-type': 'application/json', host: 'localhost:80', origin: 'http://localhost' }, 404],
    [{ 'content-type': 'application/json', host: 'localhost:443', origin: 'https://localhost' }, 404],
    [{ 'content-type': 'application/json', host: 'localhost:80', origin: 'https://localhost' }, 403],
    [{ 'content-type': 'application/json', host: '[::1]:80', origin: 'http://[0::1]' }, 404],
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/jsonp' }, 415],
    [{}, 415],
    [{ 'content-type': 'application/json', host: 'evil.example' }, 421],
  ] as [Record<string, string>, number][])('with %j gets %i on loopback', async (headers, expected) => {
    expect((await change(headers)).statusCode).toBe(expected)
  })
})

describe('an address to listen at', () => {
  const misconfigured = { name: 'Failure', type: 'Misconfigured' }
  const withTokens = (operator?: string, reader?: string) => ({
    env: { ...config.env, ALMANAC_TOKEN: operator, ALMANAC_READER_TOKEN: reader },
  })

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s asks nobody', (host) => {
    expect(tokensFor(withTokens(OPERATOR), host)).toBeUndefined()
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', 'localhost.example', '127.0.0.1.example'])(
    '%s needs a token',
    (host) => {
      expect(() => tokensFor(withTokens(undefined, READER), host)).toThrow(
        expect.objectContaining(misconfigured),
      )
      expect(tokensFor(withTokens(OPERATOR), host)?.roleOf(OPERATOR)).toBe('operator')
    },
  )

  it('a token for reading that is the other one is refused', () => {
    expect(() => tokensFor(withTokens(OPERATOR, OPERATOR), '::')).toThrow(
      expect.objectContaining(misconfigured),
    )
  })
})

describe('every answer', () => {
  it.each(['/api/session', '/api/none', '/api/data/%ff'])('%s loads nothing from elsewhere', async (url) => {
    const { headers } = await open.api.inject({ url, headers: { host: 'localhost' } })
    expect(headers['content-type']).toMatch(/^application\/(problem\+)?json; charset=utf-8$/)
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })
})
