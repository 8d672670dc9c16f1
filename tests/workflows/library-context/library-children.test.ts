/** One library's chain: which host's queues its steps go to, what it does after a failure, and when it gives up. */
import { activityInfo } from '@temporalio/activity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import type { ChildStep } from '../../../activities/library-context/inputs.ts'
import type { LibraryContextActivities } from '../../../activities/library-context/index.ts'
import { TASK_QUEUE } from '../../../client/task-queue.ts'
import { Failure } from '../../../core/failures.ts'
import {
  CHAIN_ROUNDS,
  CLEANUP_MS,
  HOST_AWAY_MS,
  NIGHTLY_BOUND_MS,
} from '../../../workflows/library-context/bounds.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  childrenIn,
  changes,
  CLONE_BYTES,
  createHostWorker,
  fakeLibrarySteps,
  libraryOf,
  LOST_AFTER_CLONE,
  made,
  NOBODY,
  runLibraryContext,
  stepsFor,
  todo,
  todos,
  type LibrarySteps,
} from './fake-library-steps.ts'
import { unavailable } from '../mod-stats/fake-steps.ts'
/** More attempts of a step on one library than this would hold its place all night. */
const MAX_ATTEMPTS = 5

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

/** Activities of a night of these libraries, by default one after the other; with the queues of the child workflows. */
function fakes(
  own: Partial<LibraryContextActivities> = {},
  libraries = todos(1),
  atOnce = 1,
): LibrarySteps & { queues: string[] } {
  const queues: string[] = []
  const noted = <Input extends ChildStep, Answer>(name: string, work: (input: Input) => Answer) => {
    return (input: Input): Answer => {
      queues.push(`${name} ${activityInfo().taskQueue}`)
      return work(input)
    }
  }
  const { cloneLibrary, makeContext, removeClone, ...others } = own
  const steps = fakeLibrarySteps(time, {
    findChanges: () => changes(libraries, { atOnce }),
    cloneLibrary: noted(
      'clone',
      cloneLibrary ?? (() => Promise.resolve({ commit: 'c0ffee', bytes: CLONE_BYTES })),
    ),
    makeContext: noted('read', makeContext ?? (() => made())),
    removeClone: noted('remove', removeClone ?? (() => Promise.resolve())),
    ...others,
  })
  return { ...steps, queues }
}

/** The reasons with which chains were recorded as failed, by library. */
function recorded(steps: LibrarySteps): [string | undefined, string][] {
  return steps
    .callsOf('recordFailedAttempt')
    .map((call) => [libraryOf(call), (call.input as { reason: { type: string } }).reason.type])
}

const hosts = (steps: LibrarySteps, ...queues: string[]) =>
  Promise.all(queues.map((queue) => createHostWorker(time, queue, steps)))

