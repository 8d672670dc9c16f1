/**
 * Nights on which something breaks: a killed worker, a killed contextmaker, an unavailable git server, no sandbox. Each
 * ends with a correct outcome, and leaves no clone and no process behind.
 */
import { WorkflowNotFoundError } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandLine, processes } from '../../../activities/library-context/contextmaker/processes.ts'
import { startRun } from '../../../client/runs.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { temporalExecutable } from '../../../local/temporal-binary.ts'
import type { RepositoryKind } from '../../../simulator/library-context/libraries.ts'
import { startCommand } from '../../support/command.ts'
import { describeSandbox, testVenv } from '../../support/library-context/contextmaker.ts'
import {
  attemptAt,
  DOMAIN,
  expectContained,
  expectContext,
  isRunning,
  listOnly,
  nameOf,
  sandboxesOf,
  sectionOf,
  workFolders,
  type Sandbox,
} from '../../support/library-context/library-nights.ts'
import {
  libraryContext,
  type LibraryWorkerChange,
  outcomesOf,
  startLibraryStack,
  summaryOf,
  whyOf,
  withoutBubblewrap,
  type LibraryStack,
} from '../../support/library-context/library-stack.ts'
import { toolsDir } from '../../support/tools-dir.ts'
import { temporalCommand } from '../../support/temporal-command.ts'
import { until } from '../../support/until.ts'

/** Of the endless payload, which is let run to its end here: long enough to be found and killed in its middle. */
const CONTEXTMAKER_SECONDS = 15
/** A clone is killed well within this time, and a git that outlives it ends soon after. */
const SLOW_CLONE_MS = 15_000

let library: LibraryStack
beforeAll(async () => {
  library = await startLibraryStack({
    libraryContext: sectionOf(['sleeps', 'sphinx'], {
      mode: 'native',
      contextmaker_seconds: CONTEXTMAKER_SECONDS,
    }),
  })
})
beforeEach(() => library.reset())
afterEach(async () => {
  await expectContained(library)
})
afterAll(() => library.stop())

/** One night, or what else, with a worker that ends with it. */
async function withWorker<T>(change: LibraryWorkerChange, work: () => Promise<T>): Promise<T> {
  const worker = await library.startWorker(change)
  try {
    return await work()
  } finally {
    await worker.stop()
  }
}

/** The static reader makes the contexts, since it is fast and the fault is elsewhere. */
const QUICK: LibraryWorkerChange = { dependencies: { contextmaker: withoutBubblewrap() } }

/** The sandbox in which a process of this id runs the payload that sleeps. */
const sleeping = (parent: number): Promise<Sandbox> =>
  until(async () => {
    for (const sandbox of await sandboxesOf(parent))
      if ((await commandLine(sandbox.pid)).includes(' sleeps native ')) return sandbox
    return undefined
  })

/** Processes of git that work in a folder. */
async function gitsIn(folder: string): Promise<number[]> {
  const lines = await Promise.all(
    (await processes()).map(async ({ pid }) => ({ pid, line: await commandLine(pid) })),
  )
  return lines.filter(({ line }) => line.startsWith('git ') && line.includes(folder)).map(({ pid }) => pid)
}

describeSandbox('a worker killed twice in one night', () => {
  it(
    'loses a host once during a clone and once during contextmaker: others finish the night, and nothing stays',
    { tags: 'long' },
    async () => {
      await testVenv()
      const { simulator, config, client, env, database } = library.stack
      simulator.faults.set('git', { kind: 'latency', ms: SLOW_CLONE_MS, match: 'git-upload-pack$' })
      const first = startCommand(['worker'], env)
      await first.said(/polling/)
      const handle = await startRun(client, libraryContext(), 'manual', {})
      await until(async () => (await gitsIn(config.workDir)).length > 0)
      first.kill('SIGKILL')
      await first.ended
      expect(workFolders(config.workDir)).toEqual([handle.firstExecutionRunId])
      simulator.faults.clear()

      const second = startCommand(['worker'], env)
      const sandbox = await sleeping(second.pid)
      second.kill('SIGKILL')
      await second.ended
      await until(async () => !(await isRunning(sandbox)))

      const third = startCommand(['worker'], env)
      const ending = await endingOf(handle)
      third.kill('SIGTERM')
      expect((await third.ended).code).toBe(0)
      expect(outcomesOf(ending)).toMatchObject({ contexts: 'complete', files: 'complete' })
      expect(ending.counts['contexts']).toMatchObject({ fetched: 2, written: 2 })
      const { reason, mode, verdicts } = await attemptAt(library, 'sleeps')
      expect([mode, verdicts.length]).toEqual(['strip', 2])
      expect(reason).toBe(
        'contextmaker native: CommandTimedOut: contextmaker (native mode) did not end within 15 s and was killed.',
      )
      for (const kind of ['sleeps', 'sphinx'] as const) await expectContext(library, kind)
      const records = await database.select(sql`select outcome, run_id from pipeline_runs`)
      expect(records).toEqual([{ outcome: ending.outcome, run_id: handle.firstExecutionRunId }])
      await until(async () => (await gitsIn(config.workDir)).length === 0)
    },
  )
})

