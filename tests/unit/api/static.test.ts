/** The page over HTTP: compressed, cached by its hash, at every address of a view; unknown routes of the API stay problems. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, type Api } from '../../../api/app.ts'
import { addPage } from '../../../api/static.ts'

const INDEX = '<!doctype html><title>Almanac</title>'
const SCRIPT = 'export const page = 1'

const folder = mkdtempSync(join(tmpdir(), 'almanac-page-'))
let api: Api
let unbuilt: Api

async function serving(path: string | undefined): Promise<Api> {
  const server = createApi({
    error: ({ err }) => {
      throw err
    },
  })
  await server.register((routes, _options, done) => {
    addPage(routes, path)
    done()
  })
  return server
}

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), INDEX)
  writeFileSync(join(folder, 'assets', 'index-h4sh.js'), SCRIPT)
  writeFileSync(join(folder, 'assets', 'index-h4sh.js.gz'), gzipSync(SCRIPT))
  writeFileSync(join(folder, 'secret.env'), 'not a file of the page')
  api = await serving(folder)
  unbuilt = await serving(undefined)
})
afterAll(async () => {
  await api.close()
  await unbuilt.close()
  rmSync(folder, { recursive: true })
})

const get = async (url: string, headers: Record<string, string> = {}, server = api) =>
  server.inject({ url, headers: { host: '127.0.0.1', ...headers } })

describe('the page', () => {
  it.each(['/', '/data', '/data?set=a', '/runs/mod-stats:2026-11-29', '/nothing/like/it'])(
    'is at %s, asked for again each time',
    async (url) => {
      const { statusCode, headers, body } = await get(url)
      expect([statusCode, body]).toEqual([200, INDEX])
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
      })
    },
  )

  it('has files that are kept for good, compressed as the browser takes them', async () => {
    const plain = await get('/assets/index-h4sh.js')
    expect(plain.body).toBe(SCRIPT)
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    expect(plain.headers).not.toHaveProperty('content-encoding')
    const packed = await get('/assets/index-h4sh.js', { 'accept-encoding': 'br, gzip;q=0.9' })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.rawPayload).toString()).toBe(SCRIPT)
  })

  it('answers HEAD without a body', async () => {
    const { statusCode, body } = await api.inject({
      method: 'HEAD',
      url: '/',
      headers: { host: '127.0.0.1' },
    })
    expect([statusCode, body]).toEqual([200, ''])
  })

  it.each([
    '/api/nothing',
    '/api',
    '/assets/gone-0ld.js',
    '/secret.env',
    '/../package.json',
    '/%2e%2e/package.json',
  ])('is not at %s', async (url) => {
    const { statusCode, headers } = await get(url)
    expect(statusCode).toBe(404)
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })

  it('says what to do if it is not built', async () => {
    const { statusCode, body } = await get('/', {}, unbuilt)
    expect(statusCode).toBe(503)
    expect(body).toContain('almanac prepare')
    expect((await get('/api/nothing', {}, unbuilt)).statusCode).toBe(404)
  })
})
