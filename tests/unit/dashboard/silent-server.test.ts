/** A server that takes requests and never answers. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { getJson } from '../../../dashboard/api.ts'
import { isLost, reportConnection } from '../../../dashboard/connection.ts'

/** Longer than any answer takes. */
const LONG_MS = 60_000

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal(
    'fetch',
    (_address: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
      }),
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  reportConnection(true)
})

it('counts as a lost connection', async () => {
  const refused = expect(getJson('/api/runs')).rejects.toThrow(TypeError)
  await vi.advanceTimersByTimeAsync(LONG_MS)
  await refused
  expect(isLost()).toBe(true)
})

it('says nothing of the connection when the page itself gives a request up', async () => {
  const leaving = new AbortController()
  const left = expect(getJson('/api/runs', leaving.signal)).rejects.toThrow('aborted')
  leaving.abort()
  await left
  await vi.advanceTimersByTimeAsync(LONG_MS)
  expect(isLost()).toBe(false)
})
