/** The recorded stars of 2025-07-31 through the pipeline, with the domain as almanac.yaml ships it: the list that was published then. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseCsv } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { MINUTE_MS } from '../../../core/durations.ts'
import { packageRoot } from '../../../system/package-root.ts'
import type { Simulator } from '../../../simulator/server.ts'
import { createGitHub } from '../../../upstreams/github/github.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  outcomesOf,
  startLibraryStack,
  withoutBubblewrap,
  type LibraryStack,
  type LibraryStackSection,
  type Night,
} from '../../support/library-context/library-stack.ts'
import { startLibrarySteps, type LibrarySteps } from '../../support/library-context/library-steps.ts'
import { describeRecorded, recording } from '../../unit/upstreams/recordings.ts'

const NIGHT = '2026-07-20T02:00:00Z'
const NAMED = 2_532
const CANDIDATES = 342
const PLACES = 100
/** Limit of an address without a token, in any minute. */
const SEARCHES_PER_MINUTE = 10

type Row = Record<'github_url' | 'library_name' | 'stars', string>
const rowsOf = (file: string) => parseCsv<Row>(recording(`libraries/${file}`), { columns: true })

/** Stars by full name; -1 is a repository that was gone. */
const recordedStars = () =>
  new Map(
    rowsOf('ascl_repos_with_stars.2025-07-31.csv').map(({ github_url, stars }) => [
      github_url.replace('github.com/', ''),
      Number(stars),
    ]),
  )

/** The recorded list, best place first. */
const recordedTop = () =>
  rowsOf('last.2025-07-31.csv').map(({ library_name, stars }, index) => ({
    name: library_name,
    stars: Number(stars),
    rank: index + 1,
  }))

/** The section as it is shipped. */
const shipped = (): LibraryStackSection =>
  (
    parseYaml(readFileSync(join(packageRoot, 'almanac.example.yaml'), 'utf8')) as {
      'library-context': LibraryStackSection
    }
  )['library-context']

/** The shipped section with so many places in its list. */
const shippedWithTop = (top: number): LibraryStackSection => {
  const section = shipped()
  const { astronomy, ...others } = section.domains ?? {}
  if (astronomy === undefined) throw new Error('almanac.example.yaml has astronomy')
  return { ...section, domains: { ...others, astronomy: { ...astronomy, top } } }
}

const phpSerialised = (links: readonly string[]) =>
  `a:${links.length}:{${links.map((link, index) => `i:${index};s:${link.length}:"${link}";`).join('')}}`

/** A record of ASCL that names a repository, in one of the shapes of its exports. */
function recordOf(fullName: string, index: number) {
  const link = `https://github.com/${fullName}`
  const links = ['https://example.org/code', `${link}${index % 2 === 0 ? '' : '.git'}`]
  const inText = { abstract: `<p>A code. See &lt;<a href="${link}/">${link}</a>&gt;.</p>` }
  const shapes = [
    { site_list: links, abstract: 'A code.' },
    { site_list: phpSerialised(links), abstract: 'A code.' },
    { ...inText, site_list: false },
    { ...inText, site_list: null },
    inText,
  ]
  const ascl_id = `${1_000 + Math.floor(index / 900)}.${String((index % 900) + 1).padStart(3, '0')}`
  return { ascl_id, title: `Code ${index}`, ...shapes[index % shapes.length] }
}

/** A catalogue that names these repositories, some of them twice in another case, and records that name none. */
function catalogueOf(names: readonly string[]): string {
  const records = [
    ...names.map(recordOf),
    ...names.slice(0, 50).map((name, index) => recordOf(name.toUpperCase(), names.length + index)),
    { ascl_id: '2507.001', title: 'No address', abstract: 'On request.', site_list: false },
    { ascl_id: '2507.002', title: 'Elsewhere', site_list: ['https://gitlab.com/astro/gal'] },
  ]
  return JSON.stringify(Object.fromEntries(records.map((record, index) => [String(index + 1), record])))
}

const recordedWorld = () => {
  const stars = recordedStars()
  return { recordedStars: stars, asclCatalogue: catalogueOf([...stars.keys()]) }
}

