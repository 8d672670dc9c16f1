/** Whose clock the page tells ages by. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { hearServerTime, inServerTime, onServerTime, serverNow } from '../../../dashboard/server-clock.ts'

const HOUR_MS = 3_600_000
const date = (ms: number) => new Date(ms).toUTCString()

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-29T12:00:00.700Z') })
})
afterEach(() => {
  hearServerTime(date(Date.now()))
  vi.useRealTimers()
})

it('is that of the server if the reader’s is wrong, and told once', () => {
  const told = vi.fn()
  const end = onServerTime(told)
  hearServerTime(date(Date.now() + HOUR_MS))
  expect(serverNow()).toBe(Date.parse('2026-11-29T13:00:00.000Z'))
  expect(inServerTime(0)).toBe(serverNow() - Date.now())
  vi.advanceTimersByTime(1_500)
  hearServerTime(date(Date.now() + HOUR_MS))
  expect(told).toHaveBeenCalledTimes(1)
  end()
})

it('is the reader’s own if it is right, or nothing was heard', () => {
  hearServerTime(null)
  hearServerTime('no date')
  hearServerTime(date(Date.now()))
  expect(serverNow()).toBe(Date.now())
})

it('is the reader’s own again once that was put right', () => {
  hearServerTime(date(Date.now() - HOUR_MS))
  vi.setSystemTime(Date.now() - HOUR_MS)
  hearServerTime(date(Date.now()))
  expect(serverNow()).toBe(Date.now())
})