describe('the child workflow of a library', () => {
  it('requests a host, clones and reads on its queue, and cleans up on the queue for that', async () => {
    const steps = fakes({
      claimHost: () => Promise.resolve({ queue: 'host-1', cleanupQueue: 'host-1-cleanup' }),
    })
    const { ending } = await runLibraryContext(time, steps, {
      hosts: await hosts(steps, 'host-1', 'host-1-cleanup'),
    })
    expect(ending.outcome).toBe('complete')
    expect(steps.queues).toEqual(['clone host-1', 'read host-1', 'remove host-1-cleanup'])
    const { run } = steps.calls[0] ?? {}
    expect(steps.callsOf('claimHost').map(({ input }) => input)).toEqual([run])
    expect(steps.callsOf('makeContext').map(({ input }) => input)).toEqual([
      { run, todo: todo(1), clone: { commit: 'c0ffee', bytes: CLONE_BYTES } },
    ])
  })

  it("bounds every activity by its programs' settings, and by the night", async () => {
    const { handle } = await runLibraryContext(time, fakes())
    const { events } = await time.client.workflow.getHandle(`${handle.workflowId}/Owner/lib1`).fetchHistory()
    const bounds = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: asked }) =>
      asked
        ? [
            [
              asked.activityType?.name ?? '',
              Number(asked.startToCloseTimeout?.seconds) * 1000,
              Number(asked.scheduleToCloseTimeout?.seconds) * 1000,
              Number(asked.scheduleToStartTimeout?.seconds) * 1000,
            ] as const,
          ]
        : [],
    )
    expect(bounds.map(([step]) => step)).toEqual(['claimHost', 'cloneLibrary', 'makeContext', 'removeClone'])
    for (const [step, attempt, all] of bounds) {
      expect(attempt, step).toBeGreaterThan(0)
      expect(attempt, step).toBeLessThanOrEqual(all)
      expect(all, step).toBeLessThan(NIGHTLY_BOUND_MS)
    }
    const [, clone, read, remove] = bounds
    // The fakes' settings, and a minute in which the step itself says that the time is over.
    expect(clone?.[1]).toBe(300_000 + MINUTE_MS)
    expect(read?.[1]).toBe(720_000 + MINUTE_MS)
    expect(remove?.[2]).toBe(CLEANUP_MS)
    for (const step of [clone, read]) expect(step?.[3]).toBe(HOST_AWAY_MS)
    expect(remove?.[3]).toBeLessThan(HOST_AWAY_MS)
  })

  it('records a clone that fails for good with the reason and cleans up; the others continue', async () => {
    const steps = fakes(
      {
        cloneLibrary: ({ todo: { name } }) =>
          name === 'Owner/lib2'
            ? Promise.reject(new Failure('NotFound', 'Owner/lib2 cannot be cloned: it is gone.'))
            : Promise.resolve({ commit: 'c0ffee', bytes: CLONE_BYTES }),
      },
      todos(3),
      2,
    )
    const { ending } = await runLibraryContext(time, steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['contexts']).toEqual({
      outcome: 'partial',
      fetched: 3,
      written: 2,
      rejected: 0,
      why: ['Owner/lib2: NotFound: Owner/lib2 cannot be cloned: it is gone.'],
    })
    expect(stepsFor(steps, 'Owner/lib2')).toEqual(['cloneLibrary', 'removeClone', 'recordFailedAttempt'])
    expect(steps.callsOf('recordFailedAttempt').map(({ input }) => input)).toEqual([
      {
        run: steps.calls[0]?.run,
        todo: todo(2),
        reason: { type: 'NotFound', message: 'Owner/lib2 cannot be cloned: it is gone.' },
      },
    ])
  })

  it('records a reading that fails for good and cleans up as well', async () => {
    const steps = fakes({ makeContext: () => Promise.reject(new Failure('DiskFull', 'No space left.')) })
    const { ending } = await runLibraryContext(time, steps)
    expect(ending.counts['contexts']?.why).toEqual(['Owner/lib1: DiskFull: No space left.'])
    expect(stepsFor(steps, 'Owner/lib1')).toEqual([
      'cloneLibrary',
      'makeContext',
      'removeClone',
      'recordFailedAttempt',
    ])
  })

  it('a library is complete when its clone fails twice while the server is unavailable, and then succeeds', async () => {
    let asked = 0
    const clone = { commit: 'c0ffee', bytes: CLONE_BYTES }
    const steps = fakes({
      cloneLibrary: () => (++asked <= 2 ? Promise.reject(unavailable()) : Promise.resolve(clone)),
    })
    const { ending } = await runLibraryContext(time, steps)
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['contexts']).toMatchObject({ written: 1, why: [] })
    expect(steps.callsOf('cloneLibrary').map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(recorded(steps)).toEqual([])
  })

  it('a library releases its slot within minutes if its server stays unavailable', async () => {
    const steps = fakes({ cloneLibrary: () => Promise.reject(unavailable()) })
    const { ending } = await runLibraryContext(time, steps)
    expect(ending.counts['contexts']?.why).toEqual([
      'Owner/lib1: UpstreamUnavailable: The upstream does not answer.',
    ])
    const tried = steps.callsOf('cloneLibrary')
    expect(tried).toHaveLength(MAX_ATTEMPTS)
    expect((tried.at(-1)?.atMs ?? 0) - (tried[0]?.atMs ?? 0)).toBeLessThan(5 * MINUTE_MS)
    expect(stepsFor(steps, 'Owner/lib1').slice(-2)).toEqual(['removeClone', 'recordFailedAttempt'])
  })

  it('keeps the result of a library whose clone cannot be removed', async () => {
    const steps = fakes({ removeClone: () => Promise.reject(new Error('EBUSY')) })
    const { ending } = await runLibraryContext(time, steps)
    expect(ending.outcome).toBe('complete')
    expect(steps.callsOf('removeClone')).toHaveLength(MAX_ATTEMPTS)
    expect(recorded(steps)).toEqual([])
  })

  it('reports to the night why a library failed even if that cannot be recorded', async () => {
    const steps = fakes({
      cloneLibrary: () => Promise.reject(new Failure('NotFound', 'It is gone.')),
      recordFailedAttempt: () => Promise.reject(new Failure('Conflict', 'No such library.')),
    })
    const { ending } = await runLibraryContext(time, steps)
    const [why, ...more] = ending.counts['contexts']?.why ?? []
    expect(more).toEqual([])
    expect(why).toContain('Owner/lib1: NotFound: It is gone.')
    expect(why).toContain('Conflict: No such library.')
  })
})

