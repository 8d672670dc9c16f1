/** Lines that are computed from lines: a trend, and lines that can be stacked. */
import { describe, expect, it } from 'vitest'
import { stackable, trendOf } from '../../../dashboard/chart/trend.ts'

const DAY_MS = 86_400_000
const daily = (...values: (number | null)[]) => values.map((value, day) => [day * DAY_MS, value] as const)

describe('a trend', () => {
  it('is the straight line through values that lie on one, gaps left out', () => {
    const trend = trendOf(daily(100, 103, null, 109))
    expect(trend?.perDay).toBeCloseTo(3)
    expect(trend?.points.map(([time, value]) => [time / DAY_MS, Math.round(value ?? 0)])).toEqual([
      [0, 100],
      [1, 103],
      [3, 109],
    ])
  })

  it('goes through the middle of values that do not', () => {
    const trend = trendOf(daily(0, 3, 3, 6))
    expect(trend?.perDay).toBeCloseTo(1.8)
    expect(trend?.points[0]?.[1]).toBeCloseTo(0.3)
  })

  it.each([[daily()], [daily(1, 2)], [daily(1, null, 2)], [[1, 2, 3].map((value) => [0, value] as const)]])(
    'is not claimed of %j',
    (points) => {
      expect(trendOf(points)).toBeUndefined()
    },
  )
})

describe('lines that are stacked', () => {
  const valuesOf = (lines: ReturnType<typeof stackable>) =>
    lines.map(({ points }) => points.map(([, value]) => value))

  it('have the times of all lines', () => {
    const [modrinth, curseforge] = [daily(1, 2), daily(null, null, 5)]
    const lines = stackable([
      { name: 'a', points: [...modrinth, [2 * DAY_MS, 3]] },
      { name: 'b', points: curseforge.slice(2) },
    ])
    expect(valuesOf(lines)).toEqual([
      [1, 2, 3],
      [null, null, 5],
    ])
  })

  it('have a gap where one of them has none of its values, since the sum would fall for no reason', () => {
    const lines = stackable([
      { name: 'a', points: daily(1, 2, 3) },
      { name: 'b', points: daily(7, null, 9) },
    ])
    expect(valuesOf(lines)).toEqual([
      [1, null, 3],
      [7, null, 9],
    ])
  })
})
