/** What a run of match-results does when its feed or its database get in its way: it is over within its minute. */
import { defineSearchAttributeKey } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import { countsInWords, endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { TASK_QUEUE } from '../../../client/task-queue.ts'
import { Failure } from '../../../core/failures.ts'
import { NOTHING, type SourceCounts } from '../../../core/run-outcome.ts'
import { CLOSING_SHARE_MS, MINUTELY_BOUND_MS, OPENING_MS } from '../../../workflows/match-results.ts'
import type { RunInput } from '../../../core/run.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  collected,
  fakeMatchSteps,
  FIGURES,
  runMatchResults,
  startMs,
  type MatchSteps,
} from './fake-match-steps.ts'
import { unavailable } from '../mod-stats/fake-steps.ts'
import { failureReason, textReason } from '../../../core/reason.ts'
/** The document's limit of a run, of which there are half a million a year. */
const MAX_EVENTS = 25
/** How late a start may be made up for, as the pipeline's schedule says it to its runs. */
const LATEST_MS = 10 * SECOND_MS
/** Set by the server where a schedule starts a run; here by the test. */
const SCHEDULED_FOR = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME')
const ALL_STEPS = ['openMatchResults', 'collectMatches', 'closeMatchResults']
const AWAY = new Failure('DatabaseUnavailable', 'The database does not answer.')

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const fakes = (own?: Parameters<typeof fakeMatchSteps>[1]) => fakeMatchSteps(time, own)
const runOnce = (steps: MatchSteps, params?: Record<string, unknown>) => runMatchResults(time, steps, params)
const namesOf = (steps: MatchSteps) => steps.calls.map(({ step }) => step)
const closingsOf = (steps: MatchSteps) => steps.callsOf('closeMatchResults').map(({ ending }) => ending)

describe('a minute in which all goes well', () => {
  it('runs a good minute in three activities, each called once, in at most 25 events', async () => {
    const steps = fakes()
    const { ending, status, events } = await runOnce(steps)
    expect(ending).toEqual({ outcome: 'complete', counts: { feed: (await collected()).counts } })
    expect(status).toBe('COMPLETED')
    expect(namesOf(steps)).toEqual(ALL_STEPS)
    const { run } = steps.calls[0] ?? {}
    expect(run).toMatchObject({ pipeline: 'match-results', trigger: 'manual' })
    expect(steps.callsOf('collectMatches')[0]?.input).toEqual({ run, derive: false })
    expect(closingsOf(steps)).toEqual([ending])
    expect(events.length).toBeLessThanOrEqual(MAX_EVENTS)
  })

  it('passes the status of the matches to its last activity', async () => {
    const reported: unknown[] = []
    const steps = fakes({
      closeMatchResults(_run, ending, figures) {
        reported.push(figures)
        return Promise.resolve(ending)
      },
    })
    await runOnce(steps)
    expect(reported).toEqual([FIGURES])
  })

  it('only follows stored polls when told to', async () => {
    const steps = fakes()
    const { ending } = await runOnce(steps, { derive: true })
    expect(ending.outcome).toBe('complete')
    expect(steps.callsOf('collectMatches').map(({ input }) => input)).toEqual([
      { run: steps.calls[0]?.run, derive: true },
    ])
  })
})

describe('a minute whose lock is held', () => {
  const HELD = { type: 'AlreadyRunning', message: 'already running: it' }
  const held = (isDeriving?: true) => ({
    skipped: { reason: failureReason(HELD), ...(isDeriving && { isDeriving }) },
  })

  it('waits for a recompute run that holds the lock', async () => {
    let polls = 0
    const steps = fakes({ openMatchResults: () => Promise.resolve(++polls < 3 ? held(true) : {}) })
    expect((await runOnce(steps)).ending.outcome).toBe('complete')
    expect(namesOf(steps)).toEqual(['openMatchResults', 'openMatchResults', ...ALL_STEPS])
  })

  it('skips if a recompute run holds the lock too long, or if another run holds it', async () => {
    const error = HELD
    const long = await runOnce(fakes({ openMatchResults: () => Promise.resolve(held(true)) }))
    expect(long.ending).toEqual({ outcome: 'skipped', counts: {}, error })
    const steps = fakes({ openMatchResults: () => Promise.resolve(held()) })
    expect((await runOnce(steps)).ending).toEqual({ outcome: 'skipped', counts: {}, error })
    expect(namesOf(steps)).toEqual(['openMatchResults', 'closeMatchResults'])
  })
})

