/** Nights and chains that an operator ends, on a real server. */
import { cancellationSignal } from '@temporalio/activity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Clone } from '../../../activities/library-context/inputs.ts'
import type { LibraryContextActivities } from '../../../activities/library-context/index.ts'
import { type RunHandle } from '../../../client/runs.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { TASK_QUEUE } from '../../../client/task-queue.ts'
import { startDevServer, type TestServer } from '../../support/time-skipping.ts'
import { until } from '../../support/until.ts'
import {
  changes,
  CLONE_BYTES,
  closings,
  fakeLibrarySteps,
  outcomes,
  startLibraryContext,
  stepsFor,
  todo,
  todos,
  type LibrarySteps,
} from './fake-library-steps.ts'
import { unavailable } from '../mod-stats/fake-steps.ts'

let server: TestServer
beforeAll(async () => {
  server = await startDevServer()
})
afterAll(async () => {
  await server.stop()
})

/** Clones that are at work until they are cancelled; of these libraries, the others' come at once. */
function hangingClones(...names: string[]) {
  const begun = new Set<string>()
  const cancelled = new Set<string>()
  const cloneLibrary: LibraryContextActivities['cloneLibrary'] = ({ todo: { name } }) => {
    if (!names.includes(name)) return Promise.resolve({ commit: 'c0ffee', bytes: CLONE_BYTES })
    const signal = cancellationSignal()
    begun.add(name)
    return new Promise<Clone>((_, reject) => {
      signal.addEventListener('abort', () => {
        cancelled.add(name)
        reject(unavailable())
      })
    })
  }
  const allBegun = () => until(() => begun.size === names.length)
  const allCancelled = () => until(() => cancelled.size === names.length)
  return { cloneLibrary, allBegun, allCancelled }
}

const childOf = (night: RunHandle, name: string) =>
  server.client.workflow.getHandle(`${night.workflowId}/${name}`)

const statusOf = async (handle: Pick<RunHandle, 'describe'>) => (await handle.describe()).status.name

/** Starts a night with these steps and does something while it runs; the worker runs until that is done. */
async function during<Answer>(
  steps: LibrarySteps,
  act: (night: RunHandle) => Promise<Answer>,
): Promise<Answer> {
  const worker = await server.createWorker(steps.activities)
  return worker.runUntil(async () => act(await startLibraryContext(server)))
}

describe('a night that is cancelled during its clones', () => {
  it('a cancelled night ends its clones, removes them, starts no other library, and closes its record', async () => {
    const clones = hangingClones('Owner/lib1', 'Owner/lib2')
    const steps = fakeLibrarySteps(server, {
      findChanges: () => changes(todos(5), { atOnce: 2 }),
      cloneLibrary: clones.cloneLibrary,
    })
    await during(steps, async (night) => {
      await clones.allBegun()
      await night.cancel()
      const ending = await endingOf(night)
      expect(ending.outcome).toBe('cancelled')
      await clones.allCancelled()
      const chains = ['Owner/lib1', 'Owner/lib2'].map((name) => childOf(night, name))
      for (const child of chains) await until(async () => (await statusOf(child)) === 'CANCELLED')
      expect(await statusOf(night)).toBe('CANCELLED')
    })
    for (const name of ['Owner/lib1', 'Owner/lib2'])
      expect(stepsFor(steps, name)).toEqual(['cloneLibrary', 'removeClone'])
    expect(steps.callsOf('claimHost')).toHaveLength(2)
    expect(steps.callsOf('recordFailedAttempt')).toEqual([])
    const [closing, ...more] = closings(steps)
    expect(more).toEqual([])
    expect(closing?.outcome).toBe('cancelled')
    expect(closing && outcomes(closing).map(([name]) => name)).toEqual([
      'ascl',
      'lists',
      'stars',
      'files',
      'changes',
    ])
  })

  it('a cancelled night keeps in its record what finished libraries gave', async () => {
    const clones = hangingClones('Owner/lib3')
    const steps = fakeLibrarySteps(server, {
      findChanges: () => changes(todos(3), { atOnce: 1 }),
      cloneLibrary: clones.cloneLibrary,
    })
    await during(steps, async (night) => {
      await clones.allBegun()
      await night.cancel()
      expect((await endingOf(night)).outcome).toBe('cancelled')
      await clones.allCancelled()
      await until(async () => (await statusOf(childOf(night, 'Owner/lib3'))) === 'CANCELLED')
    })
    expect(closings(steps)[0]?.counts['contexts']).toMatchObject({ outcome: 'complete', written: 2 })
  })

  it('a cancelled night removes its clones before its record is closed, even if that takes longer', async () => {
    const clones = hangingClones('Owner/lib1', 'Owner/lib2')
    let tried = 0
    const steps = fakeLibrarySteps(server, {
      findChanges: () => changes(todos(2), { atOnce: 2 }),
      cloneLibrary: clones.cloneLibrary,
      removeClone: ({ todo: { name } }) =>
        name === 'Owner/lib2' && ++tried === 1 ? Promise.reject(new Error('EBUSY')) : Promise.resolve(),
    })
    await during(steps, async (night) => {
      await clones.allBegun()
      await night.cancel()
      await endingOf(night)
    })
    const order = steps.calls.map(({ step }) => step)
    expect(order.lastIndexOf('removeClone')).toBeLessThan(order.indexOf('closeLibraryContext'))
    expect(steps.callsOf('removeClone')).toHaveLength(3)
  })
})