describeSandbox('contextmaker killed from outside', () => {
  it('reports a failed mode, and the library gets its context from the next mode', async () => {
    await testVenv()
    listOnly(library, ['sleeps'])
    const night = await withWorker({ libraryContext: { contextmaker_seconds: 300 } }, async () => {
      const running = library.night()
      const { pid } = await sleeping(process.pid)
      process.kill(-pid, 'SIGKILL')
      return running
    })
    const { reason, mode } = await attemptAt(library, 'sleeps')
    expect(reason?.split(': ').slice(0, 3)).toEqual([
      'contextmaker native',
      'CommandFailed',
      'contextmaker (native mode) was ended by SIGKILL',
    ])
    expect(mode).toBe('strip')
    await expectContext(library, 'sleeps')
    expect(night.summary.made).toMatchObject([{ engine: 'contextmaker strip', note: reason }])
  })
})

describe('a machine without bubblewrap', () => {
  it('without bubblewrap, runs no code of a library, uses the static engine, and says once how to install it', async () => {
    await testVenv()
    const kinds: RepositoryKind[] = ['sleeps', 'writes-outside']
    listOnly(library, kinds)
    const { ending, summary } = await withWorker(QUICK, () => library.night())
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['contexts']).toMatchObject({ outcome: 'complete', written: kinds.length })
    const notices = ending.counts['contexts']?.why ?? []
    expect(notices).toHaveLength(1)
    expect(notices[0]?.startsWith('contextmaker was not run: '), notices[0]).toBe(true)
    expect(notices[0]).toContain('apt install bubblewrap')
    expect(summary.made.map(({ engine }) => engine)).toEqual(kinds.map(() => 'static'))
    for (const kind of kinds) {
      await expectContext(library, kind)
      const { contextEngine, contextMadeAt } = library.published.entry(DOMAIN, nameOf(kind)) ?? {}
      expect([kind, contextEngine, typeof contextMadeAt]).toEqual([kind, 'static', 'string'])
    }
  })
})

describe('an unavailable git server', () => {
  it('an unavailable git server leaves contexts and files unchanged, and the next night catches up', async () => {
    const kinds = ['sphinx', 'notebooks'] as const
    const { simulator } = library.stack
    listOnly(library, kinds)
    await withWorker(QUICK, async () => {
      await library.night()
      const files = library.published.contextFiles()
      const before = await Promise.all(kinds.map((kind) => attemptAt(library, kind)))
      simulator.world.libraries.push(nameOf('sphinx'))
      simulator.faults.set('git', { kind: 'refuse' })
      const bad = await library.night()
      expect(bad.ending.outcome).toBe('partial')
      expect(outcomesOf(bad.ending)).toMatchObject({ lists: 'complete', changes: 'partial' })
      for (const kind of kinds)
        expect(whyOf(bad.ending, 'changes')).toContain(`${nameOf(kind)}: UpstreamUnavailable: `)
      expect(await Promise.all(kinds.map((kind) => attemptAt(library, kind)))).toEqual(before)
      expect(library.published.contextFiles()).toEqual(files)
      for (const kind of kinds) await expectContext(library, kind)

      simulator.faults.clear()
      const good = await library.night()
      expect(good.ending.outcome).toBe('complete')
      expect(good.summary.made.map(({ name, why }) => [name, why])).toEqual([[nameOf('sphinx'), 'changed']])
    })
  })

  it(
    '"temporal workflow describe" shows the attempts of a clone and why they fail',
    { tags: 'long' },
    async () => {
      const { simulator, client, config } = library.stack
      const ask = temporalCommand(temporalExecutable(toolsDir), config.env)
      listOnly(library, ['sphinx'])
      await withWorker(QUICK, async () => {
        simulator.faults.set('git', { kind: 'refuse' })
        const handle = await startRun(client, libraryContext(), 'manual', {})
        const child = `${handle.workflowId}/${nameOf('sphinx')}`
        const text = await until(async () => {
          const open = client.workflow.getHandle(child).describe()
          const found = await open.catch((error: unknown) => {
            // Its parent has not started it yet.
            if (!(error instanceof WorkflowNotFoundError)) throw error
          })
          const pending = found?.raw.pendingActivities ?? []
          const isTriedAgain = pending.some(({ attempt, lastFailure }) => lastFailure && (attempt ?? 0) > 1)
          return isTriedAgain && ask('workflow', 'describe', '-w', child)
        })
        expect(text).toContain('makeContextWorkflow')
        expect(text).toContain('cloneLibrary')
        expect(text).toMatch(/Attempt\s+[2-5]/)
        expect(text).toContain(`${nameOf('sphinx')} cannot be cloned`)
        simulator.faults.clear()
        expect((await endingOf(handle)).outcome).toBe('complete')
        const { made } = await summaryOf(library.stack.database.db, handle.firstExecutionRunId)
        expect(made.map(({ name }) => name)).toEqual([nameOf('sphinx')])
      })
    },
  )
})
