/** Features: windows of real days, how complete they must be, the change of a day, and the index with its gaps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../../core/durations.ts'
import {
  featuresOf,
  type DailyIndex,
  type Features,
} from '../../../../activities/crypto-forecast/features.ts'
import { dayWindow, windowMean } from '../../../../activities/crypto-forecast/time-windows.ts'
import { agrees, indexFrom, seriesOf, START_MS, walk, withoutRows } from './candles.ts'

const START_DAY = START_MS / DAY_MS
const noIndex: DailyIndex = { day: new Int32Array(), value: new Float64Array() }
const WINDOWS = [
  ['sma7', 'volumeAvg7d', 7],
  ['sma14', 'volumeAvg14d', 14],
  ['sma30', 'volumeAvg30d', 30],
] as const

/** Mean of the known values of (t - days, t], by a plain search. */
function plainMean(openMs: Float64Array, values: Float64Array, row: number, days: number): number {
  const until = openMs[row] ?? NaN
  const inside = values.filter((value, at) => {
    const opened = openMs[at] ?? NaN
    return opened > until - days * DAY_MS && opened <= until && !Number.isNaN(value)
  })
  return inside.reduce((sum, value) => sum + value, 0) / inside.length
}

const firstKnown = (values: Float64Array) => values.findIndex((value) => !Number.isNaN(value))

describe('means over days', () => {
  it.each(WINDOWS)(
    'computes means over the hours of the days, from the first full window on: %s and %s',
    (sma, volume, days) => {
      const series = seriesOf(walk(1000))
      const features = featuresOf(series, noIndex)
      for (const [name, column] of [
        [sma, series.close],
        [volume, series.volume],
      ] as const) {
        expect(firstKnown(features[name])).toBe(days * 24 - 1)
        for (const row of [days * 24 - 1, days * 24, 999])
          expect(agrees(features[name][row] ?? NaN, plainMean(series.openMs, column, row, days), 1e-12)).toBe(
            true,
          )
      }
    },
  )

  it('averages seven candles on a daily grid and 168 on an hourly one', () => {
    const daily = seriesOf(walk(40, 1, DAY_MS), DAY_MS)
    const { sma7, sma30 } = featuresOf(daily, noIndex)
    expect(firstKnown(sma7)).toBe(6)
    expect(firstKnown(sma30)).toBe(29)
    expect(
      agrees(sma7[39] ?? NaN, daily.close.subarray(33).reduce((sum, close) => sum + close) / 7, 1e-12),
    ).toBe(true)
  })

  it('computes a mean with a tenth of the hours missing, but not with one more', () => {
    const atMost = 16 // of 168; 90 % are 151.2
    const lost = (count: number) => withoutRows(seriesOf(walk(400)), (row) => row < 200 || row >= 200 + count)
    const known = lost(atMost)
    const { sma7, sma14 } = featuresOf(known, noIndex)
    expect(sma7.subarray(200).every(Number.isFinite)).toBe(true)
    expect(agrees(sma7[200] ?? NaN, plainMean(known.openMs, known.close, 200, 7), 1e-12)).toBe(true)
    const oneMore = featuresOf(lost(atMost + 1), noIndex)
    expect(oneMore.sma7[199]).toBeTypeOf('number')
    expect(oneMore.sma7[200]).toBeNaN()
    expect(oneMore.sma14.subarray(336).every(Number.isFinite)).toBe(true)
    expect(sma14.subarray(336).every(Number.isFinite)).toBe(true)
  })

  it('computes a mean again as soon as the hole has left the window', () => {
    const series = withoutRows(seriesOf(walk(600)), (row) => row < 200 || row >= 230)
    const { sma7 } = featuresOf(series, noIndex)
    const back = sma7.findIndex((value, row) => row >= 200 && !Number.isNaN(value))
    // 14 of the 30 missing hours must have left: the window then begins with hour 214.
    expect(series.openMs[back]).toBe(START_MS + (214 + 167) * HOUR_MS)
  })

  it('means leave unknown volumes out and count them as missing', () => {
    const series = seriesOf(
      walk(400).map((candle, row) => (row % 12 === 0 ? { ...candle, volume: NaN } : candle)),
    )
    const { volumeAvg7d } = featuresOf(series, noIndex)
    expect(agrees(volumeAvg7d[399] ?? NaN, plainMean(series.openMs, series.volume, 399, 7), 1e-12)).toBe(true)
    const half = seriesOf(
      walk(400).map((candle, row) => (row % 2 === 0 ? { ...candle, volume: NaN } : candle)),
    )
    expect(featuresOf(half, noIndex).volumeAvg7d.every(Number.isNaN)).toBe(true)
    expect(featuresOf(half, noIndex).sma7[399]).not.toBeNaN()
  })

  it('counts a volume of zero as a volume', () => {
    const series = seriesOf(walk(400).map((candle) => ({ ...candle, volume: 0 })))
    expect(featuresOf(series, noIndex).volumeAvg7d[399]).toBe(0)
  })

  it('means do not drift over 20,000 hours, nor after a value 10^12 times the usual', () => {
    const series = seriesOf(walk(20_000, 3))
    const volume = series.volume.map((value, row) => (row === 5000 ? 1e15 : value / 7))
    const mean = windowMean(volume, dayWindow(series, 30))
    for (const row of [4999, 5720, 9999, 19_999])
      expect(agrees(mean[row] ?? NaN, plainMean(series.openMs, volume, row, 30), 1e-12)).toBe(true)
  })
})

