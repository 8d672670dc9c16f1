import { describe, expect, it } from 'vitest'
import { starred } from '../../../../activities/library-context/lists.ts'
import { keyOf, renamesIn, rowsOf } from '../../../../activities/library-context/star-answers.ts'
import { domainsOf } from '../../../../activities/library-context/domains.ts'
import { notFound, unknownReason } from '../../../../activities/library-context/stars.ts'
import { libraryContext } from '../../../../pipelines/library-context.ts'
import type { KnownLibrary } from '../../../../db/queries/library-context/libraries.ts'
import type { RepositoryAnswer } from '../../../../upstreams/github/github.ts'
import { words } from '../../../support/ending-in-words.ts'

const lastNight = new Date('2026-11-20T02:00:00Z')
const tonight = new Date('2026-11-21T02:00:00Z')

const known = (library: string, own: Partial<KnownLibrary> = {}): KnownLibrary => ({
  library,
  name: library,
  githubId: null,
  stars: 10,
  state: 'present',
  reason: null,
  askedAt: lastNight,
  ...own,
})
const found = (asked: string, githubId: number, fullName = asked, own = {}): RepositoryAnswer => ({
  asked,
  state: 'found',
  githubId,
  fullName,
  stars: 20,
  archived: false,
  pushedAt: lastNight,
  sizeKb: 7,
  ...own,
})
const lost = (asked: string, state: 'gone' | 'blocked' | 'unknown'): RepositoryAnswer => ({
  asked,
  state,
  reason: 'GitHub answers 404',
})
const rows = (answers: RepositoryAnswer[], before: KnownLibrary[] = [], names: Record<string, string> = {}) =>
  rowsOf(answers, before, {
    askedAt: tonight,
    libraryOf: new Map(Object.entries(names)),
    since: tonight,
  })

describe('a renamed library', () => {
  it('moves the row by GitHub’s number, under whichever name it was requested', () => {
    const before = [known('old/x', { githubId: 1 })]
    const rename = { from: 'old/x', to: 'new/x', name: 'New/X' }
    expect(renamesIn([found('Old/X', 1, 'New/X')], before)).toEqual([rename])
    expect(renamesIn([found('Older/X', 1, 'New/X')], before)).toEqual([rename])
  })

  it('moves the row by its old name if no number was known (an imported list)', () => {
    expect(renamesIn([found('Old/X', 1, 'New/X')], [known('old/x')])).toEqual([
      { from: 'old/x', to: 'new/x', name: 'New/X' },
    ])
  })

  it('is merged with the library that has its number already', () => {
    const before = [known('new/x', { githubId: 1 }), known('old/x')]
    expect(renamesIn([found('Old/X', 1, 'New/X')], before)).toEqual([
      { from: 'old/x', to: 'new/x', name: 'New/X' },
    ])
  })

  it('treats two names as one library', () => {
    const answers = [found('Old/X', 1, 'New/X'), found('New/X', 1, 'New/X')]
    const before = [known('old/x', { githubId: 1 })]
    expect(renamesIn(answers, before)).toHaveLength(1)
    expect(rows(answers, before)).toMatchObject([{ library: 'new/x', name: 'New/X', githubId: 1, stars: 20 }])
  })

  it('does not move the history to another repository that took the name over', () => {
    const before = [known('a/x', { githubId: 1 })]
    const taken = [found('A/X', 2), found('B/X', 1)]
    expect(renamesIn([found('A/X', 2)], before)).toEqual([])
    expect(renamesIn(taken, before)).toEqual([{ from: 'a/x', to: 'b/x', name: 'B/X' }])
    expect(rows(taken, before).map(({ library, githubId }) => [library, githubId])).toEqual([
      ['a/x', 2],
      ['b/x', 1],
    ])
  })

  it('moves nothing if only the case differs', () => {
    expect(renamesIn([found('a/x', 1, 'A/X')], [known('a/x', { githubId: 1 })])).toEqual([])
    expect(rows([found('a/x', 1, 'A/X')])).toMatchObject([{ library: 'a/x', name: 'A/X' }])
  })
})

