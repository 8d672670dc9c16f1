/**
 * Requests of a night, counted by the simulator, with pushes and renames between and during nights. Each test begins
 * after the same first night.
 */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../core/durations.ts'
import type { SimulatedLibrary } from '../../../simulator/library-context/libraries.ts'
import { createGit } from '../../../upstreams/git/git.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  outcomesOf,
  startLibraryStack,
  whyOf,
  withoutBubblewrap,
  type LibrarySettings,
  type LibraryStack,
  type Night,
} from '../../support/library-context/library-stack.ts'

/** Each is cloned once, in the first night; the last one is not in its list. */
const EXTRA = 4
const FOLLOWED = EXTRA - 1
const NEW = `sim-astro/extra-${EXTRA}`
/** A list of one branch is far below, a pack of the smallest repository above. */
const LARGEST_BRANCH_LIST = 500

let library: LibraryStack
let worker: RunningWorker
let first: Night
let backToFirst: () => Promise<void>
let domains: LibrarySettings['domains']
let extras: SimulatedLibrary[]
/** Called before each clone: what happens in the middle of a night. */
let beforeClone: (fullName: string) => void = () => undefined

beforeAll(async () => {
  library = await startLibraryStack({
    simulator: { libraries: EXTRA },
    libraryContext: {
      domains: { sky: { description: 'Some', source: 'ascl', keywords: ['extra-'], never: [NEW], top: 100 } },
    },
  })
  const { tracked, programEnv } = library.stack.config
  const git = createGit({ baseUrl: tracked['library-context'].github_url, environment: programEnv })
  worker = await library.startWorker({
    dependencies: {
      contextmaker: withoutBubblewrap(),
      git: {
        head: (fullName, signal) => git.head(fullName, signal),
        clone: (request) => {
          beforeClone(request.fullName)
          return git.clone(request)
        },
      },
    },
  })
  extras = world()
    .list()
    .filter(({ name }) => name.startsWith('extra-'))
  domains = library.settings.domains
  first = await completeNight()
  backToFirst = await library.keep()
})
afterAll(async () => {
  await worker.stop()
  await library.stop()
})
beforeEach(async () => {
  for (const { githubId, owner, name, pushes, pushedAt } of extras) {
    const now = world().byId(githubId)
    if (now !== undefined) world().change(`${now.owner}/${now.name}`, { owner, name, pushes, pushedAt })
  }
  await backToFirst()
  beforeClone = () => undefined
  library.settings.domains = domains
  delete library.settings.changed_within_days
})

const world = () => library.stack.simulator.world.libraries
const headOf = (fullName: string) => library.stack.simulator.world.git.headOf(fullName)
const entryOf = (fullName: string) => library.published.entry('sky', fullName)
const completeNight = async (params = {}): Promise<Night> => {
  const night = await library.night(params)
  expect(night.ending.outcome, JSON.stringify(night.ending.counts)).toBe('complete')
  return night
}
const nextNight = async (): Promise<Night> => {
  await library.passDays(1)
  library.stack.simulator.requests.clear()
  return completeNight()
}
const made = ({ summary }: Night) => summary.made.map(({ name, why }) => [name, why])

describe('a night in which nothing has changed', () => {
  it('an unchanged night contacts ASCL once, GitHub once, git for one line a library, and clones nothing', async () => {
    const { requests } = library.stack.simulator
    const size = library.published.list('sky').libraries.length
    expect(size).toBe(FOLLOWED)
    expect(first.summary).toMatchObject({ failed: [], unchanged: 0 })
    expect(made(first)).toHaveLength(size)
    expect(first.summary.clonedBytes).toBeGreaterThan(0)

    const texts = library.published.contextFiles().map((file) => library.published.contextText(file))
    const second = await nextNight()
    expect(second.summary).toMatchObject({ made: [], failed: [], unchanged: size, clonedBytes: 0 })
    expect(outcomesOf(second.ending)).toEqual({
      ascl: 'complete',
      stars: 'complete',
      changes: 'complete',
      files: 'complete',
    })
    expect(requests.count({ upstream: 'ascl' })).toBe(1)
    expect(requests.count({ upstream: 'github' })).toBe(1)
    expect(requests.count({ upstream: 'git', path: /\/info\/refs/ })).toBe(size)
    const asked = requests.list().filter(({ upstream }) => upstream === 'git')
    // Version 2 of the git protocol lists the branches in a separate request.
    expect(asked.length).toBeLessThanOrEqual(2 * size)
    expect(asked.filter(({ bytes }) => bytes > LARGEST_BRANCH_LIST)).toEqual([])
    expect(library.published.contextFiles().map((file) => library.published.contextText(file))).toEqual(texts)
  })

  it('clones only the library that has a push', async () => {
    const before = entryOf('sim-astro/extra-2')?.contextCommit
    world().push('sim-astro/extra-2')
    const night = await nextNight()
    expect(made(night)).toEqual([['sim-astro/extra-2', 'changed']])
    expect(night.summary.unchanged).toBe(FOLLOWED - 1)
    const { requests } = library.stack.simulator
    const packs = requests
      .list()
      .filter(({ upstream, bytes }) => upstream === 'git' && bytes > LARGEST_BRANCH_LIST)
    expect(packs.map(({ path }) => path.split('/').slice(1, 3).join('/').replace('.git', ''))).toEqual([
      'sim-astro/extra-2',
    ])
    const after = entryOf('sim-astro/extra-2')
    expect(after?.contextCommit).toBe(await headOf('sim-astro/extra-2'))
    expect(after?.contextCommit).not.toBe(before)
    expect(library.published.contextText(after?.contextFileName ?? '')).toContain(
      after?.contextCommit ?? 'none',
    )
  })
})

