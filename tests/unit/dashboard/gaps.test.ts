/** The page of gaps shows days as months, and each as it stands. */
import { describe, expect, it } from 'vitest'
import { monthsOf, stateOf, sumsOf } from '../../../dashboard/pages/gaps/months.ts'

const counts = (day: string, expected: number, present: number, excused = 0) => ({
  day,
  expected,
  present,
  excused,
})

describe('a day', () => {
  it.each([
    [counts('2026-11-01', 24, 24), 'whole'],
    [counts('2026-11-01', 24, 1), 'part'],
    [counts('2026-11-01', 24, 0), 'missing'],
    [counts('2026-11-01', 0, 0, 24), 'excused'],
    [counts('2026-11-01', 20, 20, 4), 'whole'],
    [undefined, 'before'],
  ])('%j is %s', (found, state) => {
    expect(stateOf(found)).toBe(state)
  })
})

it('months begin on their weekday, or on that of the first day', () => {
  const months = monthsOf([counts('2026-12-01', 1, 1)], '2026-11-28', '2026-12-02')
  expect(months.map(({ first, skipped, days }) => [first, skipped, days.map(({ day }) => day)])).toEqual([
    // Saturday.
    ['2026-11-01', 5, ['2026-11-28', '2026-11-29', '2026-11-30']],
    // Tuesday.
    ['2026-12-01', 1, ['2026-12-01', '2026-12-02']],
  ])
  expect(months.flatMap(({ days }) => days.map(({ state }) => state))).toEqual([
    'before',
    'before',
    'before',
    'whole',
    'before',
  ])
})

it('a line is the sum of its days', () => {
  const days = [counts('2026-11-01', 24, 20, 0), counts('2026-11-02', 22, 22, 2)]
  expect(sumsOf({ days })).toEqual({ expected: 46, present: 42, excused: 2 })
})
