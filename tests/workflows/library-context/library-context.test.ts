/** What a night of library-context does, and in which order; what fails of it stops what depends on it and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LibraryContextActivities } from '../../../activities/library-context/index.ts'
import { Failure } from '../../../core/failures.ts'
import { NIGHTLY_BOUND_MS } from '../../../workflows/library-context/bounds.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  childrenIn,
  changes,
  closings,
  counted,
  fakeLibrarySteps,
  libraryOf,
  made,
  runLibraryContext,
  stepsFor,
  todos,
  type LibrarySteps,
} from './fake-library-steps.ts'
import { unavailable } from '../mod-stats/fake-steps.ts'
import { finishedBefore, type HistoryEvent } from '../history-order.ts'
import { failureReason, textReason } from '../../../core/reason.ts'

/** What one history may hold, so that its replay stays quick. */
const HISTORY_LIMIT = 1_500

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

/** Steps and chains of one history, in the order in which they were asked for. */
function askedFor(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => {
    const step = event.activityTaskScheduledEventAttributes?.activityType?.name
    if (step) return [step]
    return event.startChildWorkflowExecutionInitiatedEventAttributes ? ['chain'] : []
  })
}

/** Bounds of the steps of a history: of one attempt and of all, in milliseconds. */
function boundsIn(events: readonly HistoryEvent[]): { step: string; attempt: number; all: number }[] {
  const ms = (duration?: { seconds?: unknown; nanos?: number | null } | null) =>
    Number(duration?.seconds ?? 0) * 1000 + (duration?.nanos ?? 0) / 1e6
  return events.flatMap(({ activityTaskScheduledEventAttributes: asked }) =>
    asked
      ? [
          {
            step: asked.activityType?.name ?? '',
            attempt: ms(asked.startToCloseTimeout),
            all: ms(asked.scheduleToCloseTimeout),
          },
        ]
      : [],
  )
}

