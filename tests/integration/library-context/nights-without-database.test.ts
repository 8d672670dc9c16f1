/** Nights whose database is unavailable: their stars and places are in the spool, and stored by the next drain. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, type DatabaseHandle } from '../../../db/database.ts'
import { drainSpool } from '../../../db/spool/drain.ts'
import { segmentNames } from '../../../db/spool/folder.ts'
import { openSpool } from '../../../db/spool/spool.ts'
import { fullNameOf } from '../../../simulator/library-context/libraries.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import { spoolOrigin } from '../../../worker/spooled-counts.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import { summaryOf } from '../../support/library-context/library-stack.ts'
import { startLibrarySteps, type LibrarySteps } from '../../support/library-context/library-steps.ts'
import { storeContext } from './rows.ts'

const NIGHTS = [20, 21, 22, 23].map((day) => `2026-07-${day}T02:00:00Z`) as [string, string, string, string]
const TOP = 5
const DOMAIN = 'sky'

let lists: LibrarySteps
let proxy: DatabaseProxy
let handle: DatabaseHandle
let root: string
let folder: string

beforeEach(async () => {
  lists = await startLibrarySteps({
    section: { domains: { [DOMAIN]: { description: 'Astronomy', keywords: ['astro', 'cosmo'], top: TOP } } },
    // Two batches of a hundred names.
    simulator: { libraries: 150, rateLimits: false },
  })
  proxy = await startDatabaseProxy(lists.database.url)
  root = mkdtempSync(join(tmpdir(), 'almanac-nights-'))
  folder = join(root, 'spool')
  handle = opened()
})
afterEach(async () => {
  await handle.close()
  await proxy.goOffline()
  await lists.stop()
  rmSync(root, { recursive: true, force: true })
})

const opened = () => {
  const spool = openSpool({ folder, capBytes: 1e8, warn: () => undefined, origin: spoolOrigin })
  return openDatabase(proxy.url, () => undefined, { spool })
}
/** A night by way of the proxy, which does not wait for the database. */
const night = (at: string) => lists.collectAt(at, { db: handle.db, retryBudgetMs: 0 })
const world = () => lists.simulator.world.libraries
/** The list that follows from the world as it is. */
const expected = () =>
  world()
    .list()
    .filter(({ catalogued, state }) => catalogued.length > 0 && ['present', 'archived'].includes(state))
    .map((library) => ({ library: fullNameOf(library).toLowerCase(), stars: library.stars }))
    .filter(({ library }) => /astro|cosmo/.test(library))
    .toSorted((a, b) => b.stars - a.stars || (a.library < b.library ? -1 : 1))
    .slice(0, TOP)
    .map((one, index) => ({ ...one, rank: index + 1 }))
const placesOf = (at: string) =>
  lists.database.select<{ library: string; stars: number; rank: number | null }>(
    sql`select library, stars, rank from library_snapshots where date = ${at.slice(0, 10)} order by rank, library`,
  )
const nameAt = (place: number) => {
  const key = expected()[place - 1]?.library
  return (
    world()
      .list()
      .map(fullNameOf)
      .find((name) => name.toLowerCase() === key) ?? ''
  )
}
const drain = () => drainSpool(handle.db, folder, { signal: new AbortController().signal })

