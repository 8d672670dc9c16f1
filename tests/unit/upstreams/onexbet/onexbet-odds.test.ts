import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasMatchOdds, oddsOf } from '../../../../upstreams/onexbet/onexbet-odds.ts'

const row = (T: number, C: unknown, more: object = {}) => ({ T, C, CV: String(C), G: 1, ...more })

describe('the odds of 1 / X / 2', () => {
  it('reads the odds of 1 / X / 2 from types 1, 2 and 3 of group 1, in that order', () => {
    const double = [4, 5, 6].map((T) => row(T, 1.2, { G: 8 }))
    expect(oddsOf([row(3, 4.1), ...double, row(1, 1.8), row(2, 3.5)], [])).toEqual({
      one: 1.8,
      x: 3.5,
      two: 4.1,
    })
  })

  it.each<[string, object]>([
    ['a blocked one', row(1, 1.8, { B: true })],
    ['the placeholder of a blocked market', row(1, 1.001)],
    ['one that pays nothing', row(1, 1)],
    ['one of another group', row(1, 1.8, { G: 2 })],
    ['text', row(1, '1.8')],
    ['nothing', row(1, null)],
    ['an infinite one', row(1, Number.POSITIVE_INFINITY)],
    ['one beyond any', row(1, 10_001)],
  ])('omits odds %s', (_name, bad) => {
    expect(oddsOf([bad, row(2, 3.5)], [])).toEqual({ one: null, x: 3.5, two: null })
  })

  it('takes odds from the other lines only if the main ones do not name the outcome', () => {
    const others = [
      { G: 17, ME: [row(2, 9, { G: 17 })] },
      { G: 1, ME: [row(1, 1.5), row(2, 3.2), { T: 3, C: 5 }] },
    ]
    expect(oddsOf([row(1, 1.001, { B: true })], others)).toEqual({ one: null, x: 3.2, two: 5 })
  })

  it('gives null for odds of any other value', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), (main, others) => {
        for (const odds of Object.values(oddsOf(main, others)))
          expect(odds === null || odds > 1.001).toBe(true)
      }),
    )
  })

  it('distinguishes a match from an outright bet by the rows that name a competitor', () => {
    expect(hasMatchOdds([row(1, 1.8)])).toBe(true)
    expect(hasMatchOdds([row(1, 4.5, { P: 410_000 }), row(9, 1.8, { G: 17 })])).toBe(false)
  })
})