describe('a night', () => {
  it('asks the sources, then stars; publishes; looks for changes, makes contexts, publishes again', async () => {
    const { ending, histories } = await runOnce(fakes())
    expect(ending.outcome).toBe('complete')
    const [events = [], ...more] = histories
    expect(more).toEqual([])
    expect(askedFor(events)).toEqual([
      'openLibraryContext',
      'collectCatalogue',
      'collectCatalogue',
      'rankLibraries',
      'publishLibraries',
      'findChanges',
      'chain',
      'chain',
      'chain',
      'publishLibraries',
      'closeLibraryContext',
    ])
  })

  it('asks its sources concurrently, and ranks when all have ended', async () => {
    let asked = 0
    const steps = fakes({
      async collectCatalogue({ source }) {
        asked++
        // The first attempt of one fails; the other is asked meanwhile.
        if (source === 'ascl' && asked <= 2) throw unavailable()
        return counted()
      },
    })
    const { histories } = await runOnce(steps)
    const before = finishedBefore(histories[0] ?? [])
    expect(before('collectCatalogue')).toEqual(['openLibraryContext'])
    expect(before('rankLibraries')).toEqual(['collectCatalogue', 'collectCatalogue', 'openLibraryContext'])
    expect(steps.callsOf('collectCatalogue').length).toBeGreaterThan(2)
  })

  it('reports the parts of a night in the order in which they happened', async () => {
    const steps = fakes()
    const { ending } = await runOnce(steps)
    expect(Object.keys(ending.counts)).toEqual(['ascl', 'lists', 'stars', 'changes', 'contexts', 'files'])
    expect(ending.counts['changes']).toMatchObject({ fetched: 3, written: 3 })
    expect(ending.counts['contexts']).toMatchObject({ outcome: 'complete', fetched: 3, written: 3, why: [] })
    expect(closings(steps)).toEqual([ending])
    expect(Object.keys(closings(steps)[0]?.counts ?? {})).toEqual(Object.keys(ending.counts))
  })

  it('reports the files of the last publication', async () => {
    let published = 0
    const steps = fakes({ publishLibraries: () => counted({ written: ++published }) })
    const { ending } = await runOnce(steps)
    expect(ending.counts['files']?.written).toBe(2)
  })

  it('bounds every activity, one attempt of it and all, within the five hours of the night', async () => {
    const { histories } = await runOnce(fakes())
    const bounds = boundsIn(histories.flat())
    expect(bounds).toHaveLength(8)
    for (const { step, attempt, all } of bounds) {
      expect(attempt, step).toBeGreaterThan(0)
      expect(attempt, step).toBeLessThanOrEqual(all)
      expect(all, step).toBeLessThanOrEqual(NIGHTLY_BOUND_MS)
    }
  })

  it('only closes its record if another night holds the lock', async () => {
    const skipped = { type: 'AlreadyRunning', message: 'already running: library-context-1' }
    const steps = fakes({
      openLibraryContext: () =>
        Promise.resolve({ skipped: { reason: failureReason(skipped) }, sources: ['ascl'] }),
    })
    const { ending } = await runOnce(steps)
    expect(ending).toEqual({ outcome: 'skipped', counts: {}, error: skipped })
    expect(steps.calls.map(({ step }) => step)).toEqual(['openLibraryContext', 'closeLibraryContext'])
  })

  it('requests no list if one library is requested, and makes its context', async () => {
    const steps = fakes({ findChanges: () => changes(todos(1)) })
    const { ending } = await runOnce(steps, { library: 'Owner/lib1', force: true })
    expect(ending.outcome).toBe('complete')
    expect(Object.keys(ending.counts)).toEqual(['changes', 'contexts', 'files'])
    expect(steps.callsOf('collectCatalogue')).toEqual([])
    expect(steps.callsOf('rankLibraries')).toEqual([])
    expect(stepsFor(steps, 'Owner/lib1')).toEqual(['cloneLibrary', 'makeContext', 'removeClone'])
  })

  it('passes its parameters to every activity that decides by them', async () => {
    const steps = fakes()
    const params = { domain: 'astronomy', force: true }
    await runOnce(steps, params)
    const deciding = ['openLibraryContext', 'collectCatalogue', 'rankLibraries', 'findChanges'] as const
    for (const step of deciding)
      for (const { input } of steps.callsOf(step)) expect(input, step).toMatchObject({ params })
    // Beside each other: which is asked first is nobody's promise.
    const sources = steps.callsOf('collectCatalogue').map(({ input }) => (input as { source: string }).source)
    expect(sources.toSorted()).toEqual(['ascl', 'lists'])
  })
})