describe('nights without their database', () => {
  it('spool stars and places; after the drain each night has its list, and is reported', async () => {
    expect((await night(NIGHTS[0])).ending.outcome).toBe('complete')
    const first = expected()
    expect(await placesOf(NIGHTS[0])).toEqual(first)

    await proxy.goOffline()
    const [leaves, rises] = [nameAt(2), nameAt(4)]
    world().change(leaves, { state: 'deleted' })
    world().change(rises, { stars: 900_000 })
    const second = { ...(await night(NIGHTS[1])), places: expected() }
    expect(second.ending.outcome).toBe('partial')
    expect(second.ending.counts['stars']).toMatchObject({ outcome: 'partial', written: 0 })
    expect(second.ending.counts['stars']?.spooled).toBeGreaterThan(TOP)
    // Another process, which knows what is on its disk alone.
    await handle.close()
    handle = opened()
    const later = nameAt(3)
    world().change(later, { stars: 950_000 })
    const third = { ...(await night(NIGHTS[2])), places: expected() }
    expect(third.ending.counts['stars']?.spooled).toBeGreaterThan(TOP)

    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [], runs: 2, pipelines: ['library-context'] })
    expect(segmentNames(folder)).toEqual([])
    await lists.deriveAt(NIGHTS[3])
    const gone = leaves.toLowerCase()
    expect((await placesOf(NIGHTS[1])).filter(({ rank }) => rank !== null)).toEqual(second.places)
    expect((await placesOf(NIGHTS[1])).filter(({ rank }) => rank === null)).toMatchObject([{ library: gone }])
    expect(await placesOf(NIGHTS[2])).toEqual(third.places)
    expect(
      lists.published.list(DOMAIN).libraries.map(({ name, rank }) => [name.toLowerCase(), rank]),
    ).toEqual(third.places.map(({ library, rank }) => [library, rank]))
    const [change] = (await summaryOf(lists.database.db, second.runId)).lists
    expect(change).toMatchObject({ date: '2026-07-21', size: TOP, left: [gone] })
    expect(change?.moved).toContainEqual({ library: rises.toLowerCase(), from: 4, to: 1 })
    expect((await summaryOf(lists.database.db, third.runId)).lists).toMatchObject([
      { date: '2026-07-22', entered: [], left: [] },
    ])
  })

  it('leave a renamed library where it is, and the next night with a database moves it', async () => {
    await night(NIGHTS[0])
    await proxy.goOffline()
    const [renamed, takes] = [nameAt(2), nameAt(4)]
    const [owner = ''] = renamed.split('/')
    world().change(renamed, { name: 'astro-anew', stars: 950_000 })
    const before = expected()
    await night(NIGHTS[1])
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
    const anew = `${owner}/astro-anew`.toLowerCase()
    const former = renamed.toLowerCase()
    expect(await placesOf(NIGHTS[1])).toEqual(
      before.map((place) => (place.library === anew ? { ...place, library: former } : place)),
    )
    expect((await night(NIGHTS[2])).ending.outcome).toBe('complete')
    expect((await placesOf(NIGHTS[1])).map(({ library }) => library)).toContain(anew)

    // Its name is another library's now, and nothing says so but its number.
    await proxy.goOffline()
    const [takesOwner = '', takesName = ''] = takes.split('/')
    world().change(takes, { name: 'astro-away' })
    world().change(`${owner}/astro-anew`, { owner: takesOwner, name: takesName })
    await night(NIGHTS[3])
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
  })

  it('go on from a library that moved just before the database became unavailable', async () => {
    // In the order of names it is requested first.
    const moves = 'sim-astro/extra-100'
    await night(NIGHTS[0])
    world().change(moves, { name: 'extra-moved' })
    const { github } = dependenciesOf(lists.config)['library-context']
    let batches = 0
    const repositories: typeof github.repositories = async (names, signal) => {
      batches += 1
      if (batches === 2) await proxy.goOffline()
      return github.repositories(names, signal)
    }
    const change = { db: handle.db, retryBudgetMs: 0, github: { ...github, repositories } }
    expect((await lists.collectAt(NIGHTS[1], change)).ending.counts['stars']?.spooled).toBeGreaterThan(100)
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
    expect(
      await lists.database.select(
        sql`select library from libraries where library in (${moves}, 'sim-astro/extra-moved')`,
      ),
    ).toEqual([{ library: 'sim-astro/extra-moved' }])
  })

  it.each([
    ['after', [NIGHTS[1], NIGHTS[2]]],
    ['before', [NIGHTS[2], NIGHTS[1]]],
  ] as const)('lose nothing if another host moved a library the night %s', async (when, [ours, theirs]) => {
    await night(NIGHTS[0])
    const moves = nameAt(2)
    const [owner = ''] = moves.split('/')
    const moved = `${owner}/astro-anew`.toLowerCase()
    const spooled = async () => {
      await proxy.goOffline()
      expect((await night(ours)).ending.counts['stars']?.spooled).toBeGreaterThan(TOP)
    }
    if (when === 'after') await spooled()
    world().change(moves, { name: 'astro-anew' })
    expect((await lists.collectAt(theirs, { db: lists.database.db })).ending.outcome).toBe('complete')
    if (when === 'before') await spooled()
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
    for (const at of [NIGHTS[0], NIGHTS[1], NIGHTS[2]])
      expect((await placesOf(at)).map(({ library }) => library)).toEqual(
        expected().map(({ library }) => library),
      )
    expect(
      await lists.database.select(
        sql`select library, name from libraries where library in (${moves.toLowerCase()}, ${moved})`,
      ),
    ).toEqual([{ library: moved, name: `${owner}/astro-anew` }])
  })

  it('keep the context of a library that another host moved', async () => {
    await night(NIGHTS[0])
    await proxy.goOffline()
    await storeContext(handle.db, 'sim-astro/extra-100')
    world().change('sim-astro/extra-100', { name: 'extra-200' })
    await lists.collectAt(NIGHTS[1], { db: lists.database.db })
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
    await lists.deriveAt(NIGHTS[2])
    expect(await lists.database.select(sql`select library, file from library_contexts`)).toEqual([
      { library: 'sim-astro/extra-200', file: 'sim-astro__extra-200-context.txt' },
    ])
  })

  it('leave a renamed library without a number where it is, and the next night makes it one again', async () => {
    const renamed = nameAt(2)
    const [owner = ''] = renamed.split('/')
    await night(NIGHTS[0])
    // As an import leaves it.
    await lists.database.db.execute(
      sql`update libraries set github_id = null, asked_at = null where library = ${renamed.toLowerCase()}`,
    )
    const file = join(folder, 'known', 'libraries.json')
    const known = JSON.parse(readFileSync(file, 'utf8')) as {
      libraries: { library: string; githubId: unknown }[]
    }
    for (const one of known.libraries) if (one.library === renamed.toLowerCase()) one.githubId = null
    writeFileSync(file, JSON.stringify(known))
    world().change(renamed, { name: 'astro-anew' })
    await proxy.goOffline()
    await night(NIGHTS[1])
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
    await night(NIGHTS[2])
    const anew = `${owner}/astro-anew`.toLowerCase()
    expect(
      await lists.database.select(
        sql`select library from libraries where library in (${renamed.toLowerCase()}, ${anew})`,
      ),
    ).toEqual([{ library: anew }])
  })

  it('list a domain that is new in almanac.yaml, and the others', async () => {
    await night(NIGHTS[0])
    await proxy.goOffline()
    for (const domain of Object.values(lists.settings.domains))
      lists.settings.domains = { ...lists.settings.domains, deep: { ...domain, keywords: ['extra'] } }
    expect((await night(NIGHTS[1])).ending.counts).toMatchObject({
      ascl: { outcome: 'partial' },
      stars: { outcome: 'partial' },
    })
    await proxy.comeBack()
    expect(await drain()).toMatchObject({ damaged: [], skipped: [] })
    expect(
      await lists.database.select(
        sql`select domain, count(*)::int as places from library_snapshots
          where date = ${NIGHTS[1].slice(0, 10)} group by 1 order by 1`,
      ),
    ).toEqual([
      { domain: 'deep', places: TOP },
      { domain: DOMAIN, places: TOP },
    ])
  })

  it('fail, and ask for no stars, before any night on this machine has left what it knew', async () => {
    await proxy.goOffline()
    await expect(night(NIGHTS[0])).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
  })
})
