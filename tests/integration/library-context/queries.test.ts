import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  attemptsOf,
  listedLibraries,
  markLeft,
  storedContexts,
} from '../../../db/queries/library-context/contexts.ts'
import {
  namesOf,
  newestCandidates,
  newestList,
  renameLibraries,
} from '../../../db/queries/library-context/libraries.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import {
  night,
  runOf,
  storeAttempt,
  storeCandidates,
  storeContext,
  storeLibraries,
  storeList,
  storeName,
} from './rows.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

/** The library to which each row of these tables belongs. */
async function owners() {
  const [row] = await database.select<Record<string, string[]>>(sql`select
    (select array_agg(library order by library) from libraries) as libraries,
    (select array_agg(library order by library) from library_contexts) as contexts,
    (select array_agg(library order by library) from library_attempts) as attempts,
    (select array_agg(date || ' ' || library order by date, library) from library_snapshots) as places,
    (select array_agg(named || ' ' || library order by named) from library_names) as names`)
  return row
}

describe('the newest list of a domain', () => {
  it('the newest list of a domain is that of its newest night with one, by rank, without those who left', async () => {
    await storeLibraries(database.db, ['o/a', 'o/b', 'o/c'])
    await storeList(database.db, 20, ['o/a', 'o/b'])
    await storeList(database.db, 21, ['o/c', 'o/a'], { left: ['o/b'] })
    await storeList(database.db, 22, ['o/b'], { domain: 'finance' })
    const list = await newestList(database.db, 'astronomy')
    expect(list).toEqual({
      date: '2026-11-21',
      listedAt: night(21),
      places: [
        { library: 'o/c', rank: 1, stars: 99 },
        { library: 'o/a', rank: 2, stars: 98 },
      ],
    })
    const before = await newestList(database.db, 'astronomy', '2026-11-21')
    expect(before?.places.map(({ library }) => library)).toEqual(['o/a', 'o/b'])
    expect(await newestList(database.db, 'astronomy', '2026-11-20')).toBeUndefined()
    expect(await newestList(database.db, 'chemistry')).toBeUndefined()
  })

  it('the newest list is not one that holds only libraries that left', async () => {
    await storeLibraries(database.db, ['o/a'])
    await storeList(database.db, 20, ['o/a'])
    await storeList(database.db, 21, [], { left: ['o/a'] })
    expect((await newestList(database.db, 'astronomy'))?.date).toBe('2026-11-20')
  })
})

describe('the newest candidates of a domain', () => {
  it('the newest candidates of a domain are those of its newest catalogue alone', async () => {
    await storeCandidates(database.db, 20, ['o/a', 'O/B'])
    await storeCandidates(database.db, 21, ['O/B', 'o/c'])
    await storeCandidates(database.db, 22, ['o/d'], 'finance')
    expect(await newestCandidates(database.db, 'astronomy')).toEqual([
      { named: 'o/b', name: 'O/B' },
      { named: 'o/c', name: 'o/c' },
    ])
    expect(await newestCandidates(database.db, 'chemistry')).toEqual([])
  })
})

describe('the names that lead to libraries', () => {
  it('returns all names that lead to libraries, or those requested since a moment', async () => {
    await storeLibraries(database.db, ['o/a', 'o/b'])
    await storeName(database.db, 20, 'old/a', 'o/a')
    await storeName(database.db, 21, 'o/b', 'o/b')
    expect(await namesOf(database.db)).toEqual(
      new Map([
        ['old/a', 'o/a'],
        ['o/b', 'o/b'],
      ]),
    )
    expect(await namesOf(database.db, night(21))).toEqual(new Map([['o/b', 'o/b']]))
  })
})

