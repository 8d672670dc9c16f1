/** The line of a card: which one, and where its points lie. */
import { describe, expect, it } from 'vitest'
import { sparkOf } from '../../../dashboard/blocks/spark.ts'

const point = (line: string, day: number, last: number | null, rows = 1) => ({
  line,
  time: `2026-11-0${day}T00:00:00Z`,
  min: last,
  max: last,
  sum: last,
  last,
  rows,
})

describe('a line without axes', () => {
  it('is that of the largest newest value, from left to right and from bottom to top', () => {
    const points = [
      point('a', 1, 5),
      point('a', 2, 6),
      point('b', 3, 40),
      point('b', 1, 10),
      point('b', 2, null),
    ]
    expect(sparkOf(points, 'last')).toEqual({ name: 'b', told: 40, points: '0,24 100,0' })
  })

  it('may count rows, without drawing the bucket that is not full yet, and lies in the middle where nothing changes', () => {
    const points = [point('', 1, null, 7), point('', 2, null, 7), point('', 3, null, 1)]
    expect(sparkOf(points, 'rows')).toEqual({
      name: '',
      told: 15,
      points: '0,12 100,12',
    })
  })

  it('needs two points', () => {
    expect(sparkOf([], 'last')).toBeUndefined()
    expect(sparkOf([point('a', 1, 5), point('b', 2, 5)], 'last')).toBeUndefined()
  })
})
