import { describe, expect, it } from 'vitest'
import { DAYS_UNTIL_BELIEVED, doubtOf, isBelievedNow } from '../../../core/plausibility.ts'

const TOTAL = { fall: 0.1, rise: { times: 10, above: 1_000_000 } }

describe('a change of a value', () => {
  it.each([
    ['rises', 1000, 1200, undefined],
    ['falls by a tenth', 1000, 900, undefined],
    ['falls by more than a tenth', 1000, 899, 'fell'],
    ['falls to nothing', 1, 0, 'fell'],
    ['stays at nothing', 0, 0, undefined],
    ['multiplies, and is still small', 5, 900_000, undefined],
    ['multiplies beyond belief', 5, 4_294_967_295, 'jumped'],
    ['is large, and was', 900_000, 1_100_000, undefined],
    ['is the first', null, 0, undefined],
  ])('that %s', (_, before, now, expected) => {
    expect(doubtOf(TOTAL, before, now)).toBe(expected)
  })

  it('is believed from small values, where the rule says so', () => {
    const rule = { fall: 0.5, judgedFrom: 10 }
    expect(doubtOf(rule, 9, 0)).toBeUndefined()
    expect(doubtOf(rule, 10, 4)).toBe('fell')
  })

  it('by just the share of the rule is believed, whatever the numbers are', () => {
    for (let before = 3; before <= 3_000; before += 3)
      expect(doubtOf({ fall: 1 / 3 }, before, (before * 2) / 3), String(before)).toBeUndefined()
  })

  const rule = { fall: 0.1, rise: { times: 10, above: 1_000_000 } }

  it('is believed on the third day on which it is seen', () => {
    for (const [earlier, believed] of [
      [[], false],
      [[400], false],
      [[400, 410], true],
    ] as const)
      expect(isBelievedNow(rule, { before: 1_000, earlier, now: 405 }), String(earlier)).toBe(believed)
    expect(DAYS_UNTIL_BELIEVED).toBe(3)
  })

  it('is not believed because others, of other values, were doubted before it', () => {
    for (const earlier of [
      [0, 9_000_000],
      [700, 9_000_000],
      [700, 650],
    ])
      expect(isBelievedNow(rule, { before: 1_000, earlier, now: 405 }), String(earlier)).toBe(false)
  })

  it('is believed once a counter that was reset has risen for three days', () => {
    expect(isBelievedNow(rule, { before: 1_000, earlier: [0, 40], now: 90 })).toBe(true)
  })
})