describe('one child workflow that an operator ends', () => {
  it.each([
    {
      way: 'cancel',
      status: 'CANCELLED',
      message: 'Cancelled: its child workflow was cancelled separately',
      done: ['cloneLibrary', 'removeClone'],
    },
    {
      way: 'terminate',
      status: 'TERMINATED',
      message: 'Terminated: its child workflow was terminated',
      // Its clone is swept by the next run on that host.
      done: ['cloneLibrary'],
    },
  ] as const)(
    'fails that library ($way), and the night continues',
    async ({ way, status, message, done }) => {
      const clones = hangingClones('Owner/lib2')
      const steps = fakeLibrarySteps(server, {
        findChanges: () => changes(todos(4), { atOnce: 2 }),
        cloneLibrary: clones.cloneLibrary,
      })
      await during(steps, async (night) => {
        await clones.allBegun()
        const child = childOf(night, 'Owner/lib2')
        await (way === 'cancel' ? child.cancel() : child.terminate())
        const ending = await endingOf(night)
        expect(ending.outcome).toBe('partial')
        const { why, ...contexts } = ending.counts['contexts'] ?? {}
        expect(contexts).toEqual({ outcome: 'partial', fetched: 4, written: 3, rejected: 0 })
        expect(why).toEqual([`Owner/lib2: ${message}`])
        expect(ending.counts['files']?.outcome).toBe('complete')
        expect(await statusOf(child)).toBe(status)
        await clones.allCancelled()
      })
      expect(stepsFor(steps, 'Owner/lib2')).toEqual(done)
    },
  )
})

describe('a child workflow that still runs from an earlier start of its night (a reset)', () => {
  it('leaves a child workflow of an earlier start alone: its library fails, and the others continue', async () => {
    const clones = hangingClones('Owner/lib1')
    const steps = fakeLibrarySteps(server, {
      async findChanges({ run }) {
        await server.client.workflow.start('makeContextWorkflow', {
          taskQueue: TASK_QUEUE,
          workflowId: `${run.workflowId}/Owner/lib1`,
          args: [{ run, todo: todo(1), boundMs: 3_600_000, cloneMs: 300_000, readMs: 300_000 }],
        })
        await clones.allBegun()
        return changes(todos(2))
      },
      cloneLibrary: clones.cloneLibrary,
    })
    await during(steps, async (night) => {
      const ending = await endingOf(night)
      expect(ending.outcome).toBe('partial')
      expect(ending.counts['contexts']).toMatchObject({
        fetched: 2,
        written: 1,
        why: [`Owner/lib1: AlreadyRunning: ${night.workflowId}/Owner/lib1`],
      })
      await childOf(night, 'Owner/lib1').cancel()
      await clones.allCancelled()
      await until(async () => (await statusOf(childOf(night, 'Owner/lib1'))) === 'CANCELLED')
    })
    expect(stepsFor(steps, 'Owner/lib1')).toEqual(['cloneLibrary', 'removeClone'])
  })
})

describe('a terminated night', () => {
  it('the child workflows of a terminated night end their clones and remove them', async () => {
    const clones = hangingClones('Owner/lib1', 'Owner/lib2')
    const steps = fakeLibrarySteps(server, {
      findChanges: () => changes(todos(3), { atOnce: 2 }),
      cloneLibrary: clones.cloneLibrary,
    })
    await during(steps, async (night) => {
      await clones.allBegun()
      await night.terminate('an operator had enough')
      const ending = await endingOf(night)
      expect(ending.outcome).toBe('interrupted')
      await clones.allCancelled()
      for (const name of ['Owner/lib1', 'Owner/lib2'])
        await until(async () => (await statusOf(childOf(night, name))) === 'CANCELLED')
    })
    for (const name of ['Owner/lib1', 'Owner/lib2'])
      expect(stepsFor(steps, name)).toEqual(['cloneLibrary', 'removeClone'])
    expect(steps.callsOf('closeLibraryContext')).toEqual([])
  })
})
