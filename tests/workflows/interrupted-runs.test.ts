/** Runs that an operator or the end of a worker interrupts. A server of their own: it skips no time after such a test. */
import { cancellationSignal } from '@temporalio/activity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endingOf } from '../support/ending-in-words.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Collected } from '../../activities/match-results/activity-context.ts'
import type { Batch } from '../../activities/mod-stats/activity-context.ts'
import { startModStats, startTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts'
import { until } from '../support/until.ts'
import {
  closings,
  counted,
  fakeCryptoSteps,
  outcomes,
  startCryptoForecast,
} from './crypto-forecast/fake-crypto-steps.ts'
import { endOf, fakeMatchSteps, startMatchResults } from './match-results/fake-match-steps.ts'
import { fakeSteps, unavailable } from './mod-stats/fake-steps.ts'
import type { HistoryEvent } from './history-order.ts'
import { textReason } from '../../core/reason.ts'

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const start = () => startModStats(time)

/** A promise and what resolves it. */
function signal(): { promise: Promise<void>; fire: () => void } {
  let fire: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    fire = resolve
  })
  return { promise, fire }
}

/** How many steps of a run have ended well. */
function endedSteps(events: readonly HistoryEvent[]): number {
  return events.filter((event) => event.activityTaskCompletedEventAttributes).length
}

/** A source that is at work until its run is cancelled. */
function untilCancelled<Answer>() {
  const [running, seen] = [signal(), signal()]
  const work = (): Promise<Answer> => {
    const cancelled = cancellationSignal()
    running.fire()
    return new Promise((_, reject) => {
      cancelled.addEventListener('abort', () => {
        seen.fire()
        reject(unavailable())
      })
    })
  }
  return { running: running.promise, seen: seen.promise, work }
}

describe('a run that is interrupted', () => {
  it('a cancelled run ends cancelled: its activities see it, and its record is closed', async () => {
    // Both sources are at work when the cancellation comes: this server errs where a step is only scheduled.
    const sources = [untilCancelled<Batch>(), untilCancelled<Batch>()] as const
    const steps = fakeSteps(time, {
      collectModrinth: sources[0].work,
      collectCurseForge: sources[1].work,
    })
    const worker = await time.createWorker(steps.activities)
    const { ending, status } = await worker.runUntil(async () => {
      const handle = await start()
      await Promise.all(sources.map(({ running }) => running))
      await handle.cancel()
      const ending = await endingOf(handle)
      await Promise.all(sources.map(({ seen }) => seen))
      return { ending, status: (await handle.describe()).status.name }
    })
    expect(ending.outcome).toBe('cancelled')
    expect(status).toBe('CANCELLED')
    expect(steps.callsOf('closeModStats').map((call) => call.ending?.outcome)).toEqual(['cancelled'])
  })

  it('a cancelled run keeps in its record what finished sources gave', async () => {
    const sources = [untilCancelled<SourceCounts>(), untilCancelled<SourceCounts>()] as const
    const steps = fakeCryptoSteps(time, {
      collectBinance: sources[0].work,
      collectCoinGecko: sources[1].work,
      compareSpotPrices: () => counted({ outcome: 'partial', why: [textReason('no comparison of bitcoin')] }),
    })
    const worker = await time.createWorker(steps.activities)
    const { ending, status } = await worker.runUntil(async () => {
      const handle = await startCryptoForecast(time)
      await Promise.all(sources.map(({ running }) => running))
      // What the two others gave has come to the workflow once its history says so.
      await until(async () => endedSteps((await handle.fetchHistory()).events ?? []) === 3)
      await handle.cancel()
      const ending = await endingOf(handle)
      await Promise.all(sources.map(({ seen }) => seen))
      return { ending, status: (await handle.describe()).status.name }
    })
    expect(ending.outcome).toBe('cancelled')
    expect(status).toBe('CANCELLED')
    const [closing, ...more] = closings(steps)
    expect(more).toEqual([])
    expect(closing?.outcome).toBe('cancelled')
    expect(closing && outcomes(closing)).toEqual({ 'fear-greed': 'complete', spot: 'partial' })
    expect(steps.callsOf('writeMetricsFile').map((call) => call.ending)).toEqual([closing])
    expect(steps.callsOf('computePrices')).toEqual([])
  })

  it('a run cancelled during a poll ends cancelled, and its record is closed', async () => {
    const feed = untilCancelled<Collected>()
    const steps = fakeMatchSteps(time, { collectMatches: feed.work })
    const worker = await time.createWorker(steps.activities)
    const { ending, status } = await worker.runUntil(async () => {
      const handle = await startMatchResults(time)
      await feed.running
      await handle.cancel()
      const ended = await endOf(handle)
      await feed.seen
      return ended
    })
    expect(status).toBe('CANCELLED')
    expect(ending.outcome).toBe('cancelled')
    expect(steps.callsOf('closeMatchResults').map((call) => call.ending)).toEqual([
      { outcome: 'cancelled', counts: {} },
    ])
  })

  it('a run whose worker ends continues with the next worker', async () => {
    const running = signal()
    const hanging = fakeSteps(time, {
      collectModrinth() {
        running.fire()
        // Never answers; the shutdown ends it.
        return new Promise(() => undefined)
      },
    })
    // This server keeps a task for the queue of a worker that is gone for ever, so the worker gets none of its own.
    const first = await time.createWorker(hanging.activities, { maxCachedWorkflows: 0 })
    const handle = await first.runUntil(async () => {
      const handle = await start()
      await running.promise
      return handle
    })
    const steps = fakeSteps(time)
    const second = await time.createWorker(steps.activities)
    const ending = await second.runUntil(endingOf(handle))
    expect(ending.outcome).toBe('complete')
    expect(hanging.callsOf('openModStats')).toHaveLength(1)
    expect(steps.callsOf('openModStats')).toEqual([])
    const [again, ...more] = steps.callsOf('collectModrinth')
    expect(again?.attempt).toBeGreaterThan(1)
    expect(more).toEqual([])
    expect(steps.callsOf('closeModStats')).toHaveLength(1)
  })
})
