/** A host that is lost in the middle of a chain: another one takes over from the start. Most of the time here is waiting. */
// @module-tag long
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Host } from '../../../activities/library-context/activity-context.ts'
import { startRun } from '../../../client/runs.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { CHAIN_ROUNDS } from '../../../workflows/library-context/bounds.ts'
import {
  attemptAt,
  expectContext,
  nameOf,
  sectionOf,
  workFolders,
} from '../../support/library-context/library-nights.ts'
import {
  libraryContext,
  outcomesOf,
  startLibraryStack,
  withoutBubblewrap,
  type LibraryStack,
} from '../../support/library-context/library-stack.ts'
import type { Git } from '../../../upstreams/git/git.ts'

let library: LibraryStack
beforeAll(async () => {
  library = await startLibraryStack({ libraryContext: sectionOf(['sphinx']) })
})
afterAll(() => library.stop())

function hostNamed(name: string): Host {
  const workDir = join(library.stack.config.stateDir, `work-${name}`)
  mkdirSync(workDir)
  return { queue: `almanac-host-${name}`, cleanupQueue: `almanac-host-${name}-cleanup`, workDir }
}

/** A git whose clones do not end before their host does; as with a host that lost its power, what lies there stays. */
function hangingClone(): { clone: Git['clone']; began: Promise<void> } {
  let begin = () => {}
  const began = new Promise<void>((resolve) => {
    begin = resolve
  })
  const clone: Git['clone'] = ({ target, signal }) => {
    mkdirSync(target)
    writeFileSync(join(target, 'half'), '')
    begin()
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  }
  return { clone, began }
}

it('a night that loses a host takes longer, loses no library, and the host removes its leftovers when it returns', async () => {
  const { client, config } = library.stack
  const [lost, other] = [hostNamed('lost'), hostNamed('other')]
  const contextmaker = withoutBubblewrap()
  const { clone, began } = hangingClone()
  const git = { head: () => Promise.resolve(undefined), clone }
  const first = await library.startWorker({ dependencies: { contextmaker, git, host: lost } })
  const handle = await startRun(client, libraryContext(), 'manual', {})
  await began
  await first.stop()

  const second = await library.startWorker({ dependencies: { contextmaker, host: other } })
  const ending = await endingOf(handle)
  await second.stop()
  expect(ending.outcome).toBe('complete')
  expect(outcomesOf(ending)).toMatchObject({ contexts: 'complete' })
  expect(await attemptAt(library, 'sphinx')).toMatchObject({ outcome: 'made', failures: 0 })
  await expectContext(library, 'sphinx')
  const child = client.workflow.getHandle(`${handle.workflowId}/${nameOf('sphinx')}`)
  const { events } = await child.fetchHistory()
  const claims = (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'claimHost',
  )
  expect(claims).toHaveLength(2)
  expect(claims.length).toBeLessThan(CHAIN_ROUNDS)
  expect(workFolders(other.workDir)).toEqual([])
  expect(workFolders(lost.workDir)).toEqual([handle.firstExecutionRunId])

  const back = await library.startWorker({ dependencies: { contextmaker, host: lost } })
  const again = await library.night({ force: true })
  await back.stop()
  expect(again.ending.outcome).toBe('complete')
  expect(workFolders(lost.workDir)).toEqual([])
  expect(workFolders(config.workDir)).toEqual([])
})
