/** The second port of the page: the same answers, and nothing lost without it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type ApiServer } from '../../../api/server.ts'
import type { Receiving } from '../../../api/unread-request.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { freePort } from '../../../local/taken-port.ts'

const root = mkdtempSync(join(tmpdir(), 'almanac-second-port-'))
const env = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
  ALMANAC_CONFIG: join(import.meta.dirname, '../../../almanac.example.yaml'),
}
const started = (receiving?: Receiving) =>
  startApi(
    loadConfig({ env, root }),
    { port: 0, ...(receiving === undefined ? {} : { receiving }) },
    { error: () => undefined },
  )
let server: ApiServer
beforeAll(async () => {
  server = await started()
})
afterAll(async () => {
  await server.close()
  rmSync(root, { recursive: true })
})

it('answers as the first does, also to what is unknown, until the server closes', async () => {
  const port = await freePort()
  await server.alsoAt(port)
  for (const path of ['/api/session', '/', '/api/none']) {
    const [first, second] = await Promise.all(
      [server.address, `http://127.0.0.1:${port}`].map(async (address) => {
        const response = await fetch(address + path)
        return [response.status, response.headers.get('content-security-policy'), await response.text()]
      }),
    )
    expect(second).toEqual(first)
  }
})

it('gives up what it does not read as the first does', async () => {
  const port = await freePort()
  await server.alsoAt(port)
  const answers = [Number(new URL(server.address).port), port].map(async (at) => {
    const socket = connect(at, '127.0.0.1')
    socket.end(`GET /?x=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    return (await socket.toArray()).join('')
  })
  const [first, second] = await Promise.all(answers)
  expect(first).toMatch(/^HTTP\/1\.1 431 .*problem\+json/s)
  expect(second).toBe(first)
})

it.each([
  ['headers', 'GET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n'],
  [
    'body',
    'POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{',
  ],
])('gives up a request whose %s do not arrive as the first does', async (_part, beginning) => {
  const hasty = await started({ requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 10 })
  try {
    const port = await freePort()
    await hasty.alsoAt(port)
    for (const at of [Number(new URL(hasty.address).port), port]) {
      const socket = connect({ port: at, host: '127.0.0.1', allowHalfOpen: true })
      socket.write(beginning)
      // The rest never comes; the server ends the connection.
      const answer = (await socket.toArray()).join('')
      expect(answer).toMatch(/^HTTP\/1\.1 408 .*problem\+json/s)
      socket.destroy()
    }
  } finally {
    await hasty.close()
  }
})

it('is refused if it is taken, and the first one stays', async () => {
  await expect(server.alsoAt(Number(new URL(server.address).port))).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  expect((await fetch(`${server.address}/api/session`)).status).toBe(200)
})
