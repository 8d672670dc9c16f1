/** What a mod-stats run does when its upstreams or its database do not behave, over hours and days. */
import { WorkflowFailedError } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { endingOf, inWords, type EndingInWords } from '../../support/ending-in-words.ts'
import { Failure } from '../../../core/failures.ts'
import { startModStats, startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import { batch, fakeSteps, ROWS_PER_BATCH, unavailable, type FakeSteps } from './fake-steps.ts'
import { failureReason, textReason } from '../../../core/reason.ts'
import type { RunEnding } from '../../../core/run-outcome.ts'

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const start = () => startModStats(time)

/** Runs once with these steps, on one worker, to the end. */
async function runOnce(steps: FakeSteps): Promise<EndingInWords> {
  const worker = await time.createWorker(steps.activities)
  return worker.runUntil(async () => endingOf(await start()))
}

describe('an unavailable upstream', () => {
  it('an upstream that is unavailable for six hours delays the run, which is then complete', async () => {
    const startMs = await time.skipTo(0, 5)
    const backMs = startMs + 6 * HOUR_MS
    const steps = fakeSteps(time, {
      async collectModrinth() {
        if ((await time.now()) < backMs) throw unavailable()
        return batch()
      },
    })
    const ending = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['modrinth']).toMatchObject({ outcome: 'complete', written: ROWS_PER_BATCH })
    const attempts = steps.callsOf('collectModrinth')
    expect(attempts.filter((call) => call.atMs < backMs).length).toBeGreaterThan(10)
    expect(attempts.at(-1)?.atMs).toBeGreaterThanOrEqual(backMs)
    expect(steps.callsOf('collectCurseForge')).toHaveLength(1)
  })

  it('an upstream that is unavailable beyond the bound fails the run, which reports the counts and closes its record', async () => {
    const startMs = await time.skipTo(21, 0)
    const away = () => Promise.reject(unavailable())
    const steps = fakeSteps(time, {
      collectModrinth: away,
      collectCurseForge: away,
      discoverModpacks: away,
      refreshModpacks: away,
    })
    const worker = await time.createWorker(steps.activities)
    const { error, status } = await worker.runUntil(async () => {
      const handle = await start()
      const error: unknown = await handle.result().catch((reason: unknown) => reason)
      return { error, status: (await handle.describe()).status.name }
    })
    expect(status).toBe('FAILED')
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined
    expect(cause).toBeInstanceOf(ApplicationFailure)
    const failure = cause as ApplicationFailure
    expect(failure.type).toBe('RunFailed')
    const ending = inWords(failure.details?.[0] as RunEnding)
    expect(Object.keys(ending.counts).sort()).toEqual(['curseforge', 'modpacks', 'modrinth'])
    for (const counts of Object.values(ending.counts)) {
      expect(counts).toMatchObject({ outcome: 'failed', fetched: 0, written: 0 })
      expect(counts.why.join()).toContain('UpstreamUnavailable: The upstream does not answer.')
    }
    expect(steps.callsOf('closeModStats').map((call) => call.ending)).toEqual([ending])
    // The first sources are asked until the day ends, and no longer.
    const asked = steps.callsOf('collectModrinth').map((call) => call.atMs)
    expect(Math.max(...asked)).toBeLessThanOrEqual(startMs + 3 * HOUR_MS)
    expect(Math.max(...asked)).toBeGreaterThan(startMs + 2.9 * HOUR_MS)
  })

  it('waits for the delay that a 429 names before the next request', async () => {
    await time.skipTo(0, 5)
    const retryAfterMs = 17 * MINUTE_MS
    let asked = 0
    const steps = fakeSteps(time, {
      collectModrinth() {
        if (asked++ === 0)
          throw new Failure('RateLimited', 'Modrinth asks to come back later.', { retryAfterMs })
        return batch()
      },
    })
    expect((await runOnce(steps)).outcome).toBe('complete')
    const [first, second, ...more] = steps.callsOf('collectModrinth').map((call) => call.atMs)
    expect(more).toEqual([])
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(retryAfterMs)
  })

  it('a delay over midnight still gives the rows the date of the start', async () => {
    const startMs = await time.skipTo(23, 50)
    const steps = fakeSteps(time, {
      async collectModrinth() {
        if ((await time.now()) < startMs + 30 * MINUTE_MS) throw unavailable()
        return batch()
      },
    })
    expect((await runOnce(steps)).outcome).toBe('complete')
    const last = steps.callsOf('collectModrinth').at(-1)
    const day = new Date(startMs).toISOString().slice(0, 10)
    expect(new Date(last?.atMs ?? 0).toISOString().slice(0, 10)).not.toBe(day)
    expect(new Set(steps.calls.map((call) => call.run?.startedAt.slice(0, 10)))).toEqual(new Set([day]))
  })
})

