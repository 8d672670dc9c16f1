/** When indicators are known, and their values if prices do not move, candles are missing or ranges are unknown. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../support/property-runs.ts'
import { DAY_MS, HOUR_MS } from '../../../../core/durations.ts'
import { indicatorsOf, type Indicators } from '../../../../activities/crypto-forecast/indicators.ts'
import {
  exponentialAverage,
  rollingDeviation,
  rollingMean,
} from '../../../../activities/crypto-forecast/rolling.ts'
import { seriesOf, START_MS, walk, withoutRows, type Candle } from './candles.ts'

/** Hours of the Fibonacci window. */
const MONTH_HOURS = 720

const WARM_FROM: Record<keyof Indicators, number> = {
  rsi: 14,
  rsiWilder: 14,
  macd: 25,
  macdSignal: 33,
  macdHistogram: 33,
  sma: 19,
  ema: 19,
  upperBand: 19,
  lowerBand: 19,
  adx: 27,
  adxClose: 27,
  stochRsi: 27,
  stochRsiWilder: 27,
  fibo23: MONTH_HOURS - 1,
  fibo38: MONTH_HOURS - 1,
  fibo50: MONTH_HOURS - 1,
  fibo61: MONTH_HOURS - 1,
  fibo78: MONTH_HOURS - 1,
}
const names = Object.keys(WARM_FROM) as (keyof Indicators)[]

const closes = (values: number[]): Candle[] =>
  values.map((close, row) => ({
    openMs: START_MS + row * HOUR_MS,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
  }))

describe('an indicator', () => {
  it.each(names)(
    'an indicator is unknown before its first full window and known in every later row: %s',
    (name) => {
      const values = indicatorsOf(seriesOf(walk(800)))[name]
      expect(values.findIndex((value) => !Number.isNaN(value))).toBe(WARM_FROM[name])
      expect(values.subarray(WARM_FROM[name]).every(Number.isFinite)).toBe(true)
    },
  )

  it.each([0, 1, 13])('an indicator is unknown everywhere in a series of %i candles', (rows) => {
    for (const column of Object.values(indicatorsOf(seriesOf(walk(rows))))) {
      expect(column).toHaveLength(rows)
      expect(column.every(Number.isNaN)).toBe(true)
    }
  })

  it('an indicator stays between its bounds', () => {
    const { rsi, rsiWilder, adx, adxClose, stochRsi, stochRsiWilder } = indicatorsOf(seriesOf(walk(2000)))
    for (const column of [rsi, rsiWilder, adx, adxClose, stochRsi, stochRsiWilder]) {
      const known = column.filter((value) => !Number.isNaN(value))
      expect(known.length).toBeGreaterThan(1900)
      expect(known.every((value) => value >= 0 && value <= 100)).toBe(true)
    }
  })

  it('an indicator is 0 or the price itself if the price is constant', () => {
    const ours = indicatorsOf(seriesOf(closes(Array<number>(800).fill(640.25))))
    const last = Object.fromEntries(names.map((name) => [name, ours[name][799]]))
    const zero = ['rsi', 'rsiWilder', 'macd', 'macdSignal', 'macdHistogram', 'adx', 'adxClose']
    const expected = names.map((name) => {
      const isZero = zero.includes(name) || name.startsWith('stoch')
      return [name, isZero ? 0 : 640.25]
    })
    expect(last).toEqual(Object.fromEntries(expected))
  })

  it('an indicator shows that a price rising every hour only rises', () => {
    const ours = indicatorsOf(seriesOf(closes(Array.from({ length: 60 }, (_, row) => 100 + row))))
    expect(ours.rsi[59]).toBeCloseTo(100, 6)
    expect(ours.rsiWilder[59]).toBe(100)
    expect(ours.adx[59]).toBeCloseTo(100, 9)
    expect(ours.adxClose[59]).toBeCloseTo(100, 6)
  })

  it('counts candles and not hours across a gap, except for the Fibonacci levels', () => {
    const candles = walk(900)
    const gap = candles.map((candle, row) =>
      row < 850 ? candle : { ...candle, openMs: candle.openMs + 50 * HOUR_MS },
    )
    const whole = indicatorsOf(seriesOf(candles))
    const broken = indicatorsOf(seriesOf(gap))
    for (const name of names) if (!name.startsWith('fibo')) expect(broken[name], name).toEqual(whole[name])
    expect(broken.fibo50.subarray(0, 850)).toEqual(whole.fibo50.subarray(0, 850))
    expect(broken.fibo50.subarray(850)).not.toEqual(whole.fibo50.subarray(850))
  })
})