describe('the results service', () => {
  const failed: SourceCounts = {
    ...NOTHING,
    outcome: 'failed',
    why: [textReason('UpstreamUnavailable: away')],
  }

  it.each([
    ['was asked and answered', { ...NOTHING, fetched: 4 }, 'complete'],
    ['failed', failed, 'partial'],
  ] as const)(
    'a results service that %s has its own counts, and the feed keeps its',
    async (_, results, outcome) => {
      const counts: SourceCounts = { ...results, why: [...results.why] }
      const { ending } = await runOnce(fakes({ collectMatches: () => collected({}, counts) }))
      expect(ending).toEqual({
        outcome,
        counts: { feed: (await collected()).counts, results: countsInWords(counts) },
      })
    },
  )
})

describe('a feed', () => {
  it('fails the run within its bound if the feed stays unavailable, with the reason in the record', async () => {
    const steps = fakes({ collectMatches: () => Promise.reject(unavailable()) })
    const { ending, status, tookMs } = await runOnce(steps)
    expect(status).toBe('FAILED')
    expect(ending).toEqual({
      outcome: 'failed',
      counts: {
        feed: { ...NOTHING, outcome: 'failed', why: ['UpstreamUnavailable: The upstream does not answer.'] },
      },
      error: { type: 'RunFailed', message: 'feed: UpstreamUnavailable: The upstream does not answer.' },
    })
    expect(closingsOf(steps)).toEqual([ending])
    const asked = steps.callsOf('collectMatches').map(({ atMs }) => atMs - startMs(steps))
    expect(asked.length).toBeGreaterThan(3)
    expect(Math.max(...asked)).toBeLessThanOrEqual(MINUTELY_BOUND_MS - CLOSING_SHARE_MS)
    expect(tookMs).toBeLessThanOrEqual(MINUTELY_BOUND_MS)
  })

  it('a feed that is unavailable for some seconds leaves the run complete', async () => {
    const steps: MatchSteps = fakes({
      async collectMatches() {
        if ((await time.now()) < startMs(steps) + 10 * SECOND_MS) throw unavailable()
        return collected()
      },
    })
    const { ending } = await runOnce(steps)
    expect(ending).toEqual({ outcome: 'complete', counts: { feed: (await collected()).counts } })
    expect(steps.callsOf('collectMatches').length).toBeGreaterThan(1)
  })

  it('asks a feed that refuses us once, and not again in this minute', async () => {
    const blocked = new Failure('Blocked', 'The feed does not serve this network.')
    const steps = fakes({ collectMatches: () => Promise.reject(blocked) })
    const { ending, events } = await runOnce(steps)
    expect(ending.counts['feed']).toMatchObject({
      outcome: 'failed',
      why: ['Blocked: The feed does not serve this network.'],
    })
    expect(namesOf(steps)).toEqual(ALL_STEPS)
    expect(events.length).toBeLessThanOrEqual(MAX_EVENTS)
  })

  it('leaves a feed that asks to wait beyond this minute to the next', async () => {
    const limited = new Failure('RateLimited', 'Come back later.', { retryAfterMs: 5 * MINUTE_MS })
    const steps = fakes({ collectMatches: () => Promise.reject(limited) })
    const { ending, tookMs } = await runOnce(steps)
    expect(ending.counts['feed']).toMatchObject({ outcome: 'failed', why: ['RateLimited: Come back later.'] })
    expect(steps.callsOf('collectMatches')).toHaveLength(1)
    expect(tookMs).toBeLessThanOrEqual(MINUTELY_BOUND_MS)
  })

  it('a defect of ours in the feed fails the run with its name', async () => {
    const steps = fakes({ collectMatches: () => Promise.reject(new TypeError('undefined is not a score')) })
    const { ending, tookMs } = await runOnce(steps)
    expect(ending.counts['feed']?.why).toEqual(['Unclassified: TypeError: undefined is not a score'])
    expect(tookMs).toBeLessThanOrEqual(MINUTELY_BOUND_MS)
  })

  it('waits for the feed only for the time given in the input of the run', async () => {
    const steps = fakes({ collectMatches: () => Promise.reject(unavailable()) })
    const { ending, tookMs } = await runOnce(steps, { boundSeconds: 20 })
    expect(ending.outcome).toBe('failed')
    expect(tookMs).toBeLessThanOrEqual(20 * SECOND_MS)
  })
})

