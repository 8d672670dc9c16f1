/** From the series of the API to what a chart draws, and to its table and file. */
import { describe, expect, it } from 'vitest'
import { candleLines, csvOf, linesOf, rowsOf, withGaps } from '../../../dashboard/chart/series.ts'
import { csvOf as csvOfFiles } from '../../../system/csv.ts'

const HOUR_MS = 3_600_000
const at = (hour: number) => new Date(hour * HOUR_MS).toISOString()
const point = (line: string, hour: number, last: number, spread = 0) => ({
  line,
  time: at(hour),
  min: last - spread,
  max: last + spread,
  last,
  sum: 0,
  rows: spread === 0 ? 1 : 2,
})

describe('a line', () => {
  it('has a gap where a step is missing, and none where the clock was a little late', () => {
    const points = [3, 0, 1.25].map((hour) => [hour * HOUR_MS, hour] as const)
    expect(withGaps(points, HOUR_MS)).toEqual([
      [0, 0],
      [1.25 * HOUR_MS, 1.25],
      [2.25 * HOUR_MS, null],
      [3 * HOUR_MS, 3],
    ])
    expect(withGaps(points, null)).toHaveLength(3)
  })

  it('is not drawn for a name without any value', () => {
    const without = { ...point('b', 0, 1), min: null, max: null, last: null }
    expect(linesOf([point('a', 0, 5), without], HOUR_MS, '').map(({ name }) => name)).toEqual(['a'])
  })

  it('is drawn for each name, with the interval of its buckets if they hold several rows', () => {
    const lines = linesOf([point('a', 0, 5), point('b', 0, 7, 2), point('b', 1, 8)], HOUR_MS, 'downloads')
    expect(lines).toEqual([
      { name: 'a', points: [[0, 5]] },
      {
        name: 'b',
        points: [
          [0, 7],
          [HOUR_MS, 8],
        ],
        band: [
          [0, 5, 9],
          [HOUR_MS, 8, 8],
        ],
      },
    ])
    expect(linesOf([point('', 0, 5)], HOUR_MS, 'downloads')[0]?.name).toBe('downloads')
  })
})

it('data that is rarer than its buckets has a gap only where it is rarer than usual', () => {
  const [line] = linesOf(
    [0, 2, 4, 8].map((hour) => point('', hour, hour)),
    HOUR_MS,
    'a',
  )
  expect(line?.points.map(([, value]) => value)).toEqual([0, 2, 4, null, 8])
})

describe('the table of a chart', () => {
  it('has each time once, the newest first, and no row for a gap', () => {
    const lines = linesOf([point('a', 0, 5), point('a', 2, 6), point('b', 2, 7)], HOUR_MS, '')
    expect(rowsOf(lines)).toEqual([
      { time: 2 * HOUR_MS, values: [6, 7] },
      { time: 0, values: [5, null] },
    ])
  })

  it('has the four prices of a candle', () => {
    const lines = candleLines(
      [{ time: 0, open: 1, high: 4, low: 0, close: 3 }],
      ['Open', 'High', 'Low', 'Close'],
    )
    expect(lines.map(({ name, points }) => [name, points[0]?.[1]])).toEqual([
      ['Open', 1],
      ['High', 4],
      ['Low', 0],
      ['Close', 3],
    ])
  })
})

describe('the CSV of a chart', () => {
  it.each(['=1+1', "'=1", '@a', '-1', 'a,b', 'a"b', 'a\nb', 'plain'])(
    'has the name %j as every other CSV file has it',
    (name) => {
      const rows = [
        [name, 'time'],
        [-1, null],
      ]
      expect(csvOf(rows)).toBe(csvOfFiles(rows))
    },
  )
})