describe('one source among others', () => {
  it('a source that fails for good leaves a partial run with the counts of the rest', async () => {
    const steps = fakeSteps(time, {
      collectCurseForge: () =>
        Promise.reject(new Failure('CredentialsRejected', 'CurseForge refuses the key.')),
    })
    const ending = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['modrinth']).toMatchObject({ outcome: 'complete', written: ROWS_PER_BATCH })
    expect(ending.counts['curseforge']).toEqual({
      outcome: 'failed',
      fetched: 0,
      written: 0,
      rejected: 0,
      why: ['CredentialsRejected: CurseForge refuses the key.'],
    })
    expect(ending.counts['modpacks']).toMatchObject({ outcome: 'complete', written: 2 * ROWS_PER_BATCH })
    expect(steps.callsOf('collectCurseForge')).toHaveLength(1)
  })

  it('a source that fails in its second batch keeps the counts of the first', async () => {
    const steps = fakeSteps(time, {
      collectModrinth: ({ after }) =>
        after === 0 ? batch(100) : Promise.reject(new Failure('PayloadInvalid', 'Downloads is a word.')),
    })
    const ending = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['modrinth']).toMatchObject({
      outcome: 'partial',
      written: ROWS_PER_BATCH,
      why: ['PayloadInvalid: Downloads is a word.'],
    })
  })

  it('a skipped source does not spoil a complete run', async () => {
    const skipped = () =>
      batch(null, { outcome: 'skipped', fetched: 0, written: 0, why: [textReason('no credentials')] })
    const ending = await runOnce(
      fakeSteps(time, { collectCurseForge: skipped, discoverModpacks: skipped, refreshModpacks: skipped }),
    )
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['curseforge']?.outcome).toBe('skipped')
  })

  it('gives up a source with a defect of ours after five attempts', async () => {
    await time.skipTo(0, 5)
    const steps = fakeSteps(time, {
      collectModrinth: () => Promise.reject(new TypeError('undefined is not a mod')),
    })
    const ending = await runOnce(steps)
    expect(steps.callsOf('collectModrinth').map((call) => call.attempt)).toEqual([1, 2, 3, 4, 5])
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['modrinth']?.why).toEqual(['Unclassified: TypeError: undefined is not a mod'])
  })
})

describe('a run after a drain', () => {
  it('a run after a drain contacts no upstream, takes no lock, and writes the file of what is stored', async () => {
    const steps = fakeSteps(time)
    const worker = await time.createWorker(steps.activities)
    const ending = await worker.runUntil(async () => endingOf(await startModStats(time, { derive: true })))
    expect(ending).toMatchObject({ outcome: 'complete', counts: { modpacks: { outcome: 'complete' } } })
    expect(steps.calls.map(({ step }) => step)).toEqual(['closeModStats'])
    expect(steps.calls[0]?.ending).toEqual(ending)
  })
})

describe('the hooks of a run', () => {
  const HELD = { type: 'AlreadyRunning', message: 'already running: mod-stats-1' }

  it('a run ends as skipped, with its own record, if another run holds the lock', async () => {
    const steps = fakeSteps(time, {
      openModStats: () => Promise.resolve({ skipped: { reason: failureReason(HELD) } }),
    })
    const ending = await runOnce(steps)
    expect(ending).toEqual({
      outcome: 'skipped',
      counts: {},
      error: HELD,
    })
    expect(steps.calls.map((call) => call.step)).toEqual(['openModStats', 'closeModStats'])
  })

  it('a run that cannot be opened fails, with its record closed', async () => {
    const steps = fakeSteps(time, {
      openModStats: () => Promise.reject(new Failure('Misconfigured', 'The database has no tables.')),
    })
    const ending = await runOnce(steps)
    expect(ending).toMatchObject({ outcome: 'failed', error: { type: 'Misconfigured' } })
    expect(steps.calls.map((call) => call.step)).toEqual(['openModStats', 'closeModStats'])
  })

  it('a run waits for an unavailable database, and loses nothing', async () => {
    await time.skipTo(0, 5)
    const away = (attempts: number) => {
      let asked = 0
      return <Answer>(answer: Answer) =>
        asked++ < attempts
          ? Promise.reject(new Failure('DatabaseUnavailable', 'The database does not answer.'))
          : Promise.resolve(answer)
    }
    const [opening, closing] = [away(20), away(20)]
    const steps = fakeSteps(time, {
      openModStats: () => opening({}),
      closeModStats: (_run, ending) => closing(ending),
    })
    expect((await runOnce(steps)).outcome).toBe('complete')
    expect(steps.callsOf('openModStats')).toHaveLength(21)
    expect(steps.callsOf('closeModStats')).toHaveLength(21)
  })

  it('a collected run whose last step fails for good is partial, and says why', async () => {
    const steps = fakeSteps(time, {
      closeModStats: () => Promise.reject(new Failure('DiskFull', 'No space left.')),
    })
    const { outcome, counts } = await runOnce(steps)
    expect(outcome).toBe('partial')
    expect(counts['modpacks']?.why).toEqual(['the last step failed: DiskFull: No space left.'])
  })
})
