/** Runs that an operator or the end of a worker interrupts. A server of their own: it skips no time after such a test. */
import { cancellationSignal } from '@temporalio/activity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endingOf } from '../../client/runs.ts'
import type { Batch } from '../../workflows/mod-stats.ts'
import { startModStats, startTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts'
import { fakeSteps, unavailable } from './fake-steps.ts'

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

describe('a run that is interrupted', () => {
  it('by an operator ends cancelled: its steps see it, and its record is closed', async () => {
    // Both sources are at work when the cancellation comes: this server errs where a step is only scheduled.
    const sources = [
      { running: signal(), seen: signal() },
      { running: signal(), seen: signal() },
    ] as const
    const untilCancelled = ({ running, seen }: (typeof sources)[number]): Promise<Batch> => {
      const cancelled = cancellationSignal()
      running.fire()
      return new Promise((_, reject) => {
        cancelled.addEventListener('abort', () => {
          seen.fire()
          reject(unavailable())
        })
      })
    }
    const steps = fakeSteps(time, {
      collectModrinth: () => untilCancelled(sources[0]),
      collectCurseForge: () => untilCancelled(sources[1]),
    })
    const worker = await time.createWorker(steps.activities)
    const { ending, status } = await worker.runUntil(async () => {
      const handle = await start()
      await Promise.all(sources.map((source) => source.running.promise))
      await handle.cancel()
      const ending = await endingOf(handle)
      await Promise.all(sources.map((source) => source.seen.promise))
      return { ending, status: (await handle.describe()).status.name }
    })
    expect(ending.outcome).toBe('cancelled')
    expect(status).toBe('CANCELLED')
    expect(steps.callsOf('closeModStats').map((call) => call.ending?.outcome)).toEqual(['cancelled'])
  })

  it('by the end of its worker goes on with the next worker', async () => {
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