/** Names that the keywords take, most stars last. */
const fewestStarsFirst = (simulator: Simulator) => {
  const words = shipped().domains?.['astronomy']?.keywords ?? []
  return simulator.world.libraries
    .list()
    .filter(({ owner, name }) => words.some((word) => `${owner}/${name}`.toLowerCase().includes(word)))
    .toSorted((a, b) => a.stars - b.stars)
    .map(({ owner, name }) => `${owner}/${name}`)
}

describeRecorded('the recorded night', () => {
  let lists: LibrarySteps
  let night: Night
  beforeAll(async () => {
    lists = await startLibrarySteps({ section: shipped(), simulator: recordedWorld() })
    night = await lists.listsAt(NIGHT)
  })
  afterAll(() => lists.stop())

  it('collects all recordings: 2,532 named, 342 pass the keywords, all with the recorded stars', async () => {
    expect(recordedStars().size).toBe(NAMED)
    expect(outcomesOf(night.ending), JSON.stringify(night.ending.counts)).toEqual({
      ascl: 'complete',
      stars: 'complete',
      files: 'complete',
    })
    expect(night.ending.counts['ascl']).toMatchObject({ fetched: NAMED + 52, written: CANDIDATES })
    expect(night.ending.counts['stars']?.fetched).toBe(CANDIDATES)
    const stored = await lists.database.select<{ library: string; stars: number; state: string }>(
      sql`select library, stars, state from libraries`,
    )
    expect(stored).toHaveLength(CANDIDATES)
    const recorded = recordedStars()
    expect(stored.filter(({ library, stars }) => recorded.get(library) !== stars)).toEqual([])
    expect(new Set(stored.map(({ state }) => state))).toEqual(new Set(['present']))
  })

  it('publishes the recorded list: names, stars and ranks, in order', () => {
    const top = recordedTop()
    expect(top).toHaveLength(PLACES)
    const published = lists.published.list('astronomy')
    expect(published.libraries.map(({ name, stars, rank }) => ({ name, stars, rank }))).toEqual(top)
    expect(published.libraries.map(({ github_url }) => github_url)).toEqual(
      rowsOf('last.2025-07-31.csv').map(({ github_url }) => github_url),
    )
    expect(published.libraries.filter(({ hasContextFile }) => hasContextFile)).toEqual([])
    expect(night.summary.lists).toMatchObject([{ domain: 'astronomy', size: PLACES, left: [], moved: [] }])
    expect(night.summary.lists[0]?.entered).toEqual(top.map(({ name }) => name))
  })

  it('needs one request to ASCL and four to GitHub for the recordings', () => {
    const { requests } = lists.simulator
    expect(requests.count({ upstream: 'ascl' })).toBe(1)
    expect(requests.count({ upstream: 'github', path: /^\/graphql$/ })).toBe(Math.ceil(CANDIDATES / 100))
    expect(requests.list()).toHaveLength(1 + Math.ceil(CANDIDATES / 100))
  })
})

