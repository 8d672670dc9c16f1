/** What is drawn of many values, and what a tooltip says of one of them. */
import { describe, expect, it } from 'vitest'
import { optionsOf, type Drawing } from '../../../dashboard/chart/options.ts'
import { seenValues } from '../../../dashboard/chart/seen.ts'
import { formatIn } from '../../../dashboard/format.ts'

const drawn = (values: number[], frame: number, isBars = false) => {
  const seen = seenValues(values.length, (at) => values[at] ?? NaN, frame, isBars)
  return values.filter((_, at) => seen[at] === 1)
}

describe('of the values of a pixel', () => {
  it('a line shows the smallest and the largest', () => {
    expect(drawn([5, 1, 3, 9, 4, 2, 2, 2], 4)).toEqual([1, 9, 4, 2])
  })

  it('a line shows gaps, and the extremes on both sides', () => {
    expect(drawn([5, 1, 3, NaN, 4, 7, 6, NaN], 8)).toEqual([5, 1, NaN, 4, 7, NaN])
    expect(drawn([NaN, NaN, 8, 7, 9, 8], 3)).toEqual([NaN, NaN, 8, 7, 9])
  })

  it('a bar shows what is farthest from zero on each side', () => {
    expect(drawn([5, 1, 3, -2, -1, 4], 6, true)).toEqual([5, -2])
    expect(drawn([5, 1, 3, 2], 4, true)).toEqual([5])
    expect(drawn([0, 0], 2, true)).toEqual([])
  })
})

const HOUR_MS = 3_600_000
const palette = { text: '', soft: '', grid: '', surface: '', up: '', down: '', series: ['a'] }
const drawing: Drawing = {
  kind: 'line',
  lines: [
    {
      name: 'Upper',
      points: [
        [0, 12],
        [HOUR_MS, 13],
      ],
    },
    {
      name: 'Lower',
      points: [
        [0, 8],
        [HOUR_MS, null],
      ],
    },
    { name: 'Hidden', points: [[0, 1]] },
  ],
  candleNames: ['Open', 'Close', 'Low', 'High'],
  unit: 'EUR',
  zone: 'UTC',
  isDaily: false,
  hidden: new Set([2]),
}

describe('a tooltip', () => {
  const options = optionsOf(drawing, palette, formatIn('en', 'UTC')) as unknown as {
    tooltip: { formatter: (items: unknown[]) => string }
    xAxis: { axisLabel: { formatter: (time: number) => string } }
  }
  const candle = { seriesName: '', seriesType: 'candlestick', marker: '', value: [0, 9, 10, 8, 11] }
  const item = (seriesName: string, value: number[]) => ({
    seriesName,
    seriesType: 'line',
    marker: '● ',
    value,
  })

  it('has the value of every line at its time, also of those that have not drawn it', () => {
    const lines = options.tooltip.formatter([candle, item('Upper', [0, 12])]).split('\n')
    expect(lines.slice(1)).toEqual([
      'Open: 9 EUR',
      'Close: 10 EUR',
      'Low: 8 EUR',
      'High: 11 EUR',
      'Upper: 12 EUR',
      'Lower: 8 EUR',
    ])
  })

  it('marks lines with their colours, and says nothing of a gap', () => {
    const lines = options.tooltip
      .formatter([item('Upper', [HOUR_MS, 13]), item('Lower', [HOUR_MS, NaN])])
      .split('\n')
    expect(lines.slice(1)).toEqual(['● Upper: 13 EUR'])
  })

  it('stands over an axis of days and the times between them', () => {
    const { formatter } = options.xAxis.axisLabel
    const times = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 2, 6)]
    expect(times.map((time) => formatter(time))).toEqual(['2026', 'Jan 2', '06:00'])
  })
})

describe('a chart', () => {
  interface Told {
    dataZoom: unknown[]
    yAxis: { max: (extent: { max: number }) => number }
    series: { showSymbol?: boolean; data: Float64Array }[]
  }
  const told = (points: Drawing['lines'][number]['points'], isRank = false) =>
    optionsOf(
      { ...drawing, lines: [{ name: 'a', points }], hidden: new Set(), isRank },
      palette,
      formatIn('en', 'UTC'),
    ) as unknown as Told
  const hours = (count: number) => Array.from({ length: count }, (_, hour) => [hour * HOUR_MS, hour] as const)

  it('of few points marks each, and has nothing to zoom in', () => {
    const { dataZoom, series } = told(hours(30))
    expect([dataZoom.length, series.map(({ showSymbol }) => showSymbol)]).toEqual([0, [true]])
  })

  it('of many points can be zoomed, and marks those alone that no line leads to', () => {
    const points = hours(40).map(
      ([time, value], at) => [time, at === 20 || at === 22 ? null : value] as const,
    )
    const { dataZoom, series } = told(points)
    expect(dataZoom).toHaveLength(2)
    expect(series.map(({ showSymbol }) => showSymbol)).toEqual([false, undefined])
    expect([...(series[1]?.data ?? [])]).toEqual([21 * HOUR_MS, 21])
  })

  it('of ranks has a second place under the first', () => {
    const { max } = told(hours(2), true).yAxis
    expect([max({ max: 1 }), max({ max: 7 })]).toEqual([2, 7])
  })
})