describe('the database', () => {
  it('a slow opening leaves the feed its time, and the run its bound', async () => {
    const steps: MatchSteps = fakes({
      async openMatchResults() {
        if ((await time.now()) < startMs(steps) + OPENING_MS / 3) throw AWAY
        return {}
      },
      collectMatches: () => Promise.reject(unavailable()),
      closeMatchResults: () => Promise.reject(AWAY),
    })
    const { ending, tookMs } = await runOnce(steps)
    expect(ending.outcome).toBe('failed')
    const asked = steps.callsOf('collectMatches').map(({ atMs }) => atMs - startMs(steps))
    expect(asked.length).toBeGreaterThan(3)
    expect(Math.max(...asked)).toBeLessThanOrEqual(MINUTELY_BOUND_MS - CLOSING_SHARE_MS)
    expect(tookMs).toBeLessThan(MINUTE_MS)
  })

  it('a record that cannot be closed does not change how the run ends', async () => {
    const steps = fakes({ closeMatchResults: () => Promise.reject(AWAY) })
    const { ending, status, tookMs } = await runOnce(steps)
    expect(status).toBe('COMPLETED')
    expect(ending).toEqual({ outcome: 'complete', counts: { feed: (await collected()).counts } })
    expect(steps.callsOf('closeMatchResults').length).toBeGreaterThan(1)
    expect(tookMs).toBeLessThanOrEqual(CLOSING_SHARE_MS + SECOND_MS)
  })

  it('skips without polling the feed if another run holds the lock', async () => {
    const skipped = { type: 'AlreadyRunning', message: 'already running: match-results-12:00' }
    const steps = fakes({
      openMatchResults: () => Promise.resolve({ skipped: { reason: failureReason(skipped) } }),
    })
    const { ending, status } = await runOnce(steps)
    expect(status).toBe('COMPLETED')
    expect(ending).toEqual({ outcome: 'skipped', counts: {}, error: skipped })
    expect(namesOf(steps)).toEqual(['openMatchResults', 'closeMatchResults'])
    expect(closingsOf(steps)).toEqual([ending])
  })
})

describe('a run for a past minute', () => {
  /** As a schedule starts it, this long after its time. */
  async function startedFor(lateMs: number): Promise<{ steps: MatchSteps; ending: EndingInWords }> {
    const steps = fakes()
    const worker = await time.createWorker(steps.activities)
    const input: RunInput = { trigger: 'schedule', latestMs: LATEST_MS }
    const scheduledFor = new Date((await time.now()) - lateMs)
    const ending = await worker.runUntil(async () =>
      endingOf(
        await time.client.workflow.start('matchResultsWorkflow', {
          taskQueue: TASK_QUEUE,
          workflowId: `match-results-${scheduledFor.toISOString()}`,
          args: [input],
          typedSearchAttributes: [{ key: SCHEDULED_FOR, value: scheduledFor }],
        }),
      ),
    )
    return { steps, ending }
  }

  it('does not poll the feed for a past minute, and says why', async () => {
    const { steps, ending } = await startedFor(LATEST_MS + 5 * SECOND_MS)
    expect(ending).toMatchObject({ outcome: 'skipped', error: { type: 'NoBackfill' } })
    expect(steps.callsOf('collectMatches')).toEqual([])
    expect(closingsOf(steps)).toEqual([ending])
  })

  it('a run that begins some seconds late is not one for a past minute', async () => {
    const { steps, ending } = await startedFor(LATEST_MS - 5 * SECOND_MS)
    expect(ending.outcome).toBe('complete')
    expect(steps.callsOf('collectMatches')).toHaveLength(1)
  })
})