describe('a renamed library', () => {
  const rename = { from: 'old/x', to: 'new/x', name: 'New/X' }

  it('a renamed library takes everything along', async () => {
    await storeLibraries(database.db, ['Old/X'], { githubId: 1 })
    await storeList(database.db, 20, ['old/x'])
    await storeContext(database.db, 'Old/X')
    await storeAttempt(database.db, 20, 'old/x')
    await storeName(database.db, 20, 'older/x', 'old/x')
    await renameLibraries(database.db, [rename])
    expect(await owners()).toEqual({
      libraries: ['new/x'],
      contexts: ['new/x'],
      attempts: ['new/x'],
      places: ['2026-11-20 new/x'],
      names: ['older/x new/x'],
    })
    expect((await storedContexts(database.db)).map(({ name, file }) => [name, file])).toEqual([
      ['New/X', 'Old__X-context.txt'],
    ])
  })

  it('a library renamed to a known name merges into it and fills what that lacks', async () => {
    await storeLibraries(database.db, ['Old/X', 'New/X'])
    await storeList(database.db, 20, ['old/x'])
    await storeList(database.db, 21, ['new/x', 'old/x'])
    await storeContext(database.db, 'Old/X')
    await storeAttempt(database.db, 20, 'old/x', { outcome: 'failed', reason: 'NotFound: gone', failures: 2 })
    await storeName(database.db, 20, 'older/x', 'old/x')
    await renameLibraries(database.db, [rename])
    expect(await owners()).toEqual({
      libraries: ['new/x'],
      contexts: ['new/x'],
      attempts: ['new/x'],
      places: ['2026-11-20 new/x', '2026-11-21 new/x'],
      names: ['older/x new/x'],
    })
    expect((await newestList(database.db, 'astronomy'))?.places).toEqual([
      { library: 'new/x', rank: 1, stars: 99 },
    ])
  })

  it('a merge keeps what the new name already has', async () => {
    await storeLibraries(database.db, ['Old/X', 'New/X'])
    await storeContext(database.db, 'Old/X', 'old')
    await storeContext(database.db, 'New/X', 'new')
    await storeAttempt(database.db, 20, 'old/x', { failures: 2 })
    await storeAttempt(database.db, 20, 'new/x', { failures: 0 })
    await renameLibraries(database.db, [rename])
    const rows = await database.select(sql`select markdown, failures from library_contexts
      join library_attempts using (library)`)
    expect(rows).toEqual([{ markdown: 'new', failures: 0 }])
  })

  it('renaming an unknown library changes nothing', async () => {
    await storeLibraries(database.db, ['o/a'])
    await renameLibraries(database.db, [rename])
    await renameLibraries(database.db, [])
    expect((await owners())?.['libraries']).toEqual(['o/a'])
  })
})

describe('the libraries that a night decides about', () => {
  it('a night decides about the libraries of the newest lists, best places first, each once', async () => {
    await storeLibraries(database.db, ['o/a', 'o/b', 'o/c', 'o/gone', 'o/elsewhere'])
    await storeList(database.db, 20, ['o/gone', 'o/a'])
    await storeList(database.db, 21, ['o/c', 'o/a', 'o/b'], { left: ['o/gone'] })
    await storeList(database.db, 20, ['o/b', 'o/elsewhere'], { domain: 'finance' })
    const names = async (domains: string[], only?: string) =>
      (await listedLibraries(database.db, domains, only)).map(({ library }) => library)
    expect(await names(['astronomy'])).toEqual(['o/c', 'o/a', 'o/b'])
    // Of two places the better one counts; of equal ones the name decides.
    expect(await names(['astronomy', 'finance'])).toEqual(['o/b', 'o/c', 'o/a', 'o/elsewhere'])
    expect(await names(['chemistry'])).toEqual([])
    expect(await names(['astronomy'], 'o/gone')).toEqual(['o/gone'])
    expect(await names(['astronomy'], 'o/never')).toEqual([])
  })

  it('returns the context and last attempt of the libraries of a night', async () => {
    await storeLibraries(database.db, ['O/Made', 'O/Failed', 'O/New'], { pushedAt: night(19) })
    await storeList(database.db, 20, ['o/made', 'o/failed', 'o/new'])
    await storeContext(database.db, 'O/Made')
    await storeAttempt(database.db, 20, 'o/made', { reason: 'contextmaker safe: CommandTimedOut: 300 s' })
    const failure = { outcome: 'failed', reason: 'NotFound: gone', failures: 2, nextTryAt: night(22) }
    await storeAttempt(database.db, 20, 'o/failed', failure)
    const pushedAt = night(19)
    const nothing = {
      commit: null,
      hasContext: false,
      lacksContextmaker: false,
      failures: 0,
      nextTryAt: null,
      reason: null,
    }
    expect(await listedLibraries(database.db, ['astronomy'])).toEqual([
      {
        library: 'o/made',
        name: 'O/Made',
        pushedAt,
        ...nothing,
        commit: 'c0ffee',
        hasContext: true,
        lacksContextmaker: true,
        triedBy: runOf(20),
      },
      {
        library: 'o/failed',
        name: 'O/Failed',
        pushedAt,
        ...nothing,
        triedBy: runOf(20),
        failures: 2,
        nextTryAt: night(22),
        reason: 'NotFound: gone',
      },
      { library: 'o/new', name: 'O/New', pushedAt, ...nothing, triedBy: null },
    ])
  })

  it('tells contexts that the built-in reader made in place of contextmaker from those that contextmaker could not make', async () => {
    const names = ['O/Away', 'O/Refused', 'O/Contextmaker', 'O/Imported']
    await storeLibraries(database.db, names)
    await storeList(database.db, 20, names)
    await storeContext(database.db, 'O/Away')
    await storeContext(database.db, 'O/Refused')
    await storeContext(database.db, 'O/Contextmaker', undefined, { engine: 'contextmaker', mode: 'safe' })
    await storeContext(database.db, 'O/Imported', undefined, { engine: 'imported' })
    const verdict = { mode: null, passed: true, reasons: [], measures: {} }
    const read = { ...verdict, engine: 'static' }
    const refused = { ...verdict, engine: 'contextmaker', mode: 'safe', passed: false }
    await storeAttempt(database.db, 20, 'O/Away', { verdicts: [read] })
    await storeAttempt(database.db, 20, 'O/Refused', { verdicts: [refused, read] })
    const listed = await listedLibraries(database.db, ['astronomy'])
    expect(listed.filter((one) => one.lacksContextmaker).map(({ name }) => name)).toEqual(['O/Away'])
  })
})

