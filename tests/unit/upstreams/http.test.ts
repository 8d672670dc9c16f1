import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../core/failures.ts'
import { createGate } from '../../../upstreams/gate.ts'
import { createHttp, encodeQuery, type HttpOptions } from '../../../upstreams/http.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from './loopback.ts'

const SECRET = 'se$cret'
const MAX_BYTES = 1_000_000
const MAX_VALUES = 1_000
const bounds = { maxBytes: MAX_BYTES, maxValues: MAX_VALUES }

async function client(answer: Answering, options: Partial<HttpOptions> = {}) {
  const server = await loopback(answer)
  const http = createHttp({
    upstream: 'test',
    baseUrl: `${server.baseUrl}/base/`,
    headers: { 'user-agent': 'almanac-test', 'x-api-key': SECRET },
    gate: createGate({ reserve: 0 }),
    ...bounds,
    ...options,
  })
  return { ...server, http }
}

/** A port on which nobody listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('a good response', () => {
  it('returns text, size and address without secrets', async () => {
    const { http, asked, baseUrl } = await client((response) => {
      sendJson(response, { name: 'Backstübchen' })
    })
    const query = { ids: '["a","b\'c"]', api_key: SECRET, n: 3 }
    const answer = await http.request({ path: '/things', query, signal: calm() })
    expect(answer).toMatchObject({ status: 200, body: '{"name":"Backstübchen"}', bytes: 24 })
    expect(answer.url).not.toContain('cret')
    expect(answer.url.startsWith(`${baseUrl}/base/things?ids=`)).toBe(true)
    expect(asked[0]?.headers).toMatchObject({
      'user-agent': 'almanac-test',
      'x-api-key': SECRET,
      accept: 'application/json',
    })
    expect(new URL(asked[0]?.url ?? '', baseUrl).searchParams.get('ids')).toBe('["a","b\'c"]')
    expect(asked[0]?.url).toContain(encodeQuery("b'c"))
  })

  it('posts JSON', async () => {
    const { http, asked } = await client((response) => {
      sendJson(response, {})
    })
    await http.request({ method: 'POST', path: '/x', json: { modIds: [1] }, signal: calm() })
    expect(asked[0]).toMatchObject({
      method: 'POST',
      body: '{"modIds":[1]}',
      headers: { 'content-type': 'application/json' },
    })
  })

  it('puts a text as it is', async () => {
    const { http, asked } = await client((response) => {
      sendJson(response, {})
    })
    await http.request({ method: 'PUT', path: '/x', text: '{"a": 1}\nß', signal: calm() })
    expect(asked[0]).toMatchObject({ method: 'PUT', body: '{"a": 1}\nß' })
    expect(asked[0]?.headers['content-type']).not.toContain('json')
  })

  it('follows redirects', async () => {
    const { http } = await client((response, { url }) => {
      if (url === '/base/old') response.writeHead(301, { location: '/base/new' }).end()
      else sendJson(response, { url })
    })
    expect((await http.request({ path: '/old', signal: calm() })).body).toBe('{"url":"/base/new"}')
  })

  it('is told with the address that answered, without secrets', async () => {
    const { http, baseUrl } = await client((response, { url }) => {
      if (url === '/base/old') response.writeHead(308, { location: `new?api_key=${SECRET}&n=1` }).end()
      else sendJson(response, {})
    })
    expect((await http.request({ path: '/old', signal: calm() })).url).toBe(`${baseUrl}/base/new?n=1`)
  })
})

describe('a bad status has a name', () => {
  const page = (title: string, text = ''): string =>
    `<html><head><title>${title}</title></head><body>${text}</body></html>`

  it.each<[string, number, Record<string, string>, string, string]>([
    ['429', 429, {}, '{}', 'RateLimited'],
    ['418', 418, {}, '{}', 'RateLimited'],
    ['503 with Retry-After', 503, { 'retry-after': '9' }, '', 'RateLimited'],
    [
      '403 with an empty quota',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' },
      '{}',
      'RateLimited',
    ],
    [
      'a 429 page of a firewall',
      429,
      { 'content-type': 'text/html' },
      page('Access limited', 'Error 1015'),
      'RateLimited',
    ],
    ['503', 503, {}, '', 'UpstreamUnavailable'],
    ['500', 500, {}, 'oops', 'UpstreamUnavailable'],
    ['502 page', 502, { 'content-type': 'text/html' }, page('502 Bad Gateway'), 'UpstreamUnavailable'],
    ['408', 408, {}, '', 'UpstreamUnavailable'],
    ['401', 401, {}, '{}', 'CredentialsRejected'],
    ['403', 403, {}, '', 'CredentialsRejected'],
    ['451', 451, {}, '{}', 'Blocked'],
    ['404', 404, {}, '', 'NotFound'],
    ['410', 410, {}, '', 'NotFound'],
    ['400', 400, {}, '', 'UpstreamRejected'],
    ['414', 414, {}, '', 'UpstreamRejected'],
    ['304 without a condition in the request', 304, {}, '', 'UpstreamRejected'],
    ['403 challenge', 403, { 'content-type': 'text/html' }, CHALLENGE, 'Blocked'],
    ['503 challenge', 503, { 'content-type': 'text/html', 'retry-after': '9' }, CHALLENGE, 'Blocked'],
    ['429 challenge', 429, { 'content-type': 'text/html' }, CHALLENGE, 'Blocked'],
    ['200 challenge instead of JSON', 200, { 'content-type': 'text/html' }, CHALLENGE, 'Blocked'],
    ['403 by header alone', 403, { 'cf-mitigated': 'challenge' }, '', 'Blocked'],
    [
      'a country block',
      403,
      { 'content-type': 'text/html' },
      page('ERROR', 'The Amazon CloudFront distribution is configured to block access from your country.'),
      'Blocked',
    ],
    ['200 page instead of JSON', 200, { 'content-type': 'text/html' }, page('Welcome'), 'PayloadInvalid'],
    [
      '200 page that calls itself JSON',
      200,
      { 'content-type': 'application/json' },
      page('Welcome'),
      'PayloadInvalid',
    ],
  ])('names a response of the kind: %s', async (_name, status, headers, body, type) => {
    const { http } = await client((response) => {
      response.writeHead(status, headers).end(body)
    })
    const error = await rejection(http.request({ path: '/things', query: { key: SECRET }, signal: calm() }))
    expect(error).toBeInstanceOf(Failure)
    expect(error).toMatchObject({ type, details: { status } })
    expect(String(error)).toContain(`test GET /base/things answered ${status}`)
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET)
  })

  it("a refusal carries the upstream's delay, spread by at most a tenth", async () => {
    const { http } = await client((response) => {
      response.writeHead(429, { 'retry-after': '20' }).end()
    })
    const error = (await rejection(http.request({ path: '/x', signal: calm() }))) as Failure
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(20_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(22_000)
  })

  it('a ban (418) carries its delay in full', async () => {
    const { http } = await client((response) => {
      response.writeHead(418, { 'retry-after': '86400' }).end()
    })
    const error = (await rejection(http.request({ path: '/x', signal: calm() }))) as Failure
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(86_400_000)
  })

  it('a refusal without a delay carries none', async () => {
    const { http } = await client((response) => {
      response.writeHead(429).end()
    })
    expect(await rejection(http.request({ path: '/x', signal: calm() }))).toMatchObject({
      type: 'RateLimited',
      retryAfterMs: undefined,
    })
  })

  it('a refusal closes the gate: the next request is not sent', async () => {
    const { http, asked } = await client((response) => {
      response.writeHead(429, { 'retry-after': '600' }).end()
    })
    await rejection(http.request({ path: '/x', signal: calm() }))
    expect(await rejection(http.request({ path: '/x', signal: calm() }))).toMatchObject({
      type: 'RateLimited',
    })
    expect(asked).toHaveLength(1)
  })

  it('returns an accepted status, but not if a firewall sent it', async () => {
    const { http } = await client((response, { url }) => {
      if (url.endsWith('wall')) sendHtml(response, CHALLENGE, 404)
      else sendHtml(response, '<html>no such page</html>', 404)
    })
    expect((await http.request({ path: '/x', signal: calm(), accept: [404], expects: 'html' })).status).toBe(
      404,
    )
    expect(await rejection(http.request({ path: '/wall', signal: calm(), accept: [404] }))).toMatchObject({
      type: 'Blocked',
    })
  })

  it.each([
    ['a link-local address', () => 'http://169.254.169.254/latest/meta-data/'],
    ['another port of this machine', (other: string) => `${other}/x`],
    ['another name of this machine', (other: string) => other.replace('127.0.0.1', 'localhost')],
    ['a public host', () => 'https://example.org/x'],
    [
      'the same port without its path, as another protocol',
      (_: string, own: string) => own.replace('http', 'https'),
    ],
    ['a user name on its own host', (_: string, own: string) => own.replace('://', '://user:word@')],
    ['a file', () => 'file:///etc/passwd'],
    ['no address', () => 'http://[/'],
  ])('does not follow a redirect to %s', async (_, target) => {
    const other = await loopback((response) => {
      sendJson(response, { token: 'of another service' })
    })
    const own = await client((response, { headers }) => {
      response.writeHead(302, { location: target(other.baseUrl, `http://${headers.host ?? ''}/base`) }).end()
    })
    const failure = (await rejection(own.http.request({ path: '/x', signal: calm() }))) as Failure
    expect(failure).toMatchObject({ type: 'Blocked', details: { status: 302 } })
    expect(failure.message).toMatch(
      /^test GET \/base\/x answered 302 to .*, which is another host and is not followed\. /,
    )
    expect([own.asked.length, other.asked.length]).toEqual([1, 0])
  })

  it('does not follow redirects endlessly, nor one of a request that changes something', async () => {
    const { http, asked } = await client((response) => {
      response.writeHead(307, { location: '/base/again' }).end()
    })
    expect(await rejection(http.request({ path: '/x', signal: calm() }))).toMatchObject({
      type: 'Blocked',
      message: expect.stringContaining('redirects endlessly') as string,
    })
    expect(asked).toHaveLength(5)
    await rejection(http.request({ method: 'POST', path: '/x', json: {}, signal: calm() }))
    expect(asked).toHaveLength(6)
  })

  it('refuses a redirect if the headers hold a key', async () => {
    const { http, asked } = await client(
      (response) => {
        response.writeHead(302, { location: '/elsewhere' }).end()
      },
      { redirect: 'manual' },
    )
    expect(await rejection(http.request({ path: '/x', signal: calm() }))).toMatchObject({
      type: 'UpstreamRejected',
    })
    expect(asked).toHaveLength(1)
  })
})

describe('a broken exchange is UpstreamUnavailable', () => {
  it.each<[string, Answering]>([
    ['cut before a response', (response) => void response.destroy()],
    [
      'cut in the middle of a counted body',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('[1,2', () => response.destroy())
      },
    ],
    [
      'cut in the middle of a chunked body',
      (response) => {
        response.writeHead(200).write('[1,2', () => response.destroy())
      },
    ],
  ])('treats as UpstreamUnavailable: %s', async (_name, answer) => {
    const { http } = await client(answer)
    expect(await rejection(http.request({ path: '/x', signal: calm() }))).toMatchObject({
      type: 'UpstreamUnavailable',
    })
  })

  it('treats a refused connection as UpstreamUnavailable', async () => {
    const baseUrl = `http://127.0.0.1:${await closedPort()}`
    const http = createHttp({
      upstream: 'test',
      baseUrl,
      headers: {},
      gate: createGate({ reserve: 0 }),
      ...bounds,
    })
    const error = await rejection(http.request({ path: '/x', query: { key: SECRET }, signal: calm() }))
    expect(error).toMatchObject({ type: 'UpstreamUnavailable' })
    expect(String(error)).not.toContain(SECRET)
  })

  it('the total timeout ends an endless slow response', async () => {
    const { http } = await client(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 10)
        response.on('close', () => {
          clearInterval(drip)
        })
      },
      { timeoutMs: 100 },
    )
    const error = await rejection(http.request({ path: '/x', signal: calm() }))
    expect(error).toMatchObject({ type: 'UpstreamUnavailable' })
    expect(String(error)).toContain('within 100 ms')
  })

  it('a body above the cap is PayloadInvalid and ends the connection', async () => {
    let sawClose = (): void => undefined
    const closed = new Promise<void>((resolve) => {
      sawClose = resolve
    })
    const { http } = await client(
      (response) => {
        response.on('close', sawClose)
        response.writeHead(200).write('x'.repeat(5_000))
      },
      { maxBytes: 4_000 },
    )
    expect(await rejection(http.request({ path: '/x', signal: calm() }))).toMatchObject({
      type: 'PayloadInvalid',
    })
    await closed
  })
})

describe("the caller's abort", () => {
  it('an abort rethrows its own reason while the response is awaited', async () => {
    const controller = new AbortController()
    const reason = new Error('run cancelled')
    const { http } = await client(() => {
      controller.abort(reason)
    })
    expect(await rejection(http.request({ path: '/x', signal: controller.signal }))).toBe(reason)
  })

  it('an abort rethrows its own reason in the middle of a body, and the next request gets its turn', async () => {
    const controller = new AbortController()
    const reason = new Error('run cancelled')
    const gate = createGate({ reserve: 0, concurrency: 1 })
    const { http } = await client(
      (response, _asked, number) => {
        if (number === 2) sendJson(response, 'fine')
        else
          response.writeHead(200).write('[1,', () => {
            controller.abort(reason)
          })
      },
      { gate },
    )
    expect(await rejection(http.request({ path: '/x', signal: controller.signal }))).toBe(reason)
    expect((await http.request({ path: '/x', signal: calm() })).body).toBe('"fine"')
  })

  it('an abort before the start sends nothing', async () => {
    const { http, asked } = await client((response) => {
      sendJson(response, {})
    })
    const reason = new Error('already over')
    expect(await rejection(http.request({ path: '/x', signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(asked).toHaveLength(0)
  })
})

describe('a setting that cannot be sent is Misconfigured and never printed', () => {
  const gate = createGate({ reserve: 0 })

  it.each(['', 'api.modrinth.com', 'ftp://x', 'http://'])(
    'treats base URL %j as Misconfigured',
    (baseUrl) => {
      expect(() => createHttp({ upstream: 'test', baseUrl, headers: {}, gate, ...bounds })).toThrow(Failure)
    },
  )

  it('treats a key with a line break as Misconfigured', () => {
    const headers = { 'x-api-key': `${SECRET}\n` }
    const make = () => createHttp({ upstream: 'test', baseUrl: 'http://127.0.0.1', headers, gate, ...bounds })
    expect(make).toThrow(/x-api-key header of test/)
    expect(make).not.toThrow(SECRET)
  })
})
