/** Lists night by night: libraries that enter and leave, their names, and implausible nights. */
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fullNameOf, type SimulatedLibrary } from '../../../simulator/library-context/libraries.ts'
import type { Fault } from '../../../simulator/faults.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import {
  outcomesOf,
  whyOf,
  type LibraryStackSection,
  type Night,
} from '../../support/library-context/library-stack.ts'
import { startLibrarySteps, type LibrarySteps } from '../../support/library-context/library-steps.ts'

const FIRST = '2026-07-20T02:00:00Z'
const SECOND = '2026-07-21T02:00:00Z'
const THIRD = '2026-07-22T02:00:00Z'
/** With these there are two batches of a hundred names. */
const EXTRA = 150
const TOP = 12
const DOMAIN = 'sky'
const SECTION: LibraryStackSection = {
  domains: { [DOMAIN]: { description: 'Astronomy', keywords: ['astro', 'cosmo', 'surveys'], top: TOP } },
}
const NO_STARS: Fault = { kind: 'wrong-type', field: 'stargazerCount', value: 0 }
/** The first of the two batches has an unreadable format. */
const HALF_UNKNOWN: Fault = { kind: 'wrong-type', field: 'stargazerCount', value: 'many', times: 1 }

let lists: LibrarySteps
beforeEach(async () => {
  lists = await startLibrarySteps({ section: SECTION, simulator: { libraries: EXTRA, rateLimits: false } })
})
afterEach(() => lists.stop())

const libraries = () => lists.simulator.world.libraries
const isCandidate = (library: SimulatedLibrary) =>
  library.catalogued.length > 0 && /astro|cosmo|surveys/.test(fullNameOf(library).toLowerCase())