describe('contexts of libraries that left', () => {
  const left = async () =>
    Object.fromEntries((await storedContexts(database.db)).map(({ library, leftAt }) => [library, leftAt]))

  it('marks contexts of libraries that left once, and unmarks them when the library comes back', async () => {
    await storeLibraries(database.db, ['o/stays', 'o/leaves'])
    await storeList(database.db, 20, ['o/stays', 'o/leaves'])
    for (const name of ['o/stays', 'o/leaves']) await storeContext(database.db, name)
    await markLeft(database.db, ['astronomy'], night(20))
    expect(await left()).toEqual({ 'o/stays': null, 'o/leaves': null })
    await storeList(database.db, 21, ['o/stays'], { left: ['o/leaves'] })
    await markLeft(database.db, ['astronomy'], night(21))
    await markLeft(database.db, ['astronomy'], night(22))
    expect(await left()).toEqual({ 'o/stays': null, 'o/leaves': night(21) })
    await storeList(database.db, 23, ['o/leaves', 'o/stays'])
    await markLeft(database.db, ['astronomy'], night(23))
    expect(await left()).toEqual({ 'o/stays': null, 'o/leaves': null })
  })

  it('does not mark a context if another domain lists it, or if no new list was made', async () => {
    await storeLibraries(database.db, ['o/a', 'o/b'])
    await storeList(database.db, 20, ['o/a', 'o/b'])
    await storeList(database.db, 21, ['o/b'], { left: ['o/a'] })
    await storeList(database.db, 15, ['o/a'], { domain: 'finance' })
    await storeContext(database.db, 'o/a')
    await markLeft(database.db, ['astronomy', 'finance'], night(22))
    expect(await left()).toEqual({ 'o/a': null })
    await markLeft(database.db, ['astronomy'], night(22))
    expect(await left()).toEqual({ 'o/a': night(22) })
  })
})

describe('the attempts of a run', () => {
  it('returns the attempts of one run by name, with their results', async () => {
    await storeLibraries(database.db, ['o/b', 'O/A', 'o/before'])
    await storeContext(database.db, 'O/A')
    await storeContext(database.db, 'o/b')
    await storeAttempt(database.db, 21, 'o/b', {
      outcome: 'title-only',
      reason: 'too short',
      cloneBytes: null,
    })
    await storeAttempt(database.db, 21, 'O/A')
    await storeAttempt(database.db, 20, 'o/before')
    expect(await attemptsOf(database.db, runOf(21))).toEqual([
      {
        name: 'O/A',
        why: 'new',
        outcome: 'made',
        reason: null,
        cloneBytes: 1_000,
        seconds: 1,
        engine: 'static',
        mode: null,
        tokens: 3,
      },
      {
        name: 'o/b',
        why: 'new',
        outcome: 'title-only',
        reason: 'too short',
        cloneBytes: 0,
        seconds: 1,
        engine: null,
        mode: null,
        tokens: null,
      },
    ])
  })
})
