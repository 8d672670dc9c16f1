/** Calls are counted where each request passes: how it ended, how long it took, and whether it was a retry. */
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { callFigures, isFailedCall, partsBy, type CountedCalls } from '../../../core/upstream-calls.ts'
import { countCall, inAttempt, returnCalls, takeCalls } from '../../../upstreams/calls.ts'
import { createGate } from '../../../upstreams/gate.ts'
import { createHttp, type HttpOptions } from '../../../upstreams/http.ts'
import { calm, loopback, rejection, sendJson, type Answering } from './loopback.ts'

/** Other files of this process ask other clients. */
const takenOf = (client: string) => takeCalls().filter((one) => one.client === client)

async function client(name: string, answer: Answering, options: Partial<HttpOptions> = {}) {
  const { baseUrl } = await loopback(answer)
  return createHttp({
    upstream: name,
    baseUrl,
    headers: {},
    gate: createGate({ reserve: 0 }),
    maxBytes: 1_000,
    maxValues: 100,
    ...options,
  })
}

describe('a call is counted', () => {
  it('with the status of its answer, good or not, under its limit', async () => {
    const http = await client('counted-statuses', (response, { url }) => {
      sendJson(response, {}, url === '/good' ? 200 : 503)
    })
    await http.request({ path: '/good', signal: calm() })
    await http.request({ path: '/good', signal: calm() })
    await rejection(http.request({ path: '/bad', signal: calm() }))
    const taken = takenOf('counted-statuses')
    expect(
      partsBy(taken, ['quota', 'status']).map(({ labels, alike }) => [labels, callFigures(alike).calls]),
    ).toEqual([
      [{ quota: '', status: '200' }, 2],
      [{ quota: '', status: '503' }, 1],
    ])
    expect(taken.every(({ seconds, withinS, calls }) => seconds > 0 && seconds <= withinS * calls)).toBe(true)
  })

  it('once, if its body is refused', async () => {
    const http = await client(
      'counted-bodies',
      (response, { url }) => {
        sendJson(response, url === '/large' ? 'x'.repeat(2_000) : Array.from({ length: 200 }, () => 1))
      },
      { quota: 'one' },
    )
    await rejection(http.request({ path: '/large', signal: calm() }))
    await rejection(http.request({ path: '/many', signal: calm() }))
    expect(callFigures(takenOf('counted-bodies'))).toMatchObject({ calls: 2, failed: 0 })
  })

  it('as a timeout or as broken without a whole answer', async () => {
    const slow = await client('counted-silence', () => undefined, { timeoutMs: 20 })
    await rejection(slow.request({ path: '/', signal: calm() }))
    const closed = await closedPort()
    const away = await client('counted-silence', () => undefined, { baseUrl: `http://127.0.0.1:${closed}` })
    await rejection(away.request({ path: '/', signal: calm() }))
    expect(takenOf('counted-silence').map(({ status }) => status)).toEqual(['timeout', 'broken'])
  })

  it('not at all if its caller gave up', async () => {
    const abort = new AbortController()
    const http = await client('counted-aborts', () => {
      abort.abort(new Error('no more'))
    })
    expect(await rejection(http.request({ path: '/', signal: abort.signal }))).toMatchObject({
      message: 'no more',
    })
    expect(takenOf('counted-aborts')).toEqual([])
  })
})

/** A port on which nobody listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

it('a call of an attempt after the first is a retry', async () => {
  const ask = async () => {
    await Promise.resolve()
    countCall({ client: 'counted-attempts', quota: '', status: '200', ms: 5 })
  }
  await ask()
  await inAttempt(1, ask)
  await inAttempt(2, ask)
  expect(callFigures(takenOf('counted-attempts'))).toMatchObject({ calls: 3, retries: 1 })
})

it('what was taken is counted no more, and what could not be stored is added again', () => {
  const count = () => {
    countCall({ client: 'counted-twice', quota: '', status: '200', ms: 30 })
  }
  count()
  const taken = takenOf('counted-twice')
  count()
  returnCalls(taken)
  expect(takenOf('counted-twice')).toEqual([
    expect.objectContaining({ calls: 2, withinS: 0.05, seconds: 0.06 }),
  ])
  expect(takenOf('counted-twice')).toEqual([])
})

describe('of calls', () => {
  const counted = (withinS: number, calls: number, status = '200'): CountedCalls => ({
    client: 'c',
    quota: '',
    status,
    withinS,
    calls,
    retries: 0,
    seconds: 1,
  })

  it('half and 95 in 100 took no longer than a bound', () => {
    const figures = callFigures([counted(1, 94), counted(0.1, 100), counted(5, 5), counted(Infinity, 1)])
    expect(figures).toMatchObject({ calls: 200, halfWithinS: 0.1, mostWithinS: 1 })
    expect(callFigures([counted(Infinity, 1)])).toMatchObject({
      halfWithinS: Infinity,
      mostWithinS: Infinity,
    })
    expect(callFigures([])).toMatchObject({ calls: 0, halfWithinS: undefined, mostWithinS: undefined })
  })

  it.each([
    ['200', false],
    ['304', false],
    ['404', false],
    ['410', false],
    ['exit 0', false],
    ['401', true],
    ['429', true],
    ['503', true],
    ['timeout', true],
    ['broken', true],
    ['exit 128', true],
  ])('%s failed: %s', (status, isFailed) => {
    expect(isFailedCall(status)).toBe(isFailed)
    expect(callFigures([counted(1, 3, status)]).failed).toBe(isFailed ? 3 : 0)
  })
})