describe('a gap longer than the longest window', () => {
  it('lets every indicator warm up again, as if the series began after it', () => {
    const candles = walk(1_700)
    const gap = candles.map((candle, row) =>
      row < 850 ? candle : { ...candle, openMs: candle.openMs + 30 * DAY_MS },
    )
    const [before, after] = [
      indicatorsOf(seriesOf(gap.slice(0, 850))),
      indicatorsOf(seriesOf(gap.slice(850))),
    ]
    const broken = indicatorsOf(seriesOf(gap))
    for (const name of names) {
      expect(broken[name].subarray(0, 850), name).toEqual(before[name])
      expect(broken[name].subarray(850), name).toEqual(after[name])
    }
    expect(names.every((name) => Number.isNaN(broken[name][850]))).toBe(true)
  })

  it('does not begin at a gap that is one hour shorter', () => {
    const gap = walk(900).map((candle, row) =>
      row < 850 ? candle : { ...candle, openMs: candle.openMs + 30 * DAY_MS - HOUR_MS },
    )
    expect(indicatorsOf(seriesOf(gap)).rsi.subarray(850).every(Number.isFinite)).toBe(true)
  })
})

describe('a scale of prices', () => {
  const UNITLESS = names.filter((name) => /^(rsi|stoch|adx)/.test(name))
  const times = (candles: Candle[], factor: number) =>
    candles.map(({ openMs, open, high, low, close, volume }) => ({
      ...{ openMs, volume, open: open * factor, high: high * factor },
      ...{ low: low * factor, close: close * factor },
    }))

  it('changes no oscillator, and every other indicator by its factor', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -70, max: 30 }), (seed, power) => {
        const candles = walk(MONTH_HOURS + 20, seed)
        // A power of two scales every number without rounding.
        const factor = 2 ** power
        const [plain, tiny] = [
          indicatorsOf(seriesOf(candles)),
          indicatorsOf(seriesOf(times(candles, factor))),
        ]
        for (const name of names) {
          const by = UNITLESS.includes(name) ? 1 : factor
          expect(tiny[name], name).toEqual(plain[name].map((value) => value * by))
        }
      }),
      runs(4),
    )
  })

  it('of a hundred-millionth leaves the oscillators as they are', () => {
    const candles = walk(400)
    const [plain, tiny] = [indicatorsOf(seriesOf(candles)), indicatorsOf(seriesOf(times(candles, 1e-8)))]
    for (const name of UNITLESS)
      for (const [row, value] of plain[name].entries())
        if (!Number.isNaN(value)) expect(tiny[name][row], name).toBeCloseTo(value, 6)
  })

  it('a coin of a hundred-millionth that only rises has an RSI of 100 exactly', () => {
    const rising = closes(Array.from({ length: 60 }, (_, row) => 1e-8 * 1.01 ** row))
    const { rsi, rsiWilder, adx, adxClose } = indicatorsOf(seriesOf(rising))
    expect([rsi[59], rsiWilder[59]]).toEqual([100, 100])
    expect(adx[59]).toBeCloseTo(100, 9)
    expect(adxClose[59]).toBeCloseTo(100, 9)
  })
})

describe('the Fibonacci levels', () => {
  it('Fibonacci levels lie between the lowest and highest close of the last 30 days and of no other', () => {
    const prices = Array.from({ length: 1600 }, () => 100)
    prices[400] = 300
    prices[401] = 60
    const { fibo23, fibo50 } = indicatorsOf(seriesOf(closes(prices)))
    expect(fibo50[400 + MONTH_HOURS - 1]).toBe((300 + 60) / 2)
    expect(fibo23[400 + MONTH_HOURS - 1]).toBe(60 + 240 * 0.236)
    expect(fibo50[400 + MONTH_HOURS]).toBe((100 + 60) / 2)
    expect(fibo50[401 + MONTH_HOURS]).toBe(100)
  })

  it('Fibonacci levels match brute-force extremes, whatever the series', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const series = withoutRows(seriesOf(walk(1500, seed)), (row) => (row * 31 + seed) % 17 !== 0)
        const { fibo50 } = indicatorsOf(series)
        for (let row = series.close.length - 1; row > 1400 - 400; row -= 37) {
          const from = (series.openMs[row] ?? NaN) - MONTH_HOURS * HOUR_MS
          const inside = series.close.filter((_, at) => at <= row && (series.openMs[at] ?? NaN) > from)
          const low = Math.min(...inside)
          expect(fibo50[row]).toBe(low + (Math.max(...inside) - low) * 0.5)
        }
      }),
      runs(4),
    )
  })
})