describe('the change of a day', () => {
  it('computes the change of a day against the close 24 hours before, in percent', () => {
    const series = seriesOf(walk(100))
    const { changePercent } = featuresOf(series, noIndex)
    expect(firstKnown(changePercent)).toBe(24)
    const expected = ((series.close[99] ?? NaN) / (series.close[75] ?? NaN) - 1) * 100
    expect(changePercent[99]).toBe(expected)
  })

  it('the change of a day is unknown only if that candle is missing', () => {
    const series = withoutRows(seriesOf(walk(100)), (row) => row !== 50)
    const { changePercent } = featuresOf(series, noIndex)
    const unknown = [...changePercent.keys()].filter((row) => row >= 24 && Number.isNaN(changePercent[row]))
    expect(unknown.map((row) => series.openMs[row])).toEqual([START_MS + 74 * HOUR_MS])
  })
})

describe('the Fear & Greed index', () => {
  const names = ['fearGreed7d', 'fearGreed14d', 'fearGreed30d'] as const
  const hours = seriesOf(walk(24 * 5))
  const at = (features: Features, name: keyof Features, hour: number) => features[name][hour]

  it('uses the Fear & Greed index of the UTC day in which the candle opened', () => {
    const index = indexFrom(START_DAY, 5)
    const features = featuresOf(hours, index)
    expect(at(features, 'fearGreed', 0)).toBe(index.value[0])
    expect(at(features, 'fearGreed', 23)).toBe(index.value[0])
    expect(at(features, 'fearGreed', 24)).toBe(index.value[1])
    expect(at(features, 'fearGreed', 119)).toBe(index.value[4])
  })

  it('the index is unknown before its first day, after its last and on a missing day', () => {
    const features = featuresOf(hours, {
      day: Int32Array.of(START_DAY + 1, START_DAY + 3),
      value: Float64Array.of(10, 20),
    })
    const ofDays = [0, 1, 2, 3, 4].map((day) => at(features, 'fearGreed', day * 24))
    expect(ofDays).toEqual([NaN, 10, NaN, 20, NaN])
  })

  it.each([
    ['fearGreed7d', 7],
    ['fearGreed14d', 14],
    ['fearGreed30d', 30],
  ] as const)('averages the index over the days that end with the candle: %s', (name, days) => {
    const index = indexFrom(START_DAY - days + 1, 40)
    const features = featuresOf(hours, index)
    const mean = (from: number) =>
      index.value.subarray(from, from + days).reduce((sum, value) => sum + value) / days
    expect(at(features, name, 0)).toBeCloseTo(mean(0), 12)
    expect(at(features, name, 23)).toBeCloseTo(mean(0), 12)
    expect(at(features, name, 24)).toBeCloseTo(mean(1), 12)
  })

  it.each(names)('has no mean of the index while it does not reach back: %s', (name) => {
    const days = Number.parseInt(name.replace(/\D/g, ''))
    const features = featuresOf(hours, indexFrom(START_DAY - days + 2, 60))
    expect(at(features, name, 23)).toBeNaN()
    expect(at(features, name, 24)).not.toBeNaN()
  })

  it('averages the known days of the index, at least half of them, even if the day itself is missing', () => {
    const known = (days: number[]) => {
      const day = Int32Array.from(days, (offset) => START_DAY + offset)
      return featuresOf(hours, { day, value: Float64Array.from(days, (offset) => 50 + offset) })
    }
    const oldest = [-40, -39]
    expect(at(known([...oldest, -6, -4, -3, -1]), 'fearGreed7d', 0)).toBe(50 - 14 / 4)
    expect(at(known([...oldest, -6, -4, -3, -1]), 'fearGreed', 0)).toBeNaN()
    expect(at(known([...oldest, -6, -4, -3]), 'fearGreed7d', 0)).toBeNaN()
    expect(at(known([...oldest, -7, -6, -5, -4]), 'fearGreed7d', 0)).toBeNaN()
  })

  it('leaves out an index value that is not a number', () => {
    const index = indexFrom(START_DAY - 6, 7)
    const value = index.value.map((reading, day) => (day === 2 ? NaN : reading))
    const rest = value.filter((reading) => !Number.isNaN(reading))
    const features = featuresOf(hours, { ...index, value })
    expect(at(features, 'fearGreed7d', 0)).toBeCloseTo(rest.reduce((sum, reading) => sum + reading) / 6, 12)
  })
})

describe('a window of days', () => {
  it('a mean over days matches a brute-force mean, whatever is missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 15, max: 60 }), (seed, sparse) => {
        const series = withoutRows(seriesOf(walk(500, seed)), (row) => (row * 31 + seed) % sparse !== 0)
        const { sma7, volumeAvg14d } = featuresOf(series, noIndex)
        for (let row = series.close.length - 1; row > 350; row -= 13) {
          expect(agrees(sma7[row] ?? NaN, plainMean(series.openMs, series.close, row, 7), 1e-12)).toBe(true)
          expect(
            agrees(volumeAvg14d[row] ?? NaN, plainMean(series.openMs, series.volume, row, 14), 1e-12),
          ).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })
})
