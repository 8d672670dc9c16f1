/** Requests that nobody sends by mistake: names that lead elsewhere, bodies that are none. Each gets an answer of its kind. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleApi, type AssembledApi } from '../../../api/server.ts'
import { loadConfig } from '../../../config/load-config.ts'

const root = mkdtempSync(join(tmpdir(), 'almanac-hostile-'))
const failures: unknown[] = []
let api: AssembledApi
beforeAll(async () => {
  // Nothing listens on port 9: what is asked of the database gets 503.
  const env = {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    ALMANAC_CONFIG: join(import.meta.dirname, '../../../almanac.example.yaml'),
  }
  const error = (problem: unknown) => failures.push(problem)
  api = await assembleApi(loadConfig({ env, root }), undefined, { error })
})
afterAll(async () => {
  await api.close()
  rmSync(root, { recursive: true })
  expect(failures).toEqual([])
})

const HOST = { host: '127.0.0.1' }
const PROBLEM = 'application/problem+json; charset=utf-8'

describe('the name of a context file', () => {
  const contextAt = async (name: string) => {
    const { statusCode, headers } = await api.api.inject({ url: `/api/context/${name}`, headers: HOST })
    return [statusCode, headers['content-type']]
  }

  it.each([
    '..%2F..%2Fetc%2Fpasswd',
    '..%2Fx-context.txt',
    '..%5Cx-context.txt',
    '%2Fetc%2Fx-context.txt',
    '%00-context.txt',
    'x%0A-context.txt',
    '%3Cscript%3E-context.txt',
  ])('%s is refused before anything is looked up', async (name) => {
    expect(await contextAt(name)).toEqual([400, PROBLEM])
  })

  it('that is longer than any is refused before anything is looked up', async () => {
    expect(await contextAt(`${'x'.repeat(201)}-context.txt`)).toEqual([400, PROBLEM])
  })

  it.each(['..', '%E0%A4%A', 'x/y-context.txt'])('%s finds nothing', async (name) => {
    const [status, type] = await contextAt(name)
    expect([400, 404]).toContain(status)
    expect(type).toBe(PROBLEM)
  })

  it('that GitHub could give is looked up', async () => {
    expect(await contextAt('astropy__astropy-context.txt')).toEqual([503, PROBLEM])
  })
})

describe('the body of a change', () => {
  const start = async (body: string | Buffer, type = 'application/json') => {
    const headers = { ...HOST, 'content-type': type }
    const url = '/api/pipelines/mod-stats/runs'
    const { statusCode, json } = await api.api.inject({ method: 'POST', url, headers, payload: body })
    expect(json()).toMatchObject({ status: statusCode, detail: expect.any(String) as unknown })
    return statusCode
  }

  it.each([
    ['is cut off', '{"', 400],
    ['is no object', '[]', 400],
    ['is a text', '"x"', 400],
    ['names what is no parameter', '{"x": 1}', 400],
    ['names the prototype', '{"__proto__": {"x": 1}}', 400],
    ['is nested without end', '{"a":'.repeat(10_000), 400],
    ['is no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    ['is larger than any', `{"x": "${'x'.repeat(70_000)}"}`, 413],
  ])('that %s is refused', async (_, body, status) => {
    expect(await start(body)).toBe(status)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'of the type "%s" is refused: a page of another site could send it',
    async (type) => {
      expect(await start('{}', type)).toBe(415)
    },
  )
})

describe('a request that is not read', () => {
  let port = 0
  beforeAll(async () => {
    port = Number(new URL(await api.api.listen({ host: '127.0.0.1', port: 0 })).port)
  })

  const answerTo = async (text: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.end(text)
    return (await socket.toArray()).join('')
  }

  it.each([
    [
      'has too long an address',
      `GET /api/runs?x=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      431,
    ],
    ['is none', 'Good evening.\r\n\r\n', 400],
  ])('since it %s gets a problem in words', async (_, text, status) => {
    const answer = await answerTo(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toContain(`Content-Type: ${PROBLEM}`)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status })
  })
})
