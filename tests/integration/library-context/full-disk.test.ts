/** Nights with a full disk: reported for each library, made up for in the next night, without leftovers. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RepositoryKind } from '../../../simulator/library-context/libraries.ts'
import { createGit, type Git } from '../../../upstreams/git/git.ts'
import {
  attemptAt,
  expectContained,
  expectContext,
  listOnly,
  nameOf,
  sectionOf,
  workFolders,
} from '../../support/library-context/library-nights.ts'
import {
  outcomesOf,
  startLibraryStack,
  whyOf,
  withoutBubblewrap,
  type LibraryStack,
} from '../../support/library-context/library-stack.ts'
import type { WorkerChange } from '../../support/stack.ts'
import type { EndingInWords } from '../../support/ending-in-words.ts'

const KINDS = ['sphinx', 'notebooks'] as const

let library: LibraryStack
beforeAll(async () => {
  library = await startLibraryStack({ libraryContext: sectionOf(KINDS) })
})
beforeEach(() => library.reset())
afterEach(async () => {
  await expectContained(library)
})
afterAll(() => library.stop())

/** One night, or what else, with a worker that ends with it. Our own engine makes the contexts: it is quick. */
async function withWorker<T>(own: WorkerChange['dependencies'], work: () => Promise<T>): Promise<T> {
  const worker = await library.startWorker({ dependencies: { contextmaker: withoutBubblewrap(), ...own } })
  try {
    return await work()
  } finally {
    await worker.stop()
  }
}

/** The real git of the stack. */
function stackGit(): Git {
  const { tracked, programEnv } = library.stack.config
  return createGit({ baseUrl: tracked['library-context'].github_url, environment: programEnv })
}

describe('a full disk', () => {
  const expectReported = async (kinds: readonly RepositoryKind[], ending: EndingInWords) => {
    expect(outcomesOf(ending)).toMatchObject({ lists: 'complete', contexts: 'failed', files: 'complete' })
    expect(ending.outcome).toBe('partial')
    const why = whyOf(ending, 'contexts').split('\n')
    expect(why).toHaveLength(kinds.length)
    for (const kind of kinds) {
      const attempt = await attemptAt(library, kind)
      expect(attempt).toMatchObject({ outcome: 'failed', failures: 0, next_try_at: null, markdown: null })
      expect(attempt.reason?.startsWith('DiskFull: '), attempt.reason ?? '').toBe(true)
      expect(why).toContain(`${nameOf(kind)}: ${attempt.reason ?? ''}`)
    }
  }

  it('reports a full disk for each library before anything is cloned; the next night catches up', async () => {
    listOnly(library, KINDS)
    const { max_clone_mb: usual } = library.settings
    await withWorker({}, async () => {
      library.settings.max_clone_mb = 1e9
      library.stack.simulator.requests.clear()
      const bad = await library.night()
      library.settings.max_clone_mb = usual
      await expectReported(KINDS, bad.ending)
      expect(library.stack.simulator.requests.count({ upstream: 'git' })).toBe(0)

      const good = await library.night()
      expect(good.ending.outcome).toBe('complete')
      expect(good.summary.made.map(({ why }) => why)).toEqual(['failed before', 'failed before'])
      for (const kind of KINDS) await expectContext(library, kind)
    })
  })

  const small = smallDisk()
  it.skipIf(small === undefined)(
    `reports a disk that fills in the middle of a clone${small === undefined ? ' (skipped: no file system can be mounted here)' : ''}`,
    async () => {
      listOnly(library, ['sphinx'])
      const { max_clone_mb: usual } = library.settings
      library.settings.max_clone_mb = 20
      const disk = small?.mount() ?? ''
      try {
        const git = stackGit()
        const clone: Git['clone'] = (request) => {
          fill(disk)
          return git.clone(request)
        }
        const host = {
          queue: 'almanac-host-small',
          cleanupQueue: 'almanac-host-small-cleanup',
          workDir: disk,
        }
        const { ending } = await withWorker({ host, git: { ...git, clone } }, () => library.night())
        await expectReported(['sphinx'], ending)
        const { reason } = await attemptAt(library, 'sphinx')
        expect(reason).toContain(`${nameOf('sphinx')} cannot be cloned: the disk is full`)
        expect(workFolders(disk)).toEqual(['filler'])
      } finally {
        library.settings.max_clone_mb = usual
        small?.unmount()
      }
    },
  )
})

/** Room for the largest clone of the settings and the reserve, a little more, and nothing else. */
const SMALL_MB = 560

/** A separate small file system, if this user may mount one. */
function smallDisk(): { mount: () => string; unmount: () => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-small-'))
  const unmount = () => {
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  }
  const mount = () => {
    mkdirSync(folder, { recursive: true })
    const args = ['-t', 'tmpfs', '-o', `size=${SMALL_MB}m`, 'tmpfs', folder]
    return spawnSync('mount', args).status === 0 ? folder : ''
  }
  const isPossible = mount() !== ''
  unmount()
  return isPossible ? { mount, unmount } : undefined
}

/** Takes all room of a disk but what a few small files need. By a program: half a GB written here would hold the worker. */
function fill(disk: string): void {
  const { bavail, bsize } = statfsSync(disk)
  const free = bavail * bsize - 4 * 4_096
  const { status, stderr } = spawnSync('fallocate', [`--length=${free}`, join(disk, 'filler')])
  if (status !== 0) throw new Error(`the disk cannot be filled: ${stderr.toString()}`)
}
