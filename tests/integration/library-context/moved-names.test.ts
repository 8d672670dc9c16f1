/** Repositories that change their names: GitHub answers what the test says, and histories stay with their numbers. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ActivityContext } from '../../../activities/library-context/activity-context.ts'
import { readKnown } from '../../../activities/library-context/known-libraries.ts'
import { storeAnswers } from '../../../activities/library-context/star-answers.ts'
import { listsNewName } from '../../../cli/library-context/listed-names.ts'
import type { Config } from '../../../config/load-config.ts'
import { namesOf } from '../../../db/queries/library-context/libraries.ts'
import type { FoundRepository, RepositoryState } from '../../../upstreams/github/github.ts'
import { libraryContext } from '../../../pipelines/library-context.ts'
import { words } from '../../support/ending-in-words.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const { section } = libraryContext

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(() =>
  database.db.execute(sql`truncate libraries, library_names, quarantine restart identity cascade`),
)
afterAll(() => database.drop())

const repository = (githubId: number, fullName: string, stars = 100): FoundRepository => ({
  githubId,
  fullName,
  stars,
  archived: false,
  pushedAt: null,
  sizeKb: 1,
})

let night = 0

/** A night in which GitHub has these repositories, and is asked by these names; `moved` leads old names to their numbers. */
async function askedBy(
  names: string[],
  world: FoundRepository[],
  { isSilent = false, moved = {} }: { isSilent?: boolean; moved?: Record<string, number> } = {},
) {
  night += 1
  const day = new Date(Date.UTC(2026, 0, night))
  const asked: number[] = []
  const found = (one: FoundRepository | undefined): RepositoryState =>
    one === undefined ? { state: 'gone', reason: 'GitHub answers 404' } : { state: 'found', ...one }
  const context = {
    db: database.db,
    github: {
      repositoryById: (id: number) => {
        asked.push(id)
        const silence: RepositoryState = { state: 'unknown', reason: 'the quota is spent' }
        return Promise.resolve(isSilent ? silence : found(world.find(({ githubId }) => githubId === id)))
      },
    },
    settings: { domains: {} },
    signal: new AbortController().signal,
    retryBudget: { ms: 0 },
    clock: () => day,
  } as unknown as ActivityContext
  const run = {
    runId: `night-${night}`,
    workflowId: 'w',
    pipeline: 'library-context',
    trigger: 'manual' as const,
    startedAt: day.toISOString(),
  }
  const answers = names.map((name) => {
    const one = world.find(({ fullName, githubId }) => fullName === name || githubId === moved[name])
    return { asked: name, ...found(one) }
  })
  const { why, rejected } = await storeAnswers(context, run, await readKnown(context), answers)
  return { why: words(why), rejected, asked }
}

/** The libraries, and the first date of what each has in the list: its history. */
const libraries = () =>
  database.select(sql`select library, github_id::int as id, stars, state, (select min(date)::text from library_snapshots as own
    where own.library = libraries.library) as since from libraries order by github_id`)

const listedOn = (date: string, library: string) =>
  database.db
    .execute(sql`insert into library_snapshots (date, domain, library, rank, stars, observed_at, run_id)
    values (${date}, 'd', ${library}, 1, 100, now(), 'before')`)

describe('a repository that moved', () => {
  beforeEach(async () => {
    await askedBy(['old/lib'], [repository(1, 'old/lib')])
    await listedOn('2025-12-01', 'old/lib')
  })

  it('is followed by its number when its old owner made a fork of the old name', async () => {
    const world = [repository(1, 'new/lib', 105), repository(2, 'old/lib', 3)]
    expect(await askedBy(['old/lib'], world)).toEqual({ why: [], rejected: 0, asked: [1] })
    const moved = [{ library: 'new/lib', id: 1, stars: 105, state: 'present', since: '2025-12-01' }]
    expect(await libraries()).toEqual(moved)
    expect((await namesOf(database.db)).get('old/lib')).toBe('new/lib')
    // The next night asks by the new name.
    expect((await askedBy(['new/lib'], world)).asked).toEqual([])
    expect(await libraries()).toEqual(moved)
  })

  it('leaves its name, not its history, to another repository once it is gone', async () => {
    const { why } = await askedBy(['old/lib'], [repository(2, 'old/lib', 3)])
    expect(why).toEqual([
      'old/lib is gone, and another repository has its name now: that one is listed as a new library',
    ])
    expect(await libraries()).toMatchObject([
      { library: 'old/lib#1', id: 1, stars: 100, state: 'gone', since: '2025-12-01' },
      { library: 'old/lib', id: 2, stars: 3, state: 'present', since: null },
    ])
    expect((await namesOf(database.db)).get('old/lib')).toBe('old/lib')
    expect((await askedBy(['old/lib'], [repository(2, 'old/lib', 4)])).why).toEqual([])
  })

  it('keeps what is known while GitHub does not say where it is', async () => {
    await askedBy(['old/lib'], [repository(2, 'old/lib', 3)], { isSilent: true })
    expect(await libraries()).toMatchObject([{ library: 'old/lib', id: 1, stars: 100, state: 'unknown' }])
  })
})