describe('a host without its worker', () => {
  it('a lost host passes its library to the next host, which starts over', async () => {
    let claimed = 0
    const steps = fakes({
      claimHost: () =>
        Promise.resolve(
          ++claimed === 1
            ? { queue: NOBODY, cleanupQueue: NOBODY }
            : { queue: 'host-2', cleanupQueue: 'host-2' },
        ),
    })
    const { ending } = await runLibraryContext(time, steps, { hosts: await hosts(steps, 'host-2') })
    expect(ending.outcome).toBe('complete')
    expect(claimed).toBe(2)
    expect(steps.queues).toEqual(['clone host-2', 'read host-2', 'remove host-2'])
    expect(recorded(steps)).toEqual([])
  })

  it('a host lost between two activities passes its library on, and the next host clones again', async () => {
    const queues = [LOST_AFTER_CLONE, TASK_QUEUE]
    let endNight: () => void = () => undefined
    const nightEnded = new Promise<void>((resolve) => {
      endNight = resolve
    })
    const steps = fakes({
      claimHost: () => Promise.resolve({ queue: queues.shift() ?? TASK_QUEUE, cleanupQueue: TASK_QUEUE }),
      async cloneLibrary() {
        const clone = { commit: 'c0ffee', bytes: CLONE_BYTES }
        if (activityInfo().taskQueue !== TASK_QUEUE) {
          // The result arrives, and its host's only slot stays taken: it never polls again.
          await time.client.activity.complete(activityInfo().taskToken, clone)
          await nightEnded
        }
        return clone
      },
    })
    const host = await createHostWorker(time, LOST_AFTER_CLONE, steps, {
      maxConcurrentActivityTaskExecutions: 1,
      // Without our heartbeat, which would end an activity that is complete.
      interceptors: {},
    })
    const { ending } = await host.runUntil(runLibraryContext(time, steps).finally(endNight))
    expect(ending.outcome).toBe('complete')
    expect(steps.queues).toEqual([
      `clone ${LOST_AFTER_CLONE}`,
      ...['remove', 'clone', 'read', 'remove'].map((step) => `${step} ${TASK_QUEUE}`),
    ])
    expect(recorded(steps)).toEqual([])
  })

  it('gives up as HostLost within minutes after as many hosts as a library may cost', async () => {
    const steps = fakes(
      { claimHost: () => Promise.resolve({ queue: NOBODY, cleanupQueue: NOBODY }) },
      todos(2),
    )
    const { ending, histories } = await runLibraryContext(time, steps)
    expect(ending.outcome).toBe('partial')
    const reason = `HostLost: no worker of its host took its activities, ${CHAIN_ROUNDS} times`
    expect(ending.counts['contexts']).toMatchObject({
      outcome: 'failed',
      why: [`Owner/lib1: ${reason}`, `Owner/lib2: ${reason}`],
    })
    expect(steps.callsOf('claimHost')).toHaveLength(2 * CHAIN_ROUNDS)
    expect(recorded(steps)).toEqual([
      ['Owner/lib1', 'HostLost'],
      ['Owner/lib2', 'HostLost'],
    ])
    expect(childrenIn(histories[0] ?? [])).toHaveLength(2)
    const [first, second] = steps.callsOf('recordFailedAttempt').map(({ atMs }) => atMs)
    // A step that nobody takes, and the removal after it, in each round.
    expect((second ?? 0) - (first ?? 0)).toBeLessThan(CHAIN_ROUNDS * 2 * (HOST_AWAY_MS + MINUTE_MS))
  })

  it('a host lost during clean-up delays the night by a moment, and loses no context', async () => {
    const steps = fakes(
      { claimHost: () => Promise.resolve({ queue: TASK_QUEUE, cleanupQueue: NOBODY }) },
      todos(2),
    )
    const { ending } = await runLibraryContext(time, steps)
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['contexts']).toMatchObject({ written: 2, why: [] })
    expect(steps.callsOf('removeClone')).toEqual([])
    const [first, second] = steps.callsOf('claimHost').map(({ atMs }) => atMs)
    expect((second ?? 0) - (first ?? 0)).toBeLessThan(2 * HOST_AWAY_MS)
  })
})
