/** The wait for the database ends before the timeout of an attempt: fetched rows are in the spool by then. */
import { MockActivityEnvironment } from '@temporalio/testing'
import { describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import { elapsed } from '../../../core/elapsed.ts'
import { attemptLeftMs, attemptRetryBudget } from '../../../activities/attempt-retry-budget.ts'
import { withDatabaseRetry, type RetryBudget } from '../../../db/database-retry.ts'
import { Failure } from '../../../core/failures.ts'
const NOW = Date.parse('2026-11-22T00:40:00Z')

/** An attempt of ten minutes out of an hour, scheduled just now and for the first time. */
const bounds = (own: Partial<Parameters<typeof attemptLeftMs>[0]> = {}) => ({
  startToCloseTimeoutMs: 10 * MINUTE_MS,
  scheduleToCloseTimeoutMs: 60 * MINUTE_MS,
  scheduledTimestampMs: NOW,
  currentAttemptScheduledTimestampMs: NOW,
  ...own,
})
const budgetOf = (ms: number, own: ReturnType<typeof bounds>, tryMs?: number): Promise<RetryBudget> =>
  new MockActivityEnvironment(own).run(() =>
    Promise.resolve(attemptRetryBudget({ ms, ...(tryMs !== undefined && { tryMs }) })),
  )

describe('an attempt', () => {
  it.each([
    ['has its own bound', bounds(), 10 * MINUTE_MS],
    [
      'has the time that is left of all attempts',
      bounds({ scheduledTimestampMs: NOW - 55 * MINUTE_MS }),
      5 * MINUTE_MS,
    ],
    [
      'that waited in its queue has less time left of all attempts, and its full own bound',
      bounds({
        scheduleToCloseTimeoutMs: 11 * MINUTE_MS,
        scheduledTimestampMs: NOW - 3 * MINUTE_MS,
        currentAttemptScheduledTimestampMs: NOW - 2 * MINUTE_MS,
      }),
      8 * MINUTE_MS,
    ],
    [
      'loses no time if the clock of the server is ahead',
      bounds({
        scheduledTimestampMs: NOW + 59 * MINUTE_MS,
        currentAttemptScheduledTimestampMs: NOW + 60 * MINUTE_MS,
      }),
      10 * MINUTE_MS,
    ],
  ])('an attempt %s', (_, own, leftMs) => {
    expect(attemptLeftMs(own, NOW)).toBe(leftMs)
  })
})

describe('the retry budget of an attempt', () => {
  it('the retry budget ends before the attempt does, with time to write a segment', async () => {
    const now = Date.now()
    const begun = elapsed()
    const own = bounds({ scheduledTimestampMs: now, currentAttemptScheduledTimestampMs: now })
    const { ms, untilMs = 0, tryMs } = await budgetOf(30 * MINUTE_MS, own, 8_000)
    expect({ ms, tryMs }).toEqual({ ms: 30 * MINUTE_MS, tryMs: 8_000 })
    expect(untilMs - begun).toBeLessThan(10 * MINUTE_MS)
    expect(untilMs - begun).toBeGreaterThan(9 * MINUTE_MS)
  })

  it('makes one try if the attempt has no time at all', async () => {
    const over = Date.now() - MINUTE_MS
    const own = bounds({
      startToCloseTimeoutMs: SECOND_MS,
      scheduledTimestampMs: over,
      currentAttemptScheduledTimestampMs: over,
    })
    const retryBudget = await budgetOf(10 * MINUTE_MS, own)
    let tries = 0
    const away = new Failure('DatabaseUnavailable', 'It is away.')
    const work = () => {
      tries++
      return Promise.reject(away)
    }
    await expect(withDatabaseRetry(retryBudget, work)).rejects.toBe(away)
    expect(tries).toBe(1)
    await expect(withDatabaseRetry(retryBudget, () => Promise.resolve(7))).resolves.toBe(7)
  })

  it('the retry budget also ends for a database that hangs', async () => {
    const { signal } = new AbortController()
    const hanging = () => new Promise<never>(() => undefined)
    await expect(
      withDatabaseRetry({ ms: 10 * MINUTE_MS, signal, untilMs: elapsed() + 20 }, hanging),
    ).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
  })
})
