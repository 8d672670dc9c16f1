/** Workflows that somebody else starts, since the Temporal server asks nobody who they are: they command no file. */
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TASK_QUEUE } from '../../../client/task-queue.ts'
import type { RunEnding } from '../../../core/run-outcome.ts'
import type { ChildEnding } from '../../../activities/library-context/activity-context.ts'
import {
  startLibraryStack,
  withoutBubblewrap,
  type LibraryStack,
} from '../../support/library-context/library-stack.ts'
import { sectionOf, workFolders } from '../../support/library-context/library-nights.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'

const RUN_ID = '01a1ff96-7de3-7058-bb7c-22685f636182'

let library: LibraryStack
let worker: RunningWorker
let outside: string
beforeAll(async () => {
  library = await startLibraryStack({ libraryContext: sectionOf(['sphinx']) })
  worker = await library.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
})
afterAll(async () => {
  await worker.stop()
  await library.stop()
})
beforeEach(() => {
  outside = join(library.stack.config.stateDir, 'private')
  mkdirSync(join(outside, 'Owner__lib'), { recursive: true })
  chmodSync(outside, 0o700)
  writeFileSync(join(outside, 'Owner__lib', 'README.md'), '# A secret\n', { mode: 0o600 })
})

const run = (runId: string) => ({
  runId,
  workflowId: 'library-context-1',
  pipeline: 'library-context',
  trigger: 'manual',
  startedAt: new Date().toISOString(),
})
const todo = (name: string) => ({ library: name, name, why: 'new', failures: 0 })

async function ran<Result>(workflow: string, input: object): Promise<Result> {
  const handle = await library.stack.client.workflow.start(workflow, {
    taskQueue: TASK_QUEUE,
    workflowId: `foreign-${randomUUID()}`,
    args: [input],
  })
  return (await handle.result()) as Result
}

function expectUntouched(): void {
  expect(readdirSync(outside, { recursive: true }).toSorted()).toEqual(['Owner__lib', 'Owner__lib/README.md'])
  expect(statSync(outside).mode & 0o777).toBe(0o700)
  expect(statSync(join(outside, 'Owner__lib', 'README.md')).mode & 0o777).toBe(0o600)
  expect(workFolders(library.stack.config.workDir)).toEqual([])
}

it.each([
  ['run id', () => [run(relative(library.stack.config.workDir, outside)), todo('Owner/lib')] as const],
  [
    'library',
    () => [run(RUN_ID), todo(`../../${relative(library.stack.config.stateDir, outside)}`)] as const,
  ],
])('a child with steps in its %s ends as failed, and touches nothing', async (_, input) => {
  const [given, one] = input()
  const bounds = { boundMs: 60_000, cloneMs: 10_000, readMs: 10_000 }
  const ending = await ran<ChildEnding>('makeContextWorkflow', { run: given, todo: one, ...bounds })
  expectUntouched()
  expect(ending.outcome).toBe('failed')
  expect(JSON.stringify(ending)).toContain('InputInvalid')
})

it('a night that is resumed under such a run id ends as failed, and touches nothing', async () => {
  const resumed = {
    run: run(relative(library.stack.config.workDir, outside)),
    counts: {},
    cursors: { libraries: 0 },
  }
  const night = ran<RunEnding>('libraryContextWorkflow', { trigger: 'manual', resumed })
  await expect(night).rejects.toMatchObject({
    cause: { type: 'RunFailed', message: expect.stringContaining('InputInvalid') as string },
  })
  expectUntouched()
})
