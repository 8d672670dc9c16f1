/** The route that serves contexts: the stored text under safe names, with its tag. */
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { night, storeContext, storeLibraries } from './rows.ts'

const TEXT = '# ästro\n<script>alert(1)</script>\n'
const ETAG = `"${createHash('sha256').update(TEXT).digest('hex')}"`

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
  const { db } = api.database
  await storeLibraries(db, ['Astro/Sky', 'one/poppy', 'two/poppy'])
  await storeContext(db, 'Astro/Sky', TEXT)
  await storeContext(db, 'one/poppy')
  await storeContext(db, 'two/poppy')
})
afterAll(() => api.stop())

const get = (path: string, init: RequestInit = {}) => fetch(`${api.address}/api/context/${path}`, init)
const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail

/** Headers of the content; the others are those of the connection and the moment. */
function headersOf({ headers }: Response): Record<string, string> {
  const others = ['date', 'connection', 'keep-alive']
  return Object.fromEntries([...headers].filter(([name]) => !others.includes(name)))
}

describe('GET /api/context/{file}', () => {
  it('returns the text as text, with its hash as tag', async () => {
    const response = await get('Astro__Sky-context.txt')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(TEXT)
    expect(headersOf(response)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(TEXT)),
      'x-content-type-options': 'nosniff',
      'last-modified': night(1).toUTCString(),
      etag: ETAG,
    })
  })

  it.each(['sky-context.txt', 'astro__sky-context.txt', 'Astro__Sky-context.txt?domain=astronomy'])(
    'finds it as %s',
    async (name) => {
      expect(await (await get(name)).text()).toBe(TEXT)
    },
  )

  it.each([ETAG, `W/${ETAG}`, `"other", ${ETAG}`, '*'])(
    'returns no text to a client that has %s',
    async (tag) => {
      const response = await get('sky-context.txt', { headers: { 'if-none-match': tag } })
      expect(response.status).toBe(304)
      expect(await response.text()).toBe('')
      expect(response.headers.get('etag')).toBe(ETAG)
    },
  )

  it('returns the text to a client that has another', async () => {
    const response = await get('sky-context.txt', { headers: { 'if-none-match': '"other"' } })
    expect(response.status).toBe(200)
  })

  it('names the files if several libraries have the name', async () => {
    const response = await get('poppy-context.txt')
    expect(response.status).toBe(404)
    expect(await detailOf(response)).toBe(
      'Several libraries have this name; there are: one__poppy-context.txt, two__poppy-context.txt.',
    )
  })

  it.each([
    ['none__such-context.txt', 404],
    ['..-context.txt', 404],
    ['..%2f..%2fetc%2fpasswd', 400],
    ['..%2Fsky-context.txt', 400],
    ['..%5csky-context.txt', 400],
    ['%2fetc%2fpasswd', 400],
    ['%2e%2e%2fsky-context.txt', 400],
    ['sky-context.txt%00', 400],
    ['%00', 400],
    ['%25-context.txt', 400],
    ["x'%20or%20'1'='1-context.txt", 400],
  ])('refuses %s', async (name, status) => {
    const response = await get(name)
    expect(response.status).toBe(status)
    expect(await detailOf(response)).not.toContain('passwd')
  })

  it.each([
    ['/api/context/../../etc/passwd', 404],
    ['/api/context//etc/passwd', 404],
    ['/api/context/', 400],
  ])('refuses %s, sent as it is', async (path, status) => {
    expect(await rawStatus(path)).toBe(status)
  })
})

/** The status of a request whose path no client has simplified. */
function rawStatus(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(api.address)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => {
      resolve(response.statusCode)
      response.resume()
    })
      .once('error', reject)
      .end()
  })
}

describe('HEAD /api/context/{file}', () => {
  it.each(['sky-context.txt', 'none__such-context.txt', '%00'])(
    'has status and headers of GET for %s, without a body',
    async (name) => {
      const [got, head] = [await get(name), await get(name, { method: 'HEAD' })]
      expect(head.status).toBe(got.status)
      expect(headersOf(head)).toEqual(headersOf(got))
      expect(await head.text()).toBe('')
    },
  )
})

it('fails while the database is away', async () => {
  await api.proxy.goOffline()
  try {
    expect((await get('sky-context.txt')).status).toBe(503)
    expect((await get('sky-context.txt', { method: 'HEAD' })).status).toBe(503)
  } finally {
    await api.proxy.comeBack()
  }
})