describe('a push during the night', () => {
  it('makes the context of the cloned commit after a push during the night, and the next night finds nothing new', async () => {
    world().push('sim-astro/extra-2')
    const asked = await headOf('sim-astro/extra-2')
    beforeClone = (fullName) => {
      world().push(fullName)
    }
    expect(made(await nextNight())).toEqual([['sim-astro/extra-2', 'changed']])
    beforeClone = () => undefined
    const cloned = await headOf('sim-astro/extra-2')
    expect(cloned).not.toBe(asked)
    expect(entryOf('sim-astro/extra-2')?.contextCommit).toBe(cloned)
    expect((await nextNight()).summary).toMatchObject({ made: [], unchanged: FOLLOWED })
  })
})

describe('a renamed library', () => {
  it('a renamed library keeps its context: same row, file under the new name, no clone', async () => {
    const before = entryOf('sim-astro/extra-1')
    const text = library.published.contextText('sim-astro__extra-1-context.txt')
    world().change('sim-astro/extra-1', { owner: 'sim-surveys', name: 'Extra-Four' })
    const night = await nextNight()
    expect(night.summary).toMatchObject({ made: [], failed: [], unchanged: FOLLOWED })
    expect(night.summary.lists).toMatchObject([{ entered: [], left: [] }])
    const after = entryOf('sim-surveys/Extra-Four')
    expect(after).toMatchObject({
      name: 'sim-surveys/Extra-Four',
      github_url: 'https://github.com/sim-surveys/Extra-Four',
      hasContextFile: true,
      contextFileName: 'sim-surveys__Extra-Four-context.txt',
      contextCommit: before?.contextCommit,
      contextMadeAt: expect.any(String) as string,
    })
    expect(library.published.contextFiles()).toEqual([
      'sim-astro__extra-2-context.txt',
      'sim-astro__extra-3-context.txt',
      'sim-surveys__Extra-Four-context.txt',
    ])
    expect(library.published.links()).toEqual([
      'Extra-Four-context.txt',
      'extra-2-context.txt',
      'extra-3-context.txt',
    ])
    expect(library.published.contextText('sim-surveys__Extra-Four-context.txt')).toBe(text)
    const rows = await library.stack.database.select(sql`
      select library, (select count(*)::int from library_snapshots as s where s.library = l.library) as nights,
        (select left_at from library_contexts as c where c.library = l.library) as left_at
      from libraries as l where github_id = ${world().byName('sim-surveys/Extra-Four')?.library.githubId}`)
    expect(rows).toEqual([{ library: 'sim-surveys/extra-four', nights: 2, left_at: null }])
    world().push('sim-surveys/Extra-Four')
    expect(made(await nextNight())).toEqual([['sim-surveys/Extra-Four', 'changed']])
    expect(entryOf('sim-surveys/Extra-Four')?.contextCommit).toBe(await headOf('sim-surveys/Extra-Four'))
  })

  it('a rename that differs only in case keeps one file, under the new spelling', async () => {
    world().change('sim-astro/extra-1', { name: 'EXTRA-1' })
    expect((await nextNight()).summary).toMatchObject({ made: [], failed: [], unchanged: FOLLOWED })
    expect(library.published.contextFiles()).toEqual([
      'sim-astro__EXTRA-1-context.txt',
      'sim-astro__extra-2-context.txt',
      'sim-astro__extra-3-context.txt',
    ])
    expect(library.published.links()).toEqual([
      'EXTRA-1-context.txt',
      'extra-2-context.txt',
      'extra-3-context.txt',
    ])
    expect(entryOf('sim-astro/extra-1')).toMatchObject({ name: 'sim-astro/EXTRA-1', hasContextFile: true })
  })
})

describe('changed_within_days', () => {
  it('changed_within_days ignores an older change without a warning, and accepts a recent one', async () => {
    const first = entryOf('sim-astro/extra-1')?.contextCommit
    library.settings.changed_within_days = 30
    const pushedAt = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS)
    const pushes = world().byName('sim-astro/extra-1')?.library.pushes ?? 0
    world().change('sim-astro/extra-1', { pushes: pushes + 1, pushedAt: pushedAt(40) })
    expect((await nextNight()).summary).toMatchObject({ made: [], failed: [] })
    expect(entryOf('sim-astro/extra-1')?.contextCommit).toBe(first)
    world().change('sim-astro/extra-1', { pushes: pushes + 2, pushedAt: pushedAt(10) })
    expect(made(await nextNight())).toEqual([['sim-astro/extra-1', 'changed']])
    expect(entryOf('sim-astro/extra-1')?.contextCommit).toBe(await headOf('sim-astro/extra-1'))
  })

  it(
    'changed_within_days does not exclude a new library; if unset, any change counts',
    { tags: 'long' },
    async () => {
      library.settings.changed_within_days = 1
      const { sky } = library.settings.domains
      if (sky === undefined) throw new Error('the stack has it')
      library.settings.domains = { sky: { ...sky, never: [] } }
      const night = await nextNight()
      expect(made(night)).toEqual([[NEW, 'new']])
      expect(whyOf(night.ending, 'changes')).toBe('')
      delete library.settings.changed_within_days
      const pushes = world().byName(NEW)?.library.pushes ?? 0
      world().change(NEW, { pushes: pushes + 1 })
      expect(made(await nextNight())).toEqual([[NEW, 'changed']])
    },
  )
})