describe('two known libraries', () => {
  beforeEach(async () => {
    await askedBy(['a/x', 'b/y'], [repository(1, 'a/x'), repository(2, 'b/y', 200)])
    await listedOn('2025-11-01', 'a/x')
    await listedOn('2025-12-01', 'a/x')
    await listedOn('2025-12-01', 'b/y')
  })
  const histories = [
    { id: 1, since: '2025-11-01' },
    { id: 2, since: '2025-12-01' },
  ]

  it('keep their histories when one takes the name of the other', async () => {
    const world = [repository(1, 'b/y', 101), repository(2, 'b/z', 201)]
    await askedBy(['a/x', 'b/y'], world, { moved: { 'a/x': 1 } })
    expect(await libraries()).toMatchObject(histories)
    expect((await libraries()).map(({ library, stars }) => [library, stars])).toEqual([
      ['b/y', 101],
      ['b/z', 201],
    ])
    const names = await namesOf(database.db)
    expect([names.get('a/x'), names.get('b/y')]).toEqual(['b/y', 'b/z'])
  })

  it('keep their histories when they swap their names', async () => {
    await askedBy(['a/x', 'b/y'], [repository(1, 'b/y', 101), repository(2, 'a/x', 201)])
    expect(await libraries()).toMatchObject(histories)
    expect((await libraries()).map(({ library, stars }) => [library, stars])).toEqual([
      ['b/y', 101],
      ['a/x', 201],
    ])
    expect(
      await database.select(sql`select library from library_snapshots where date = '2025-11-01'`),
    ).toEqual([{ library: 'b/y' }])
  })
})

describe('stars that halve in a night', () => {
  it('are not stored, and said, until they are seen in three nights', async () => {
    const world = (stars: number) => [repository(1, 'a/x', stars)]
    await askedBy(['a/x'], world(100))
    for (let nights = 0; nights < 2; nights += 1) {
      const { why, rejected } = await askedBy(['a/x'], world(3))
      expect(why).toEqual([
        'suspicious: stars of a/x changed from 100 to 3: not stored, unless it is seen on 3 days',
      ])
      expect(rejected).toBe(1)
      expect(await libraries()).toMatchObject([{ stars: 100 }])
    }
    expect(await askedBy(['a/x'], world(3))).toMatchObject({ why: [], rejected: 0 })
    expect(await libraries()).toMatchObject([{ stars: 3 }])
  })
})

describe('a list of almanac.yaml', () => {
  it('is new until its names were asked for and its domains have candidates', async () => {
    const config = (...list: string[]) =>
      ({
        tracked: {
          'library-context': section.parse({ domains: { d: { description: 'D', source: { list } } } }),
        },
      }) as Config
    expect(await listsNewName(database.db, config('a/x'))).toBe(true)
    await askedBy(['a/x'], [repository(1, 'a/x')])
    await database.db
      .execute(sql`insert into library_catalogue (domain, named, name, source, seen_at, observed_at, run_id)
      values ('d', 'a/x', 'a/x', 'list', now(), now(), 'night')`)
    expect(await listsNewName(database.db, config('A/X'))).toBe(false)
    expect(await listsNewName(database.db, config('a/x', 'b/mistyped'))).toBe(true)
    await askedBy(['b/mistyped'], [])
    expect(await listsNewName(database.db, config('a/x', 'b/mistyped'))).toBe(false)
  })
})