describeRecorded('the recorded night without a token', () => {
  /** What both the simulator's limits and the client count with; only waiting moves it. */
  let nowMs = Date.parse(NIGHT)
  const searchedAt: number[] = []
  let lists: LibrarySteps
  let night: Night
  const odd: Record<string, string> = {}
  beforeAll(async () => {
    const now = () => nowMs
    lists = await startLibrarySteps({ section: shipped(), simulator: { ...recordedWorld(), now } })
    const { requests, world, url } = lists.simulator
    const add = requests.add.bind(requests)
    requests.add = (request) => {
      if (request.path.startsWith('/search/')) searchedAt.push(nowMs)
      add(request)
    }
    // Far below the list: repositories that search does not show are requested by name.
    const [gone = '', blocked = '', renamed = ''] = fewestStarsFirst(lists.simulator)
    world.libraries.change(gone, { state: 'deleted' })
    world.libraries.change(blocked, { state: 'blocked' })
    world.libraries.change(renamed, { name: 'galaxies-anew' })
    const [owner = ''] = renamed.split('/')
    Object.assign(odd, { [gone]: 'gone', [blocked]: 'blocked', [`${owner}/galaxies-anew`]: 'present' })
    const github = createGitHub({
      baseUrl: `${url}/github`,
      userAgent: 'almanac-test',
      clock: () => new Date(nowMs),
      elapsed: now,
      sleep: (ms, signal) => {
        signal.throwIfAborted()
        nowMs += ms
        return Promise.resolve()
      },
    })
    night = await lists.listsAt(NIGHT, {}, { github })
  })
  afterAll(() => lists.stop())

  it('search gives the same list, and all 342 libraries are known in the end', async () => {
    expect(night.ending.outcome, JSON.stringify(night.ending.counts)).toBe('complete')
    const published = lists.published.list('astronomy').libraries
    expect(published.map(({ name, stars, rank }) => ({ name, stars, rank }))).toEqual(recordedTop())
    const stored = await lists.database.select<{ library: string; state: string }>(
      sql`select library, state from libraries`,
    )
    expect(stored).toHaveLength(CANDIDATES)
    const stateOf = new Map(stored.map(({ library, state }) => [library, state]))
    for (const [name, state] of Object.entries(odd)) expect([name, stateOf.get(name)]).toEqual([name, state])
    expect(stored.filter(({ state }) => state === 'present')).toHaveLength(CANDIDATES - 2)
  })

  it('a night without a token searches at most ten times a minute, is never refused, and takes less than three minutes', () => {
    const { requests } = lists.simulator
    expect(searchedAt.length).toBeGreaterThanOrEqual(Math.ceil(CANDIDATES / 20))
    for (const [index, at] of searchedAt.entries()) {
      const tenth = searchedAt[index + SEARCHES_PER_MINUTE]
      if (tenth !== undefined) expect(tenth - at).toBeGreaterThanOrEqual(MINUTE_MS)
    }
    expect(nowMs - Date.parse(NIGHT)).toBeLessThan(3 * MINUTE_MS)
    const asked = requests.list().filter(({ upstream }) => upstream === 'github')
    expect(asked.filter(({ status }) => status === 403 || status === 429)).toEqual([])
    // Two that search does not show, and the renamed one with its redirect.
    expect(asked.filter(({ path }) => !path.startsWith('/search/'))).toHaveLength(4)
  })
})

describeRecorded('the recorded world through whole nights', () => {
  /** Each is cloned once. */
  const TOP = 3
  let library: LibraryStack
  let worker: RunningWorker
  beforeAll(async () => {
    library = await startLibraryStack({ libraryContext: shippedWithTop(TOP), simulator: recordedWorld() })
    worker = await library.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
  })
  afterAll(async () => {
    await worker.stop()
    await library.stop()
  })

  // calls.test.ts has the same of a small world; the recorded list is above.
  it(
    "makes a context for every place of the list, of the repository's commit, and needs none the night after",
    { tags: 'long' },
    async () => {
      const { stack, published } = library
      const first = await library.night()
      expect(first.ending.outcome, JSON.stringify(first.ending.counts)).toBe('complete')
      const list = published.list('astronomy').libraries
      expect(list.map(({ name, stars, rank }) => ({ name, stars, rank }))).toEqual(
        recordedTop().slice(0, TOP),
      )
      for (const { name, contextCommit, contextFileName, contextEngine } of list) {
        expect(contextCommit).toBe(await stack.simulator.world.git.headOf(name))
        expect(contextEngine).toBe('static')
        expect(published.contextText(contextFileName)).toContain(contextCommit ?? 'no commit')
      }
      expect(published.contextFiles()).toEqual(list.map(({ contextFileName }) => contextFileName).toSorted())
      await library.passDays(1)
      const second = await library.night()
      expect(second.ending.outcome, JSON.stringify(second.ending.counts)).toBe('complete')
      expect(second.summary).toMatchObject({ made: [], failed: [], unchanged: TOP, clonedBytes: 0 })
    },
  )
})

describe('the astronomy of almanac.yaml', () => {
  it('configures astronomy as documented: 34 keywords, a hundred places, from ASCL', () => {
    const astronomy = shipped().domains?.['astronomy']
    expect(astronomy).toMatchObject({ source: 'ascl', top: PLACES })
    expect(new Set(astronomy?.keywords).size).toBe(34)
  })
})
