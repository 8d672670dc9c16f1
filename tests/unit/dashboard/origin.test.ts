/** From a point of a chart to its rows. */
import { describe, expect, it } from 'vitest'
import { nearestTime, searchAt } from '../../../dashboard/chart/origin.ts'
import { dataView, selectionOf, type DataSetEntry } from '../../../dashboard/pages/data/selection.ts'

const HOUR_MS = 3_600_000
const at = Date.parse('2026-11-29T12:00:00Z')
const origin = { set: 'coins/hours', where: { coin: 'x', source: undefined } }

describe('the rows of a point', () => {
  it.each([
    ['a moment', origin, false, '2026-11-29T12:00:00.000Z', '2026-11-29T12:00:00.000Z'],
    [
      'a bucket',
      { ...origin, stepMs: HOUR_MS },
      false,
      '2026-11-29T12:00:00.000Z',
      '2026-11-29T12:59:59.999Z',
    ],
    ['a day', origin, true, '2026-11-29', '2026-11-29'],
    ['a week of days', { ...origin, stepMs: 7 * 24 * HOUR_MS }, true, '2026-11-29', '2026-12-06'],
  ] as const)('are those of %s', (_, from, isDaily, first, last) => {
    expect(searchAt(from, at, isDaily)).toEqual({ set: 'coins/hours', from: first, to: last, 'f.coin': 'x' })
  })

  it('are what the data page then selects', () => {
    const column = { type: 'text', unit: null, meaning: '', is_run: false } as const
    const set: DataSetEntry = {
      pipeline: 'coins',
      name: 'hours',
      row: '',
      address: '/api/data/coins/hours',
      time: 'hour',
      order: ['hour', 'coin'],
      columns: [{ ...column, name: 'coin', is_filter: true }],
    }
    expect(selectionOf(set, dataView.parse(searchAt(origin, at, true)))).toEqual({
      coin: 'x',
      from: '2026-11-29',
      to: '2026-11-29',
    })
  })
})

describe('the point next to a place', () => {
  const lines = [
    {
      name: 'measured',
      points: [
        [10, 1],
        [20, null],
        [40, 2],
      ] as const,
    },
    { name: 'computed', points: [[29, 1]] as const, isComputed: true as const },
  ]
  it('is a value that was stored', () => {
    expect([0, 24, 26, 99].map((place) => nearestTime(place, { lines }))).toEqual([10, 10, 40, 40])
    const candlesticks = [{ time: 22, open: 1, high: 1, low: 1, close: 1 }]
    expect(nearestTime(24, { lines, candlesticks })).toBe(22)
    expect(nearestTime(24, { lines: [] })).toBeUndefined()
  })
})