/** The expected list for the current state of the world. */
const expectedList = (top = TOP) =>
  libraries()
    .list()
    .filter((library) => isCandidate(library) && ['present', 'archived'].includes(library.state))
    .map((library) => ({ name: fullNameOf(library), stars: library.stars }))
    .toSorted((a, b) => b.stars - a.stars || (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .slice(0, top)
    .map((one, index) => ({ ...one, rank: index + 1 }))
const publishedList = () =>
  lists.published.list(DOMAIN).libraries.map(({ name, stars, rank }) => ({ name, stars, rank }))
const nameAt = (place: number) => publishedList()[place - 1]?.name ?? ''
const domain = () => {
  const found = lists.settings.domains[DOMAIN]
  if (found === undefined) throw new Error('the section has this domain')
  return found
}

const goodNight = async (at: string) => {
  const night = await lists.listsAt(at)
  expect(night.ending.outcome, JSON.stringify(night.ending.counts)).toBe('complete')
  expect(publishedList()).toEqual(expectedList())
  return night
}

/** Snapshots in which a place does not follow from the stars; there must never be one. */
const wrongPlaces = () =>
  lists.database.select(sql`
    select date, domain, library, rank, stars from (select *, row_number() over (
      partition by date, domain order by stars desc, library) as place from library_snapshots where rank is not null) as s
    where place <> rank or stars is null`)
const datesOfLists = async () =>
  (
    await lists.database.select<{ date: string }>(
      sql`select distinct date::text from library_snapshots order by 1`,
    )
  ).map(({ date }) => date)
const pushOut = (night: Night) => night.summary.lists[0]

describe('a list', () => {
  it('a second run on one day reports what changed since the first, also on the very first day', async () => {
    expect(pushOut(await goodNight(FIRST))?.entered).toHaveLength(TOP)
    const again = FIRST.replace('T02', 'T03')
    expect(pushOut(await goodNight(again))).toMatchObject({ size: TOP, entered: [], left: [], moved: [] })
    const [first, second] = publishedList().map(({ name }) => name)
    libraries().change(second ?? '', { stars: 900_000 })
    const third = pushOut(await goodNight(FIRST.replace('T02', 'T04')))
    expect(third).toMatchObject({
      entered: [],
      left: [],
      moved: [
        { library: second?.toLowerCase(), from: 2, to: 1 },
        { library: first?.toLowerCase(), from: 1, to: 2 },
      ],
    })
  })

  it('a list reports who entered, left and moved; a library that left has one row without a place', async () => {
    await goodNight(FIRST)
    const [leaves, rises] = [nameAt(3), nameAt(9)]
    const enters = expectedList(TOP + 1).at(-1)?.name ?? ''
    libraries().change(leaves, { state: 'deleted' })
    libraries().change(rises, { stars: 900_000 })
    const night = await goodNight(SECOND)
    expect(pushOut(night)).toMatchObject({
      domain: DOMAIN,
      date: '2026-07-21',
      size: TOP,
      entered: [enters.toLowerCase()],
      left: [leaves.toLowerCase()],
    })
    // The riser passed those from the first place to the eighth; the ones below the leaver lost and won a place.
    expect(pushOut(night)?.moved).toContainEqual({ library: rises.toLowerCase(), from: 9, to: 1 })
    expect(pushOut(night)?.moved).toContainEqual({ library: nameAt(2).toLowerCase(), from: 1, to: 2 })
    const gone = await lists.database.select(
      sql`select date::text, rank, stars from library_snapshots where library = ${leaves.toLowerCase()} order by date`,
    )
    expect(gone).toMatchObject([
      { date: '2026-07-20', rank: 3 },
      { date: '2026-07-21', rank: null },
    ])
    await goodNight(THIRD)
    const later = await lists.database.select(sql`select from library_snapshots
      where library = ${leaves.toLowerCase()} and date = '2026-07-22'`)
    expect(later).toEqual([])
    expect(await wrongPlaces()).toEqual([])
    expect(await datesOfLists()).toEqual(['2026-07-20', '2026-07-21', '2026-07-22'])
  })

  it('a list holds a repository once, under its current name, whatever names the catalogue has for it', async () => {
    await goodNight(FIRST)
    const names = publishedList().map(({ name }) => name)
    // Two names of one repository; links that differ in case only; an old name alone.
    for (const name of ['sim-cosmo/halo-finder', 'sim-astro/SkyMap', 'sim-surveys/galaxy-tools'])
      expect(expectedList(1_000).filter((one) => one.name === name)).toHaveLength(1)
    expect(names).toContain('sim-astro/SkyMap')
    const stored = await lists.database.select<{ library: string; names: number }>(sql`
      select library, count(named)::int as names from libraries join library_names using (library)
      where library in ('sim-cosmo/halo-finder', 'sim-cosmo/hop-cosmo', 'sim-surveys/galaxy-tools', 'sim-surveys/galzoo')
      group by library order by library`)
    expect(stored).toEqual([
      { library: 'sim-cosmo/halo-finder', names: 2 },
      { library: 'sim-surveys/galaxy-tools', names: 1 },
    ])
  })

  it('keeps an archived library and says so, and drops a deleted and a blocked one, each with its state', async () => {
    await goodNight(FIRST)
    const [archived, deleted, blocked] = [nameAt(2), nameAt(4), nameAt(6)]
    libraries().change(archived, { state: 'archived' })
    libraries().change(deleted, { state: 'deleted' })
    libraries().change(blocked, { state: 'blocked' })
    const night = await goodNight(SECOND)
    expect(lists.published.entry(DOMAIN, archived)).toMatchObject({ archived: true, rank: 2 })
    expect(pushOut(night)?.left).toEqual([deleted, blocked].map((name) => name.toLowerCase()))
    const states = await lists.database.select<{ name: string; state: string; told: boolean }>(
      sql`select name, state, reason is not null as told from libraries where name in (${deleted}, ${blocked}) order by state`,
    )
    expect(states).toEqual([
      { name: blocked, state: 'blocked', told: true },
      { name: deleted, state: 'gone', told: true },
    ])
    libraries().change(deleted, { state: 'present' })
    await goodNight(THIRD)
    expect(publishedList().map(({ name }) => name)).toContain(deleted)
  })

  it('follows a library through two renames: it keeps its row, its history and its place', async () => {
    await goodNight(FIRST)
    const before = nameAt(5)
    libraries().change(before, { name: 'astro-anew' })
    const [owner = ''] = before.split('/')
    const night = await goodNight(SECOND)
    expect(pushOut(night)).toMatchObject({ entered: [], left: [], moved: [] })
    libraries().change(`${owner}/astro-anew`, { owner: 'sim-surveys' })
    expect(pushOut(await goodNight(THIRD))).toMatchObject({ entered: [], left: [], moved: [] })
    expect(nameAt(5)).toBe('sim-surveys/astro-anew')
    const history = await lists.database.select(sql`
      select library, rank from library_snapshots join libraries using (library)
      where name = 'sim-surveys/astro-anew' order by date`)
    expect(history).toEqual(Array(3).fill({ library: 'sim-surveys/astro-anew', rank: 5 }))
    expect(
      await lists.database.select(sql`select from libraries where library = ${before.toLowerCase()}`),
    ).toEqual([])
  })

  it('gives a name to the repository that took it over, and the old one keeps its history', async () => {
    await goodNight(FIRST)
    const [old, taker] = [nameAt(4), nameAt(8)]
    const [owner = '', name = ''] = old.split('/')
    libraries().change(old, { name: 'astro-moved-away' })
    const [takerOwner, takerName] = [taker.split('/')[0] ?? '', taker.split('/')[1] ?? '']
    libraries().change(taker, { owner, name, catalogued: [old] })
    libraries().change(`${owner}/astro-moved-away`, { catalogued: [`${owner}/astro-moved-away`] })
    expect([takerOwner, takerName]).not.toEqual([owner, name])
    await goodNight(SECOND)
    expect(await wrongPlaces()).toEqual([])
    const ids = await lists.database.select<{ name: string; id: number }>(
      sql`select name, github_id::int as id from libraries where github_id is not null`,
    )
    for (const { name: stored, id } of ids) {
      const library = libraries().byId(id)
      expect(library && fullNameOf(library)).toBe(stored)
    }
  })
})

describe('the catalogue', () => {
  it('reads the catalogue in all its shapes: every named repository, nothing else', async () => {
    domain().keywords = []
    const night = await lists.listsAt(FIRST)
    expect(outcomesOf(night.ending)['ascl'], whyOf(night.ending, 'ascl')).toBe('complete')
    const truth = libraries()
      .list()
      .flatMap(({ catalogued }) => catalogued.map((name) => name.toLowerCase()))
    const stored = await lists.database.select<{ named: string }>(
      sql`select named from library_catalogue where domain = ${DOMAIN}`,
    )
    expect(stored.map(({ named }) => named).toSorted()).toEqual([...new Set(truth)].toSorted())
  })
})

describe('an implausible night', () => {
  /** A night that must not change the list: the file stays the same to the last byte. */
  const refused = async (at: string): Promise<Night> => {
    const before = lists.published.listText(DOMAIN)
    const night = await lists.listsAt(at)
    expect(night.ending.outcome).toBe('partial')
    expect(lists.published.listText(DOMAIN)).toBe(before)
    expect(await datesOfLists()).not.toContain(at.slice(0, 10))
    return night
  }

  it('leaves the list unchanged if all stars are zero, and says so; the next good night continues', async () => {
    await goodNight(FIRST)
    lists.simulator.faults.set('github', NO_STARS)
    const night = await refused(SECOND)
    expect(whyOf(night.ending, 'stars')).toMatch(
      new RegExp(`suspicious: ${DOMAIN}: the stars of \\d+ of .* the list of 2026-07-20 stays$`),
    )
    expect(pushOut(night)).toMatchObject({ date: '2026-07-20', entered: [], left: [], moved: [] })
    lists.simulator.faults.clear()
    libraries().change(nameAt(2), { stars: 900_000 })
    expect(pushOut(await goodNight(THIRD))?.moved).toHaveLength(2)
    expect(await wrongPlaces()).toEqual([])
  })

  it('makes no list if the first of all nights is implausible', async () => {
    lists.simulator.faults.set('github', NO_STARS)
    const night = await lists.listsAt(FIRST)
    expect(night.ending.outcome).toBe('partial')
    expect(whyOf(night.ending, 'stars')).toContain('no list is made from it')
    expect(await datesOfLists()).toEqual([])
    lists.simulator.faults.clear()
    await goodNight(SECOND)
  })

  it('leaves the list if half of the repositories are gone; takes it with force', async () => {
    await goodNight(FIRST)
    const names = publishedList().map(({ name }) => name)
    for (const name of names.filter((_, index) => index % 2 === 0))
      libraries().change(name, { state: 'deleted' })
    const night = await refused(SECOND)
    expect(whyOf(night.ending, 'stars')).toBe(
      `suspicious: ${DOMAIN}: 6 of the 12 libraries of the previous list would leave it in one night; the list of 2026-07-20 stays`,
    )
    const forced = await lists.listsAt(THIRD, { force: true })
    expect(forced.ending.outcome, JSON.stringify(forced.ending.counts)).toBe('complete')
    expect(publishedList()).toEqual(expectedList())
    expect(pushOut(forced)?.left).toHaveLength(6)
    expect(await wrongPlaces()).toEqual([])
  })

  it('accepts the list again when the repositories are back', async () => {
    await goodNight(FIRST)
    const names = publishedList().map(({ name }) => name)
    for (const name of names.slice(0, 6)) libraries().change(name, { state: 'deleted' })
    await refused(SECOND)
    for (const name of names.slice(0, 6)) libraries().change(name, { state: 'present' })
    expect(pushOut(await goodNight(THIRD))).toMatchObject({ entered: [], left: [], moved: [] })
  })

  it('a night is partial if GitHub omits more than a third; the list stays byte for byte', async () => {
    await goodNight(FIRST)
    const before = lists.published.listText(DOMAIN)
    lists.simulator.faults.set('github', HALF_UNKNOWN)
    const night = await lists.listsAt(SECOND)
    expect(night.ending.outcome).toBe('partial')
    expect(whyOf(night.ending, 'stars')).toMatch(
      /^GitHub returned nothing tonight for \S+ and \d+ others \(.*stargazerCount.*\); their previous stars are used\nsuspicious: sky: GitHub returned nothing for \d+ of \d+ candidates; the list of 2026-07-20 stays$/,
    )
    expect(lists.published.listText(DOMAIN)).toBe(before)
  })

  it('counts the last stars of libraries under their old names too if GitHub returns nothing', async () => {
    await goodNight(FIRST)
    expect(publishedList().map(({ name }) => name)).toContain('sim-surveys/galaxy-tools')
    const before = publishedList()
    lists.simulator.faults.set('github', { kind: 'wrong-type', field: 'stargazerCount', value: 'many' })
    expect((await lists.listsAt(SECOND)).ending.outcome).toBe('partial')
    expect(publishedList()).toEqual(before)
  })

  it('leaves the candidates if a catalogue shrinks to a third; takes it with force', async () => {
    await goodNight(FIRST)
    const all = libraries().list().filter(isCandidate)
    for (const [index, library] of all.entries())
      if (index % 3 !== 0) libraries().change(fullNameOf(library), { catalogued: [] })
    const night = await lists.listsAt(SECOND)
    expect(night.ending.outcome).toBe('partial')
    expect(whyOf(night.ending, 'ascl')).toMatch(
      new RegExp(
        `^suspicious: ${DOMAIN}: names only \\d+ of the \\d+ repositories of the previous run; those of the previous run stay$`,
      ),
    )
    // The stars are requested nevertheless.
    expect(night.ending.counts['stars']).toMatchObject({ outcome: 'complete' })
    expect(publishedList().map(({ name }) => name)).not.toEqual(expectedList().map(({ name }) => name))
    expect(pushOut(night)).toMatchObject({ left: [], entered: [] })
    await lists.listsAt(THIRD, { force: true })
    expect(publishedList()).toEqual(expectedList())
  })
})

describe('edited settings', () => {
  const editedNight = async (at: string) => {
    const night = await lists.listsAt(at)
    expect(night.ending.outcome, JSON.stringify(night.ending.counts)).toBe('complete')
    return publishedList().map(({ name }) => name)
  }

  it('accepts settings that take most of the list away', async () => {
    await goodNight(FIRST)
    domain().keywords = ['cosmo']
    const names = await editedNight(SECOND)
    expect(names.length).toBeGreaterThan(2)
    expect(names.filter((name) => !name.includes('cosmo'))).toEqual([])
  })

  it('accepts settings whose better libraries push out most of the list', async () => {
    domain().keywords = ['extra-']
    await lists.listsAt(FIRST)
    const before = publishedList().map(({ name }) => name)
    expect(before).toHaveLength(TOP)
    domain().keywords = ['astro', 'cosmo', 'surveys']
    expect(await editedNight(SECOND)).toEqual(expectedList().map(({ name }) => name))
    expect(publishedList().filter(({ name }) => before.includes(name))).toEqual([])
  })

  it('accepts settings for a shorter or a longer list', async () => {
    await goodNight(FIRST)
    domain().top = 3
    expect(await editedNight(SECOND)).toEqual(expectedList(3).map(({ name }) => name))
    domain().top = 30
    expect(await editedNight(THIRD)).toEqual(expectedList(30).map(({ name }) => name))
  })
})

describe('a first night without half of the data', () => {
  it('a first night without half of the data does not block the next, which knows twelve better ones', async () => {
    // In the order of names these are requested first.
    for (let number = 100; number < 100 + TOP; number++)
      libraries().change(`sim-astro/extra-${number}`, { stars: 1_000_000 + number })
    lists.simulator.faults.set('github', HALF_UNKNOWN)
    const first = await lists.listsAt(FIRST)
    expect(first.ending.outcome).toBe('partial')
    expect(whyOf(first.ending, 'stars')).toMatch(
      /returned nothing for \d+ of \d+ candidates; no list is made from it$/,
    )
    await goodNight(SECOND)
    expect(nameAt(1)).toBe(`sim-astro/extra-${99 + TOP}`)
  })
})

describe('a night whose first attempt at the stars ends between two batches', () => {
  const killedAt = (at: string, omitted?: string) => {
    const { github } = dependenciesOf(lists.config)['library-context']
    let batches = 0
    const repositories: typeof github.repositories = async (names, signal) => {
      batches += 1
      if (batches === 2) throw new Error('killed')
      const answers = await github.repositories(names, signal)
      return answers.map((answer) =>
        answer.asked === omitted ? { asked: omitted, state: 'unknown', reason: 'no answer' } : answer,
      )
    }
    return lists.listsAt(at, {}, { github: { ...github, repositories } })
  }
  const rowsOf = async (runId: string) => {
    const [stored] = await lists.database.select<{ rows: number }>(sql`select (
      (select count(*) from libraries where run_id = ${runId})
      + (select count(*) from library_names where run_id = ${runId})
      + (select count(*) from library_snapshots where run_id = ${runId}))::int as rows`)
    return stored?.rows
  }

  it('counts the rows of both', async () => {
    const { runId, ending } = await killedAt(FIRST)
    const [names] = await lists.database.select<{ asked: number }>(
      sql`select count(*)::int as asked from library_names`,
    )
    const written = await rowsOf(runId)
    expect(ending.counts['stars']).toMatchObject({ outcome: 'complete', fetched: names?.asked, written })
    expect(publishedList()).toEqual(expectedList())
  })

  it('says which libraries the first one found replaced', async () => {
    await goodNight(FIRST)
    libraries().change('sim-astro/extra-100', { state: 'deleted', name: 'extra-100-gone' })
    libraries().change('sim-astro/extra-101', { name: 'extra-100' })
    const { ending } = await killedAt(SECOND)
    expect(ending.counts['stars']).toMatchObject({ outcome: 'partial' })
    expect(whyOf(ending, 'stars')).toContain(
      'sim-astro/extra-100 is gone, and another repository has its name',
    )
  })

  it('says what the first one doubted, and what GitHub omitted from it', async () => {
    // In the order of names these are requested first.
    const [falls, omitted] = ['sim-astro/extra-100', 'sim-astro/extra-101']
    libraries().change(falls, { stars: 5_000 })
    await goodNight(FIRST)
    libraries().change(falls, { stars: 3 })
    const { ending } = await killedAt(SECOND, omitted)
    expect(ending.counts['stars']).toMatchObject({ outcome: 'partial', rejected: 1 })
    expect(whyOf(ending, 'stars')).toContain(`suspicious: stars of ${falls} changed from 5,000 to 3`)
    expect(whyOf(ending, 'stars')).toContain(`GitHub returned nothing tonight for ${omitted} (no answer)`)
  })
})