describe('a night with spooled rows', () => {
  it('reports the number of spooled contexts, counts none as written, and leaves the files to the drain', async () => {
    const steps = fakes({
      makeContext: ({ todo: { name } }) => made(name === 'Owner/lib2' ? { spooled: 2 } : {}),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['contexts']).toEqual({
      outcome: 'partial',
      fetched: 3,
      written: 2,
      rejected: 0,
      spooled: 2,
      why: ['spooled 2 rows: the database is unavailable'],
    })
    expect(ending.counts['files']).toMatchObject({
      outcome: 'skipped',
      why: ['left to the drain: rows of this run are in the spool, and the files are made from them'],
    })
    // Those of the lists, which came before.
    expect(steps.callsOf('publishLibraries')).toHaveLength(1)
    expect(closings(steps)).toEqual([ending])
  })

  it('reports the spooled result of a failed library, too', async () => {
    const steps = fakes({
      makeContext: () => Promise.reject(new Failure('DiskFull', 'No space left.')),
      recordFailedAttempt: () =>
        Promise.resolve({
          outcome: 'failed',
          reason: textReason('DiskFull: No space left.'),
          bytes: 0,
          spooled: 1,
        }),
    })
    const { ending } = await runOnce(steps)
    expect(ending.counts['contexts']).toMatchObject({ outcome: 'failed', spooled: 3 })
    expect(ending.counts['contexts']?.why).toContain('spooled 3 rows: the database is unavailable')
  })
})

describe('a run after a drain', () => {
  it('a run after a drain contacts no upstream, takes no lock, and publishes what is stored', async () => {
    const steps = fakes()
    const { ending } = await runOnce(steps, { derive: true })
    expect(ending.outcome).toBe('complete')
    expect(Object.keys(ending.counts)).toEqual(['files'])
    expect(steps.calls.map(({ step }) => step)).toEqual(['publishLibraries', 'closeLibraryContext'])
  })
})

describe('the child workflows of a night', () => {
  it.each([1, 3])(
    'runs at most the configured number of child workflows (%i), and as many if there is work',
    async (atOnce) => {
      const steps = fakes({ findChanges: () => changes(todos(8), { atOnce }) })
      const { ending, histories } = await runOnce(steps)
      const chains = childrenIn(histories[0] ?? [])
      expect(chains).toHaveLength(8)
      expect(Math.max(...chains.map(({ openThen }) => openThen))).toBe(atOnce)
      expect(ending.counts['contexts']).toMatchObject({ fetched: 8, written: 8 })
    },
  )

  it('names child workflows after the run and the library, and they are no runs of the pipeline', async () => {
    const { handle, histories } = await runOnce(fakes())
    const chains = childrenIn(histories[0] ?? [])
    expect(chains.map(({ workflowId }) => workflowId)).toEqual(
      todos(3).map(({ name }) => `${handle.workflowId}/${name}`),
    )
    for (const { attributes } of chains) expect(attributes).toEqual([])
  })

  it(
    'runs 120 libraries once each, over several histories of one night, which requests the lists once',
    { tags: 'long' },
    async () => {
      const batchOf = (after: number) =>
        after === 100 ? changes(todos(20, 101)) : changes(todos(50, after + 1), { next: after + 50 })
      const steps = fakes({ findChanges: ({ after }) => batchOf(after) })
      const { handle, ending, histories } = await runOnce(steps)
      expect(ending.outcome).toBe('complete')
      expect(histories.length).toBeGreaterThan(1)
      expect(Math.max(...histories.map(({ length }) => length))).toBeLessThan(HISTORY_LIMIT)
      expect(steps.callsOf('makeContext').map(libraryOf).sort()).toEqual(
        todos(120)
          .map(({ name }) => name)
          .sort(),
      )
      const after = steps.callsOf('findChanges').map(({ input }) => (input as { after: number }).after)
      expect(after).toEqual([0, 50, 100])
      expect(Object.keys(ending.counts)).toEqual(['ascl', 'lists', 'stars', 'changes', 'contexts', 'files'])
      for (const part of ['changes', 'contexts'])
        expect(ending.counts[part]).toMatchObject({ outcome: 'complete', fetched: 120, written: 120 })
      for (const step of ['openLibraryContext', 'rankLibraries', 'closeLibraryContext'] as const)
        expect(steps.callsOf(step), step).toHaveLength(1)
      expect(steps.callsOf('collectCatalogue')).toHaveLength(2)
      expect(steps.callsOf('publishLibraries')).toHaveLength(2)
      const runs = steps.calls.flatMap(({ run }) => (run === undefined ? [] : [run.runId]))
      expect(new Set(runs)).toEqual(new Set([handle.firstExecutionRunId]))
    },
  )

  it('reports in the night what became of each library', async () => {
    const answers: Record<string, Parameters<typeof made>[0]> = {
      'Owner/lib1': {},
      'Owner/lib2': { outcome: 'title-only', reason: textReason('fewer than 200 words') },
      'Owner/lib3': {
        reason: textReason('contextmaker safe: CommandTimedOut: 300 s'),
        notice: textReason('install bubblewrap'),
      },
      'Owner/lib4': { notice: textReason('install bubblewrap') },
    }
    const steps = fakes({
      findChanges: () => changes(todos(4), { atOnce: 1 }),
      makeContext: ({ todo }) => made(answers[todo.name]),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['contexts']).toEqual({
      outcome: 'partial',
      fetched: 4,
      written: 3,
      rejected: 1,
      why: [
        'Owner/lib2: fewer than 200 words',
        'install bubblewrap',
        'Owner/lib3: contextmaker safe: CommandTimedOut: 300 s',
      ],
    })
  })
})
