/** No step without both its bounds and a heartbeat; a run's bound is its UTC day, at least an hour, or what its interval leaves. */
import { describe, expect, it } from 'vitest'
import { HOUR_MS, SECOND_MS } from '../../../core/durations.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { HOURLY_BOUND_MS, HOURLY_SOURCE_MS } from '../../../workflows/crypto-forecast.ts'
import * as night from '../../../workflows/library-context/bounds.ts'
import { CLOSING_SHARE_MS, MINUTELY_BOUND_MS, OPENING_MS } from '../../../workflows/match-results.ts'
import { untilDayEnds } from '../../../workflows/mod-stats.ts'
import * as policies from '../../../workflows/policies.ts'

/** Every exported function that makes options of a step from a total in milliseconds. */
const made = Object.entries({ ...policies, ...night }).flatMap(([name, policy]) => {
  if (typeof policy !== 'function') return []
  return [[name, policy as typeof policies.databaseWork] as const]
})

describe('policies', () => {
  it('finds the policies', () => {
    expect(made.map(([name]) => name)).toEqual(
      expect.arrayContaining(['databaseWork', 'upstreamRead', 'computation', 'hostCommand', 'hostCleanup']),
    )
  })

  it.each(made)('%s bounds one attempt and all of them, and notices a dead worker', (_, policy) => {
    for (const totalMs of [SECOND_MS, HOUR_MS, 24 * HOUR_MS]) {
      // Policies of programs take what these may use, too.
      const options = (policy as typeof night.hostCommand)(totalMs, totalMs)
      expect(options.scheduleToCloseTimeout).toBe(totalMs)
      expect(options.startToCloseTimeout).toBeGreaterThan(0)
      expect(options.startToCloseTimeout).toBeLessThanOrEqual(totalMs)
      expect(options.heartbeatTimeout).toBe(policies.HEARTBEAT_TIMEOUT_MS)
      expect(options.retry?.maximumInterval).toBeGreaterThanOrEqual(SECOND_MS)
    }
  })
})

describe('the bound of mod-stats', () => {
  it.each([
    ['2026-11-21T00:00:00.000Z', 24 * HOUR_MS],
    ['2026-11-21T18:00:00.000Z', 6 * HOUR_MS],
    ['2026-11-21T23:00:00.000Z', HOUR_MS],
    ['2026-11-21T23:30:00.000Z', HOUR_MS],
    ['2026-12-31T23:59:59.999Z', HOUR_MS],
    ['2028-02-28T22:00:00.000Z', 2 * HOUR_MS],
  ])('the bound of a run started at %s is %d ms', (startedAt, boundMs) => {
    expect(untilDayEnds(new Date(startedAt))).toBe(boundMs)
  })
})

describe('the bound of library-context', () => {
  it('the bound of a night is over long before the next one and leaves time to publish', () => {
    expect(night.NIGHTLY_BOUND_MS).toBeLessThan(12 * HOUR_MS)
    expect(night.PUBLISHING_MS + night.STARS_MS).toBeLessThan(night.NIGHTLY_BOUND_MS / 2)
  })
})

describe('activities on one host', () => {
  it('activities on one host wait for their worker for a bounded time, within the bound of all attempts', () => {
    for (const totalMs of [SECOND_MS, HOUR_MS]) {
      for (const options of [night.hostCommand(totalMs, HOUR_MS), night.hostCleanup(totalMs)]) {
        expect(options.scheduleToStartTimeout).toBeLessThanOrEqual(Math.min(totalMs, night.HOST_AWAY_MS))
        expect(options.retry?.maximumAttempts).toBeGreaterThan(1)
      }
    }
  })
})

describe('the bound of crypto-forecast', () => {
  it('the bound of an hour is over before the next run begins', () => {
    expect(HOURLY_BOUND_MS).toBeLessThan(HOUR_MS)
  })

  it('the bound of an hour leaves time for the forecasts after the longest wait for a source', () => {
    // Ten minutes past the hour it begins, and its forecast of the next hour must be made before that hour is over.
    expect(HOURLY_SOURCE_MS).toBeLessThan(HOURLY_BOUND_MS / 2)
  })
})

describe('the bound of match-results', () => {
  it('the bound of a minute is over before the next one begins', () => {
    expect(MINUTELY_BOUND_MS).toBeLessThan(60 * SECOND_MS)
  })

  it('the bound of a minute leaves the feed half of it after a slow lock, with time to close the record', () => {
    const leftMs = MINUTELY_BOUND_MS - OPENING_MS - CLOSING_SHARE_MS
    expect(leftMs).toBeGreaterThanOrEqual(MINUTELY_BOUND_MS / 2)
  })

  it('the database’s retry budget fits into the opening and the closing of a minute', () => {
    const retryBudgetMs = pipelineById('match-results')?.databaseRetryBudgetMs
    expect(retryBudgetMs).toBeLessThan(OPENING_MS)
    expect(retryBudgetMs).toBeLessThan(CLOSING_SHARE_MS)
  })
})
