import { describe, expect, it } from 'vitest'
import { rankByStars, listAnomaly as suspicionOf } from '../../../../activities/library-context/ranking.ts'
import { nextList } from '../../../../activities/library-context/lists.ts'
import { domain } from './domain.ts'
import { sentence } from '../../../../wording/sentence.ts'
import type { Reason } from '../../../../core/reason.ts'

/** So many libraries `o/lib1` …, with falling stars. */
const libraries = (count: number, first = 1) =>
  Array.from({ length: count }, (_, index) => ({
    library: `o/lib${first + index}`,
    stars: 1_000 - first - index,
  }))

const places = (count: number, first = 1) =>
  libraries(count, first).map((one, index) => ({ ...one, rank: index + 1 }))

describe('ranks', () => {
  it('ranks by stars, then by name, whatever the order of the responses', () => {
    const given = [
      { library: 'b/x', stars: 5 },
      { library: 'c/x', stars: 7 },
      { library: 'a/y', stars: 5 },
      { library: 'a/x', stars: 5 },
      { library: 'd/x', stars: 0 },
    ]
    const expected = ['c/x', 'a/x', 'a/y', 'b/x', 'd/x'].map((library, index) => [library, index + 1])
    for (const order of [given, given.toReversed()])
      expect(rankByStars(order, 10).map(({ library, rank }) => [library, rank])).toEqual(expected)
  })

  it('ranks end with the list', () => {
    expect(rankByStars(libraries(5), 2)).toEqual([
      { library: 'o/lib1', stars: 999, rank: 1 },
      { library: 'o/lib2', stars: 998, rank: 2 },
    ])
  })

  it('ranking leaves the responses unchanged', () => {
    const given = libraries(3).toReversed()
    rankByStars(given, 3)
    expect(given).toEqual(libraries(3).toReversed())
  })
})

const words = (reason: Reason | undefined) => reason && sentence(reason)
const anomalyText = (...lists: Parameters<typeof suspicionOf>) => words(suspicionOf(...lists))

describe('a list', () => {
  it.each([
    [33, undefined],
    [34, '34 of the 100 libraries of the previous list would leave it in one night'],
  ])('%i of 100 libraries leaving a list is %s', (left, anomaly) => {
    expect(anomalyText(places(100), libraries(100, 1 + left))).toBe(anomaly)
  })

  it.each([
    [50, undefined],
    [51, '51 of 100 libraries would have no stars'],
  ])('%i of 100 libraries without a star is %s', (starless, anomaly) => {
    const next = libraries(100).map((one, index) => (index < starless ? { ...one, stars: 0 } : one))
    expect(anomalyText(places(100), next)).toBe(anomaly)
    expect(anomalyText([], next)).toBe(anomaly)
  })

  it('accepts a list without stars if the one before had none either', () => {
    const starless = libraries(10).map((one) => ({ ...one, stars: 0 }))
    expect(anomalyText(starless, starless)).toBeUndefined()
    expect(anomalyText([...starless, { library: 'o/one', stars: 1 }], starless)).toBeDefined()
  })

  it('a short list may change by half, and have no stars', () => {
    expect(anomalyText(places(5), libraries(5, 4))).toBeUndefined()
    const starless = libraries(5).map((one) => ({ ...one, stars: 0 }))
    expect(anomalyText(places(5), starless)).toBeUndefined()
    expect(anomalyText(places(6), libraries(6, 4))).toBeDefined()
  })

  it('does not accept a list that comes back empty', () => {
    expect(anomalyText(places(100), [])).toBe(
      '100 of the 100 libraries of the previous list would leave it in one night',
    )
  })
})

describe('the next list of a domain', () => {
  const before = (count: number, first = 1) => ({ date: '2026-11-20', places: places(count, first) })
  const asked = { isForced: false }

  it('keeps the last list if the next is implausible, and says so', () => {
    const given = { domain: domain(), before: before(10), listed: libraries(10, 5) }
    expect(words(nextList({ ...given, ...asked }).anomaly)).toBe(
      'suspicious: astronomy: 4 of the 10 libraries of the previous list would leave it in one night; the list of 2026-11-20 stays',
    )
    const forced = nextList({ ...given, isForced: true })
    expect(forced.anomaly).toBeUndefined()
    expect(forced.left.map(({ library }) => library)).toEqual(['o/lib1', 'o/lib2', 'o/lib3', 'o/lib4'])
    expect(forced.next.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('makes no list if the first one is implausible', () => {
    const starless = libraries(10).map((one) => ({ ...one, stars: 0 }))
    const { anomaly } = nextList({ domain: domain(), before: undefined, listed: starless, ...asked })
    expect(words(anomaly)).toBe(
      'suspicious: astronomy: 10 of 10 libraries would have no stars; no list is made from it',
    )
  })

  it('accepts a list after edited keywords: libraries that no longer pass are no loss', () => {
    const galaxies = places(6).map((one, index) => ({ ...one, library: `o/gal${index}` }))
    const given = {
      before: { date: '2026-11-20', places: [...galaxies, ...places(6)] },
      listed: libraries(6),
      ...asked,
    }
    expect(nextList({ ...given, domain: domain({ keywords: ['gal', 'lib'] }) }).anomaly).toBeDefined()
    const { anomaly, next, left } = nextList({ ...given, domain: domain({ keywords: ['lib'] }) })
    expect(anomaly).toBeUndefined()
    expect(next).toHaveLength(6)
    expect(left.map(({ library }) => library)).toEqual(galaxies.map(({ library }) => library))
  })

  it('accepts a list after settings made it shorter, or excluded some', () => {
    const short = nextList({
      domain: domain({ top: 3 }),
      before: before(10),
      listed: libraries(10),
      ...asked,
    })
    expect(short.anomaly).toBeUndefined()
    expect(short.left).toHaveLength(7)
    const never = ['O/Lib1', 'o/lib2', 'o/lib3', 'o/lib4', 'o/lib5']
    const rest = { before: before(10), listed: libraries(5, 6), ...asked }
    expect(nextList({ domain: domain({ never }), ...rest }).anomaly).toBeUndefined()
    expect(nextList({ domain: domain(), ...rest }).anomaly).toBeDefined()
  })
})