describe('a repository that GitHub omits tonight', () => {
  const before = [known('new/x', { name: 'New/X', githubId: 1, stars: 300 })]
  const names = { 'old/x': 'new/x' }

  it.each(['gone', 'blocked', 'unknown'] as const)(
    'a repository that GitHub omits keeps stars and number (%s)',
    (state) => {
      expect(rows([lost('New/X', state)], before)).toMatchObject([
        { library: 'new/x', name: 'New/X', githubId: 1, stars: 300, state, reason: 'GitHub answers 404' },
      ])
      const firstSeen = [{ library: 'first/seen', stars: null, state }]
      // There is nothing to keep of an unknown repository.
      expect(rows([lost('first/seen', state)])).toMatchObject(state === 'unknown' ? [] : firstSeen)
    },
  )

  it.each(['gone', 'blocked', 'unknown'] as const)(
    'a repository that GitHub omits keeps its row under an old name, without a second library (%s)',
    (state) => {
      expect(keyOf(lost('Old/X', state), new Map(Object.entries(names)))).toBe('new/x')
      expect(rows([lost('Old/X', state)], before, names)).toMatchObject([
        { library: 'new/x', name: 'New/X', githubId: 1, stars: 300, state },
      ])
    },
  )

  it('ignores an old name that leads nowhere if the new one is found, in one response or the next', () => {
    for (const answers of [
      [lost('Old/X', 'gone'), found('New/X', 1)],
      [found('New/X', 1), lost('Old/X', 'gone')],
    ])
      expect(rows(answers, before, names)).toMatchObject([{ library: 'new/x', state: 'present', stars: 20 }])
    const asked = [known('new/x', { githubId: 1, askedAt: tonight })]
    expect(rows([lost('Old/X', 'gone')], asked, names)).toEqual([])
  })

  it('reports repositories that GitHub omits in one sentence, whatever their number', () => {
    const why = (answers: RepositoryAnswer[]) => words(unknownReason(answers))
    expect(why([])).toEqual([])
    expect(why([found('a/x', 1), lost('b/x', 'gone')])).toEqual([])
    expect(why([lost('a/x', 'unknown')])).toEqual([
      'GitHub returned nothing tonight for a/x (GitHub answers 404); their previous stars are used',
    ])
    expect(why([lost('a/x', 'unknown'), lost('b/x', 'unknown'), lost('c/x', 'unknown')])).toEqual([
      'GitHub returned nothing tonight for a/x and 2 others (GitHub answers 404); their previous stars are used',
    ])
  })
})

describe('a name of almanac.yaml', () => {
  const domains = (section: object) =>
    domainsOf(libraryContext.section.parse({ domains: { d: { description: 'D', ...section } } }))
  const told = (section: object, ...libraries: KnownLibrary[]) =>
    words(notFound(domains(section), new Map(libraries.map((one) => [one.library, one])), new Map()))

  it('that leads to no repository is said, in a list and among those that are always listed', () => {
    const typo = known('astro/astropyy', { state: 'gone', stars: null })
    const sentence = 'not found on GitHub: Astro/Astropyy; correct them in almanac.yaml'
    expect(told({ source: { list: ['Astro/Astropyy', 'a/x'] } }, typo, known('a/x'))).toEqual([sentence])
    expect(told({ always: ['Astro/Astropyy'] }, typo)).toEqual([sentence])
    expect(told({ always: ['Astro/Astropyy'], never: ['astro/astropyy'] }, typo)).toEqual([])
  })

  it('that was found before is said to be gone', () => {
    expect(told({ always: ['a/x'] }, known('a/x', { state: 'blocked' }))).toEqual([
      'listed in almanac.yaml and gone from GitHub: a/x',
    ])
  })

  it('of the catalogue may lead nowhere', () => {
    expect(told({ source: 'ascl' }, known('a/x', { state: 'gone', stars: null }))).toEqual([])
  })
})

describe('the candidates with stars', () => {
  const world = (...libraries: KnownLibrary[]) => new Map(libraries.map((one) => [one.library, one]))
  const none = new Map<string, string>()

  it('candidates keep existing and omitted repositories, not deleted or blocked ones', () => {
    const states = ['present', 'archived', 'unknown', 'gone', 'blocked']
    const libraries = states.map((state, index) => known(`o/${state}`, { state, stars: index }))
    const names = states.map((state) => `O/${state}`)
    expect(starred(names, world(...libraries), none)).toEqual([
      { library: 'o/present', stars: 0 },
      { library: 'o/archived', stars: 1 },
      { library: 'o/unknown', stars: 2 },
    ])
  })

  it('candidates leave out repositories whose stars were never known', () => {
    const never = known('o/never', { stars: null, state: 'unknown' })
    expect(starred(['o/never', 'o/nobody'], world(never), none)).toEqual([])
  })

  it('candidates have each library once, under its current name, however many names lead to it', () => {
    const names = new Map([
      ['old/x', 'new/x'],
      ['older/x', 'new/x'],
    ])
    expect(starred(['Older/X', 'old/x', 'New/x'], world(known('new/x')), names)).toEqual([
      { library: 'new/x', stars: 10 },
    ])
  })
})
