/** Requests of a night, counted by the simulator, with pushes and renames between and during nights. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../core/durations.ts'
import { createGit } from '../../../upstreams/git/git.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  outcomesOf,
  startLibraryStack,
  whyOf,
  withoutBubblewrap,
  type LibraryStack,
  type Night,
} from '../../support/library-context/library-stack.ts'

const EXTRA = 12
/** A list of one branch is far below, a pack of the smallest repository above. */
const LARGEST_BRANCH_LIST = 500

let library: LibraryStack
let worker: RunningWorker
/** Called before each clone: what happens in the middle of a night. */
let beforeClone: (fullName: string) => void = () => undefined

beforeAll(async () => {
  library = await startLibraryStack({ simulator: { libraries: EXTRA } })
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
})
afterAll(async () => {
  await worker.stop()
  await library.stop()
})
beforeEach(async () => {
  await library.reset()
  beforeClone = () => undefined
  delete library.settings.changed_within_days
})

const world = () => library.stack.simulator.world.libraries
const headOf = (fullName: string) => library.stack.simulator.world.git.headOf(fullName)
const entryOf = (fullName: string) => library.published.entry('sky', fullName)
const followed = (...list: string[]) => {
  library.settings.domains = {
    sky: {
      description: 'Some',
      source: { list },
      keywords: [],
      match: 'substring' as const,
      always: [],
      never: [],
      top: 100,
    },
  }
}
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
    followed()
    const [domain] = Object.values(library.settings.domains)
    if (domain === undefined) throw new Error('a domain was just set')
    Object.assign(domain, { source: 'ascl', keywords: ['extra-', 'sim-cosmo'] })
    const first = await completeNight()
    const size = library.published.list('sky').libraries.length
    expect(size).toBeGreaterThan(EXTRA)
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
    followed('sim-astro/extra-1', 'sim-astro/extra-2')
    await completeNight()
    const before = entryOf('sim-astro/extra-2')?.contextCommit
    world().push('sim-astro/extra-2')
    const night = await nextNight()
    expect(made(night)).toEqual([['sim-astro/extra-2', 'changed']])
    expect(night.summary.unchanged).toBe(1)
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
    followed('sim-astro/extra-3')
    await completeNight()
    world().push('sim-astro/extra-3')
    const asked = await headOf('sim-astro/extra-3')
    beforeClone = (fullName) => {
      world().push(fullName)
    }
    expect(made(await nextNight())).toEqual([['sim-astro/extra-3', 'changed']])
    beforeClone = () => undefined
    const cloned = await headOf('sim-astro/extra-3')
    expect(cloned).not.toBe(asked)
    expect(entryOf('sim-astro/extra-3')?.contextCommit).toBe(cloned)
    expect((await nextNight()).summary).toMatchObject({ made: [], unchanged: 1 })
  })
})

describe('a renamed library', () => {
  it('a renamed library keeps its context: same row, file under the new name, no clone', async () => {
    followed('sim-astro/extra-4', 'sim-astro/extra-5')
    await completeNight()
    const before = entryOf('sim-astro/extra-4')
    const text = library.published.contextText('sim-astro__extra-4-context.txt')
    world().change('sim-astro/extra-4', { owner: 'sim-surveys', name: 'Extra-Four' })
    const night = await nextNight()
    expect(night.summary).toMatchObject({ made: [], failed: [], unchanged: 2 })
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
      'sim-astro__extra-5-context.txt',
      'sim-surveys__Extra-Four-context.txt',
    ])
    expect(library.published.links()).toEqual(['Extra-Four-context.txt', 'extra-5-context.txt'])
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
    followed('sim-astro/extra-6')
    await completeNight()
    world().change('sim-astro/extra-6', { name: 'EXTRA-6' })
    expect((await nextNight()).summary).toMatchObject({ made: [], failed: [], unchanged: 1 })
    expect(library.published.contextFiles()).toEqual(['sim-astro__EXTRA-6-context.txt'])
    expect(library.published.links()).toEqual(['EXTRA-6-context.txt'])
    expect(entryOf('sim-astro/extra-6')).toMatchObject({ name: 'sim-astro/EXTRA-6', hasContextFile: true })
  })
})

describe('changed_within_days', () => {
  it('changed_within_days ignores an older change without a warning, and accepts a recent one', async () => {
    followed('sim-astro/extra-7')
    await completeNight()
    const first = entryOf('sim-astro/extra-7')?.contextCommit
    library.settings.changed_within_days = 30
    const pushedAt = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS)
    const pushes = world().byName('sim-astro/extra-7')?.library.pushes ?? 0
    world().change('sim-astro/extra-7', { pushes: pushes + 1, pushedAt: pushedAt(40) })
    expect((await nextNight()).summary).toMatchObject({ made: [], failed: [] })
    expect(entryOf('sim-astro/extra-7')?.contextCommit).toBe(first)
    world().change('sim-astro/extra-7', { pushes: pushes + 2, pushedAt: pushedAt(10) })
    expect(made(await nextNight())).toEqual([['sim-astro/extra-7', 'changed']])
    expect(entryOf('sim-astro/extra-7')?.contextCommit).toBe(await headOf('sim-astro/extra-7'))
  })

  it('changed_within_days does not exclude a new library; if unset, any change counts', async () => {
    library.settings.changed_within_days = 1
    followed('sim-astro/extra-8')
    const night = await completeNight()
    expect(made(night)).toEqual([['sim-astro/extra-8', 'new']])
    expect(whyOf(night.ending, 'changes')).toBe('')
    delete library.settings.changed_within_days
    const pushes = world().byName('sim-astro/extra-8')?.library.pushes ?? 0
    world().change('sim-astro/extra-8', { pushes: pushes + 1 })
    expect(made(await nextNight())).toEqual([['sim-astro/extra-8', 'changed']])
  })
})