describe("Wilder's ADX without a range", () => {
  const unknown = (candle: Candle): Candle => ({ ...candle, open: NaN, high: NaN, low: NaN })

  it('ADX without a range assumes that the hour moved from the previous close to its own', () => {
    const candles = walk(200)
    const between = candles.map((candle, row) => {
      const before = candles[row - 1]?.close ?? candle.close
      return { ...candle, high: Math.max(before, candle.close), low: Math.min(before, candle.close) }
    })
    const { adx } = indicatorsOf(seriesOf(candles.map(unknown)))
    expect(adx.subarray(27).every(Number.isFinite)).toBe(true)
    expect(adx).toEqual(indicatorsOf(seriesOf(between)).adx)
  })

  it('ADX uses the true range again from the next candle that has one', () => {
    const candles = walk(400)
    const hole = candles.map((candle, row) => (row === 100 ? unknown(candle) : candle))
    const [whole, holed] = [indicatorsOf(seriesOf(candles)), indicatorsOf(seriesOf(hole))]
    expect(holed.adx[100]).not.toBe(whole.adx[100])
    expect(holed.adx[399]).toBeCloseTo(whole.adx[399] ?? NaN, 6)
    for (const name of names) if (name !== 'adx') expect(holed[name], name).toEqual(whole[name])
  })
})

describe("Wilder's ADX", () => {
  it('ADX takes no direction from a candle that exceeds the one before equally on both sides', () => {
    const candles = closes(Array.from({ length: 40 }, (_, row) => (row === 39 ? 139 : 100 + row)))
    const widened = (high: number, low: number) =>
      indicatorsOf(seriesOf(candles.map((candle, row) => (row === 39 ? { ...candle, high, low } : candle))))
        .adx[39]
    expect(widened(148, 128)).toBe(100)
    expect(widened(148, 127)).toBeLessThan(100)
  })
})

describe('a series that would spoil its indicators', () => {
  it.each<[string, (candle: Candle, row: number) => Partial<Candle>, RegExp]>([
    ['a close that is unknown', (_, row) => (row === 3 ? { close: NaN } : {}), /^Candle 3 has no close\.$/],
    [
      'a time twice',
      ({ openMs }, row) => (row === 3 ? { openMs: openMs - HOUR_MS } : {}),
      /^Candle 3 .* out of order/,
    ],
    [
      'a time off the grid',
      ({ openMs }, row) => (row === 3 ? { openMs: openMs + 1 } : {}),
      /^Candle 3 .* off the grid/,
    ],
  ])('rejects a series that would spoil its indicators: %s', (_, change, message) => {
    const candles = walk(6).map((candle, row) => ({ ...candle, ...change(candle, row) }))
    expect(() => indicatorsOf(seriesOf(candles))).toThrow(message)
  })

  it('rejects a column that is too short', () => {
    const series = seriesOf(walk(6))
    expect(() => indicatorsOf({ ...series, volume: new Float64Array(5) })).toThrow(/5 values for 6 candles/)
  })
})

describe('windows over rows', () => {
  it('windows depend on nothing before them, to the last bit', () => {
    const plain = Float64Array.from(walk(300), ({ close }) => close)
    const shaken = plain.map((value, row) => (row < 200 ? value * 1e12 : value))
    expect(rollingMean(shaken, 20).subarray(219)).toEqual(rollingMean(plain, 20).subarray(219))
    expect(rollingDeviation(shaken, 20).subarray(219)).toEqual(rollingDeviation(plain, 20).subarray(219))
  })

  it('windows use the sample deviation', () => {
    expect(rollingDeviation(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9), 8)[7]).toBeCloseTo(Math.sqrt(32 / 7), 14)
  })

  it('moving averages begin with the first value and move by 2 / (span + 1)', () => {
    expect([...exponentialAverage(Float64Array.of(10, 20, 20), 3)]).toEqual([10, 15, 17.5])
    expect([...exponentialAverage(new Float64Array(), 3)]).toEqual([])
  })
})
