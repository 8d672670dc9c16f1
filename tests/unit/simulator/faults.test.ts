import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { connect, Socket } from 'node:net'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../../simulator/faults.ts'
import { send } from '../../../simulator/send.ts'
import { AGENT, ask, askJson, simulatorForTests } from './asking.ts'

const PROJECT = '/modrinth/v2/project/createnuclear'
const FILES = '/curseforge/v1/mods/989797/files'
const WEB = '/curseforge-web/minecraft/mc-mods/createnuclear/relations/dependents?filter-related-dependents=6'

const simulator = simulatorForTests({ rateLimits: false })
const put = (body: unknown) =>
  ask(simulator.get(), '/__faults', { method: 'PUT', body: JSON.stringify(body) })
const askWith = (fault: Fault, path = PROJECT, upstream = 'modrinth') => {
  simulator.get().faults.set(upstream, fault)
  return ask(simulator.get(), path)
}
const lastLogged = () => simulator.get().requests.list().at(-1)

beforeEach(() => {
  simulator.get().faults.clear()
  simulator.get().requests.clear()
})

/** Everything that comes over a plain socket until it closes: a client library would hide the cut. */
async function rawAnswer(path: string): Promise<string> {
  const socket = connect(simulator.get().port, '127.0.0.1')
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: x\r\nuser-agent: ${AGENT}\r\nx-api-key: k\r\nconnection: close\r\n\r\n`,
  )
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  await once(socket, 'close')
  return text
}

describe('a fault of the simulator', () => {
  it('"status" responds with this status, these headers and this body', async () => {
    const response = await askWith({
      kind: 'status',
      status: 503,
      headers: { 'retry-after': '7' },
      body: 'busy',
    })
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      503,
      '7',
      'busy',
    ])
    expect(lastLogged()).toMatchObject({ upstream: 'modrinth', status: 503, bytes: 4, fault: 'status' })
  })

  it('"latency" responds late, and a client that stops waiting gets nothing', async () => {
    const truth = await (await ask(simulator.get(), PROJECT)).text()
    expect(await (await askWith({ kind: 'latency', ms: 20 })).text()).toBe(truth)
    simulator.get().faults.set('modrinth', { kind: 'latency', ms: 600_000 })
    const controller = new AbortController()
    const pending = ask(simulator.get(), PROJECT, { signal: controller.signal })
    await expect.poll(() => simulator.get().requests.count({ path: /createnuclear/ })).toBe(3)
    controller.abort()
    await expect(pending).rejects.toThrow('aborted')
  })

  it('"refuse" ends the connection before any response', async () => {
    await expect(askWith({ kind: 'refuse' })).rejects.toThrow('fetch failed')
    expect(await rawAnswer(PROJECT)).toBe('')
    expect(lastLogged()).toMatchObject({ status: 0, bytes: 0, fault: 'refuse' })
  })

  it('"cut" ends the connection inside the body, by default in its middle', async () => {
    const whole = Buffer.byteLength(await (await ask(simulator.get(), PROJECT)).text())
    await expect(askWith({ kind: 'cut' }).then((response) => response.text())).rejects.toThrow('terminated')
    for (const [fault, bytes] of [
      [{ kind: 'cut' }, Math.floor(whole / 2)],
      [{ kind: 'cut', afterBytes: 0 }, 0],
      [{ kind: 'cut', afterBytes: 10 }, 10],
    ] as const) {
      simulator.get().faults.set('modrinth', fault)
      const [head, body] = (await rawAnswer(PROJECT)).split('\r\n\r\n')
      expect(head).toContain('HTTP/1.1 200 OK')
      expect(head).toContain(`content-length: ${whole}`)
      expect(body).toHaveLength(bytes)
      expect(lastLogged()).toMatchObject({ status: 200, bytes })
    }
  })

  it('"truncated-json" sends half of the JSON under a matching length', async () => {
    const truth = await (await ask(simulator.get(), PROJECT)).text()
    const response = await askWith({ kind: 'truncated-json' })
    const text = await response.text()
    expect(truth.startsWith(text)).toBe(true)
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  it('"html" sends a page where JSON is due', async () => {
    const response = await askWith({ kind: 'html' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(await response.text()).not.toMatch(/just a moment|checking your browser/i)
  })

  it.each([200, 403, 503] as const)('"challenge" sends a challenge page with status %i', async (status) => {
    const response = await askWith({ kind: 'challenge', status }, WEB, 'curseforge-web')
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(/Just a moment[^]*Checking your browser/)
  })

  it('"empty" gives the empty list of each endpoint', async () => {
    await put({
      modrinth: { kind: 'empty' },
      curseforge: { kind: 'empty' },
      'curseforge-web': { kind: 'empty' },
    })
    expect(await askJson(simulator.get(), '/modrinth/v2/project/createnuclear/version')).toEqual([])
    expect(await askJson(simulator.get(), PROJECT)).toMatchObject({ slug: 'createnuclear' })
    const pagination = { index: 0, pageSize: 50, resultCount: 0, totalCount: 0 }
    expect(await askJson(simulator.get(), FILES)).toEqual({ data: [], pagination })
    const post = { method: 'POST', body: '{"modIds":[989797]}' }
    expect(await askJson(simulator.get(), '/curseforge/v1/mods', post)).toEqual({ data: [] })
    const page = await ask(simulator.get(), WEB)
    expect(page.status).toBe(200)
    expect(await page.text()).not.toContain('/minecraft/modpacks/rebel-tactics-2')
  })

  it('"rename-field" and "wrong-type" reach every depth', async () => {
    const truth = (await askJson(simulator.get(), FILES)) as { data: { downloadCount: number }[] }
    const renamed = await askWith(
      { kind: 'rename-field', from: 'downloadCount', to: 'downloads' },
      FILES,
      'curseforge',
    )
    const first = ((await renamed.json()) as typeof truth).data[0]
    expect(first).not.toHaveProperty('downloadCount')
    expect(first).toHaveProperty('downloads', truth.data[0]?.downloadCount)
    const wrong = await askWith(
      { kind: 'wrong-type', field: 'downloadCount', value: 'many' },
      FILES,
      'curseforge',
    )
    const { data } = (await wrong.json()) as typeof truth
    expect(data.map(({ downloadCount }) => downloadCount)).toEqual(truth.data.map(() => 'many'))
  })

  it('"slow-drip" sends the whole answer', async () => {
    const truth = await (await ask(simulator.get(), PROJECT)).text()
    const response = await askWith({ kind: 'slow-drip', bytesPerSecond: 20_000 })
    expect(await response.text()).toBe(truth)
  })

  it('"slow-drip" sends a tenth of its rate at a time', async () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    const write = vi.spyOn(response, 'write')
    await send(response, { reply: { status: 200, headers: {}, body: 'abcdefghij' }, bytesPerSecond: 40 })
    expect(write.mock.calls.map(([piece]) => String(piece))).toEqual(['abcd', 'efgh', 'ij'])
  })

  it.each([
    [
      'modrinth',
      { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' },
      /ratelimit_error/,
    ],
    ['retry-after-seconds', { 'retry-after': '9' }, /too many requests/],
    ['bare', {}, /^$/],
    ['html', { 'retry-after': '9', 'content-type': 'text/html; charset=UTF-8' }, /<title>429/],
  ] as const)('"rate-limited" has the shape "%s"', async (shape, headers, body) => {
    const response = await askWith({ kind: 'rate-limited', shape, seconds: 9 })
    expect(response.status).toBe(429)
    expect(Object.fromEntries(response.headers)).toMatchObject(headers)
    expect(response.headers.has('retry-after')).toBe('retry-after' in headers)
    expect(response.headers.has('x-ratelimit-reset')).toBe('x-ratelimit-reset' in headers)
    expect(await response.text()).toMatch(body)
  })

  it('"rate-limited" can name the date of the next attempt', async () => {
    const response = await askWith({ kind: 'rate-limited', shape: 'retry-after-date', seconds: 3_600 })
    const at = response.headers.get('retry-after') ?? ''
    expect(new Date(at).toUTCString()).toBe(at)
    const ahead = Date.parse(at) - Date.parse(response.headers.get('date') ?? '')
    expect(Math.round(ahead / 60_000)).toBe(60)
  })
})

describe('the faults of the simulator', () => {
  it('faults expire after their count, and affect only what matches', async () => {
    await put({ modrinth: { kind: 'status', status: 500, times: 2, match: '/version' } })
    const statuses = []
    for (const path of [PROJECT, `${PROJECT}/version`, PROJECT, `${PROJECT}/version`, `${PROJECT}/version`]) {
      statuses.push((await ask(simulator.get(), path)).status)
    }
    expect(statuses).toEqual([200, 500, 200, 500, 200])
    expect(await askJson(simulator.get(), '/__faults')).toEqual({})
  })

  it('faults are merged by PUT, removed by null and by DELETE', async () => {
    await put({ modrinth: { kind: 'html' }, curseforge: { kind: 'refuse' } })
    await put({ modrinth: null })
    expect(await askJson(simulator.get(), '/__faults')).toEqual({ curseforge: { kind: 'refuse' } })
    expect((await ask(simulator.get(), PROJECT)).status).toBe(200)
    expect((await ask(simulator.get(), '/__faults', { method: 'DELETE' })).status).toBe(204)
    expect(await askJson(simulator.get(), '/__faults')).toEqual({})
  })

  it.each([
    [{ modrinth: { kind: 'status', status: 500, tims: 2 } }, 'tims'],
    [{ modrinth: { kind: 'nonsense' } }, 'kind'],
    [{ modrinth: { kind: 'html', match: '(' } }, 'not a regular expression'],
    [{ modrinth: { kind: 'status', status: 5_000 } }, 'status'],
    [{ modrinth: { kind: 'html', times: 0 } }, 'times'],
    [{ modrint: { kind: 'html' } }, 'Unknown upstream \\"modrint\\"'],
    [{ modrinth: { kind: 'markup', markup: 'cards' } }, 'Only curseforge-web'],
    [{ modrinth: { kind: 'rate-limited', shape: 'nonsense', seconds: 1 } }, 'Unknown shape'],
    [{ 'curseforge-web': { kind: 'markup', markup: 'nonsense' } }, 'markup'],
    ['text', 'expected record'],
  ])('rejects an ill-formed fault with a reason: %j', async (body, reason) => {
    await put({ curseforge: { kind: 'html' } })
    const response = await put(body)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(reason)
    expect(await askJson(simulator.get(), '/__faults')).toEqual({ curseforge: { kind: 'html' } })
  })

  it('rejects an ill-formed fault in process too', () => {
    const { faults } = simulator.get()
    expect(() => {
      faults.set('nobody', { kind: 'html' })
    }).toThrow(RangeError)
    expect(() => {
      faults.set('modrinth', { kind: 'latency', ms: -1 })
    }).toThrow()
  })
})
