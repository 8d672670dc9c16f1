/** Answers made to be slow or large take no longer than others of their size: each of these took seconds to minutes. */
import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { complaintIn } from '../../../activities/library-context/contextmaker/complaint.ts'
import { parseCatalogue } from '../../../upstreams/ascl.ts'
import { createBinance } from '../../../upstreams/binance/binance.ts'
import { isChallenge } from '../../../upstreams/challenge.ts'
import { createCoinGecko } from '../../../upstreams/coingecko.ts'
import { createCurseForge } from '../../../upstreams/curseforge/curseforge.ts'
import { parseDependents } from '../../../upstreams/curseforge/dependents-markup.ts'
import { createFearGreed } from '../../../upstreams/fear-greed.ts'
import { createGate } from '../../../upstreams/gate.ts'
import { createGitHub } from '../../../upstreams/github/github.ts'
import { createHttp } from '../../../upstreams/http.ts'
import { createMlflow } from '../../../upstreams/mlflow/mlflow.ts'
import { createModelServer } from '../../../upstreams/mlflow/model-server.ts'
import { createModrinth } from '../../../upstreams/modrinth.ts'
import { statusKind } from '../../../upstreams/onexbet/onexbet-status.ts'
import { createTransport } from '../../../upstreams/onexbet/onexbet-transport.ts'
import { parseBody, parseRows } from '../../../upstreams/payload.ts'
import { LONG_UNIT_MS } from '../../support/bounds.ts'
import { calm, loopback, sendJson } from './loopback.ts'

// Squared time would be more than this for each.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const MB = 1024 * 1024
const filled = (part: string, bytes = MB) => part.repeat(Math.ceil(bytes / part.length))
const invalid = (says: string) =>
  expect.objectContaining({
    type: 'PayloadInvalid',
    message: expect.stringContaining(says) as string,
  }) as Error

describe('a pattern', () => {
  it.each(['<title', '<title ', 'request blocked. ', 'verifying that '])(
    'recognises no challenge in a page of "%s"',
    (part) => {
      expect(isChallenge(new Headers({ 'content-type': 'text/html' }), filled(part))).toBe(false)
    },
  )

  it('reads a list of links that never ends', async () => {
    const record = { ascl_id: '1303.002', title: 'x', abstract: '', site_list: `a:1:{${filled('s:0:"')}` }
    expect((await parseCatalogue(JSON.stringify({ 1: record }))).entries).toMatchObject([
      { repositories: [] },
    ])
  })

  it('reads the time in a status of digits', () => {
    expect(statusKind(`o${filled('0')}`)).toHaveLength(MB + 1)
  })

  it('finds the complaint in a log of one line', () => {
    expect(complaintIn(`K.${filled('Exit.')}\u2028`)).toContain('K.Exit.')
  })
})

describe('a page of dependents', () => {
  it.each(['<b><p>', '<div>', '<a><b>', '</p>', '<table><tr><a href="/minecraft/modpacks/x">'])(
    'refuses a page of "%s" before it has taken memory',
    (part) => {
      expect(() => parseDependents(filled(part))).toThrow(invalid('more than'))
    },
  )

  it('reads a page of text, of attributes, and of what is no tag', () => {
    for (const part of ['word ', '&amp;', '<', '<!--', '<a href="'])
      expect(parseDependents(filled(part)).packs).toEqual([])
    expect(parseDependents(`<p ${filled('a=b ')}>`).packs).toEqual([])
  })
})

const MAX_VALUES = 1_000
const userAgent = 'almanac-test'
const BITCOIN = { id: 'bitcoin', currency: 'USD' }
const RUN = {
  deliveryId: 'd',
  runName: 'n',
  startMs: 0,
  endMs: 1,
  params: {},
  metrics: {},
  tags: {},
  artifacts: {},
}

/** What a client gets of this body. */
async function answered(body: string, status = 200): Promise<string> {
  const { baseUrl } = await loopback((response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  const gate = createGate({ reserve: 0 })
  const bounds = { maxBytes: 2 * MB, maxValues: MAX_VALUES }
  const http = createHttp({ upstream: 'test', baseUrl, headers: {}, gate, ...bounds })
  const answer = await http.request({ path: '/', signal: calm(), accept: [status] })
  return answer.body
}

/** Every client that parses whole bodies, and its simplest question. */
const CLIENTS: [name: string, ask: (baseUrl: string) => Promise<unknown>][] = [
  ['modrinth', (baseUrl) => createModrinth({ baseUrl, userAgent }).projects(['sodium'], calm())],
  ['curseforge', (baseUrl) => createCurseForge({ baseUrl, userAgent, apiKey: 'k' }).mods([1], calm())],
  ['coingecko', (baseUrl) => createCoinGecko({ baseUrl, userAgent }).prices([BITCOIN], calm())],
  ['binance', (baseUrl) => createBinance({ hosts: [baseUrl], userAgent }).prices(['BTCUSDT'], calm())],
  ['fear-greed', (baseUrl) => createFearGreed({ baseUrl, userAgent }).days(0, calm())],
  ['github', (baseUrl) => createGitHub({ baseUrl, userAgent }).repositoryById(1, calm())],
  [
    'onexbet',
    (baseUrl) => createTransport({ baseUrl, userAgent, upstream: 'feed', setting: 'x' })('/', {}, calm()),
  ],
  ['mlflow', (baseUrl) => createMlflow({ baseUrl, userAgent }).deliver('experiment', RUN, calm())],
  ['a model server', (url) => createModelServer({ url, userAgent }).predict(['a'], [[1]], calm())],
]

describe('a JSON body', () => {
  const rows = z.array(z.unknown())

  it('refuses one that is nested deeper than any, without another attempt', async () => {
    const deep = '['.repeat(65) + ']'.repeat(65)
    await expect(answered(`[{"a":${deep}}]`)).rejects.toThrow(invalid('more than 64 levels'))
    await expect(answered(filled('{"a":'))).rejects.toThrow(invalid('more than 64 levels'))
  })

  it('counts neither brackets in texts nor levels that were closed', async () => {
    const text = '[[{"\\'.repeat(100)
    const body = JSON.stringify([{ text }, ...Array.from({ length: 200 }, () => [[['a']]])])
    expect(parseBody(rows, await answered(body), 'test')).toEqual(JSON.parse(body))
  })

  it('refuses one with more values than its client has ever been sent, also where it says why it refused', async () => {
    const body = `[${'0,'.repeat(MAX_VALUES)}0]`
    for (const status of [200, 400])
      await expect(answered(body, status)).rejects.toThrow(invalid(`more than ${MAX_VALUES} values`))
  })

  it.each(CLIENTS)('is bounded in values for %s', async (_name, ask) => {
    const { baseUrl } = await loopback((response) => {
      sendJson(response, Array<number>(150_000).fill(0))
    })
    await expect(ask(baseUrl)).rejects.toThrow(invalid('values, which no such answer has'))
  })

  it('refuses a thousand wrong rows together, and a few one by one', () => {
    const schema = z.object({ id: z.number() })
    expect(parseRows(schema, [{}, { id: 1 }, {}])).toMatchObject({ rows: [{ id: 1 }], rejected: [{}, {}] })
    const wrong = Array.from({ length: 100_000 }, () => ({}))
    expect(() => parseRows(schema, wrong)).toThrow(invalid('1000 rows have another shape'))
  })
})
