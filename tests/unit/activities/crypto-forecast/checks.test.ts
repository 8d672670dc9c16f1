import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../../core/durations.ts'
import { checksOf } from '../../../../activities/crypto-forecast/check-grid.ts'
import type { GridFacts } from '../../../../db/queries/crypto-forecast/prices.ts'
import { sentence } from '../../../../wording/sentence.ts'
const NEWEST = Date.parse('2026-07-20T09:00:00Z')
const GOOD: GridFacts = {
  rows: 1_440,
  days: 60,
  newest: NEWEST,
  cold: 0,
  early: 0,
  double: 0,
  gaps: 0,
  knownGaps: 2,
  others: 0,
}
const failed = (facts: Partial<GridFacts>) =>
  checksOf({ ...GOOD, ...facts }, undefined, NEWEST)
    .filter(({ passed }) => !passed)
    .map(({ name, found, finding }) => [name, found, sentence(finding)])

describe('the checks', () => {
  it('the checks pass a whole grid with the gaps of the exchange', () => {
    expect(failed({})).toEqual([])
    expect(checksOf(GOOD, { both: 2_000, apart: 20 }, NEWEST)).toHaveLength(7)
  })

  it.each<[string, Partial<GridFacts>, number, string]>([
    ['newest-candle', { newest: NEWEST - 3 * HOUR_MS }, 3, 'is 3 hours behind the newest closed hour'],
    [
      'nulls-after-warm-up',
      { cold: 2 },
      2,
      'has 2 rows without an indicator later than 30 days after its first',
    ],
    ['warm-up-after-gap', { early: 3 }, 3, 'has 3 rows with indicators across a gap of more than 30 days'],
    ['duplicates', { double: 1 }, 1, 'has 1 row not alone on a full hour'],
    ['gaps', { gaps: 4 }, 4, 'lacks 4 hours that the exchange should have (and 2 that it does not have)'],
  ])('the checks name %s if it fails, with what was found', (name, facts, found, said) => {
    expect(failed(facts)).toEqual([[name, found, said]])
  })

  it('the newest hour is not judged in a run that did not ask for it', () => {
    const names = checksOf({ ...GOOD, newest: NEWEST - HOUR_MS }, undefined, undefined).map(
      ({ name }) => name,
    )
    expect(names).toHaveLength(6)
    expect(names).not.toContain('newest-candle')
  })

  it('the checks say how many hours are from the other source', () => {
    const gaps = checksOf({ ...GOOD, others: 27 }, undefined, NEWEST).find(({ name }) => name === 'gaps')
    expect(gaps && sentence(gaps.finding)).toMatch(/; 27 hours of CoinGecko$/)
  })

  it('the checks fail a coin at whose hours the sources are apart, if they are more than one in a hundred', () => {
    const failing = (apart: number) =>
      checksOf(GOOD, { both: 2_000, apart }, NEWEST)
        .filter(({ passed }) => !passed)
        .map(({ name, finding }) => [name, sentence(finding)])
    expect(failing(20)).toEqual([])
    expect(failing(21)).toEqual([
      ['sources', 'has 21 of 2,000 hours at which the sources are more than 5 % apart'],
    ])
  })

  it('the checks fail a coin without rows by name', () => {
    expect(failed({ rows: 0, days: 0, newest: undefined, knownGaps: 0 })).toEqual([
      ['rows', 0, 'has 0 rows, 0 days of them up to the newest hour'],
      ['newest-candle', 0, 'has no candle'],
    ])
  })
})
