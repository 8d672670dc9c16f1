/** Nights of library-context in which a part fails for good, or the time runs out: the rest is done, and the run says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import type { LibraryContextActivities } from '../../../activities/library-context/index.ts'
import { Failure } from '../../../core/failures.ts'
import { PUBLISHING_MS } from '../../../workflows/library-context/bounds.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  childrenIn,
  changes,
  closings,
  counted,
  fakeLibrarySteps,
  NOBODY,
  outcomes,
  runLibraryContext,
  todos,
  type LibrarySteps,
} from './fake-library-steps.ts'
import { textReason } from '../../../core/reason.ts'

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const fakes = (own?: Partial<LibraryContextActivities>) => fakeLibrarySteps(time, own)
const runOnce = (steps: LibrarySteps, params: Record<string, unknown> = {}) =>
  runLibraryContext(time, steps, { params })
const refused = () => Promise.reject(new Failure('UpstreamRejected', 'The upstream refuses the question.'))
const REFUSED = 'UpstreamRejected: The upstream refuses the question.'

describe('a part of a night that fails for good', () => {
  it('a night is partial when one source fails; stars are requested and contexts made', async () => {
    const steps = fakes({
      collectCatalogue: ({ source }) => (source === 'ascl' ? refused() : counted()),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['ascl']).toMatchObject({ outcome: 'failed', why: [REFUSED] })
    expect(outcomes(ending).filter(([name]) => name !== 'ascl')).toEqual(
      ['lists', 'stars', 'changes', 'contexts', 'files'].map((name) => [name, 'complete']),
    )
    expect(steps.callsOf('rankLibraries')).toHaveLength(1)
    expect(steps.callsOf('makeContext')).toHaveLength(3)
  })

  it('fails with the reasons when every source fails before there is any list', async () => {
    const nothing = (why: string) =>
      counted({ outcome: 'skipped', fetched: 0, written: 0, why: [textReason(why)] })
    const steps = fakes({
      collectCatalogue: refused,
      rankLibraries: () => nothing('there is no candidate yet'),
      findChanges: () =>
        changes([], { counts: { outcome: 'skipped', why: [textReason('there is no list yet')] } }),
      publishLibraries: () => nothing('there is no list yet'),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('failed')
    expect(ending.error?.type).toBe('RunFailed')
    expect(ending.error?.message.split(' | ').slice(0, 2)).toEqual([`ascl: ${REFUSED}`, `lists: ${REFUSED}`])
    expect(closings(steps)).toEqual([ending])
  })

  it('keeps the contexts of the last list up to date when the stars fail', async () => {
    const steps = fakes({ rankLibraries: refused })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['stars']).toMatchObject({ outcome: 'failed', why: [REFUSED] })
    expect(ending.counts['contexts']).toMatchObject({ outcome: 'complete', written: 3 })
  })

  it('publishes the lists and closes the record when the search for changes fails', async () => {
    const steps = fakes({ findChanges: refused })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(outcomes(ending)).toEqual([
      ...['ascl', 'lists', 'stars'].map((name) => [name, 'complete']),
      ['changes', 'failed'],
      ['files', 'complete'],
    ])
    expect(steps.callsOf('publishLibraries')).toHaveLength(2)
    expect(closings(steps)).toEqual([ending])
  })

  it('keeps the first batch when the search for changes in the second fails', async () => {
    const steps = fakes({
      findChanges: ({ after }) => (after === 0 ? changes(todos(2), { next: 50 }) : refused()),
    })
    const { ending } = await runOnce(steps)
    expect(ending.counts['changes']).toMatchObject({ outcome: 'partial', fetched: 2, why: [REFUSED] })
    expect(ending.counts['contexts']).toMatchObject({ outcome: 'complete', written: 2 })
  })

  it('a night is partial with its contexts made when the files fail', async () => {
    const steps = fakes({ publishLibraries: () => Promise.reject(new Failure('DiskFull', 'No space left.')) })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['files']).toMatchObject({ outcome: 'failed', why: ['DiskFull: No space left.'] })
    expect(ending.counts['contexts']).toMatchObject({ outcome: 'complete', written: 3 })
  })
})

describe('a night that reaches its bound', () => {
  it('a night at its bound fails the libraries that had no turn, and publishes', async () => {
    // Time for two chains that wait minutes for a host whose worker is gone, and for no third.
    const boundMs = 2 * PUBLISHING_MS + 100_000
    const steps = fakes({
      findChanges: () => changes(todos(5), { atOnce: 1 }),
      claimHost: () => Promise.resolve({ queue: NOBODY, cleanupQueue: NOBODY }),
    })
    const { ending, histories } = await runOnce(steps, { boundSeconds: boundMs / 1000 })
    expect(ending.outcome).toBe('partial')
    const { why = [], ...contexts } = ending.counts['contexts'] ?? {}
    expect(contexts).toMatchObject({ outcome: 'failed', fetched: 5, written: 0 })
    const late = why.filter((one) => one.endsWith(': TimedOut: the night ended before its turn'))
    const begun = childrenIn(histories[0] ?? []).length
    expect(begun).toBe(2)
    expect(late).toHaveLength(5 - begun)
    expect(late[0]).toBe(`Owner/lib${begun + 1}: TimedOut: the night ended before its turn`)
    const startMs = Date.parse(steps.calls[0]?.run?.startedAt ?? '')
    const [first, last, ...more] = steps.callsOf('publishLibraries').map(({ atMs }) => atMs - startMs)
    expect(more).toEqual([])
    expect(first).toBeLessThan(MINUTE_MS)
    expect(last).toBeGreaterThanOrEqual(boundMs - PUBLISHING_MS)
    expect(last).toBeLessThan(boundMs)
    expect(ending.counts['files']?.outcome).toBe('complete')
    expect(closings(steps)).toEqual([ending])
  })
})
