/** No value knows the future: what comes after a row, or is corrected after it, changes no bit at the row or before it. */
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { runs } from '../../../support/property-runs.ts'
import { DAY_MS } from '../../../../core/durations.ts'
import type { CandleSeries } from '../../../../activities/crypto-forecast/candle-series.ts'
import {
  featuresOf,
  intermediatesOf,
  type DailyIndex,
} from '../../../../activities/crypto-forecast/features.ts'
import { indicatorsOf } from '../../../../activities/crypto-forecast/indicators.ts'
import { indexFrom, seriesOf, START_MS, walk, withoutRows } from './candles.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const ROWS = 1000
const START_DAY = START_MS / DAY_MS
const index = indexFrom(START_DAY - 40, 120)
const candles = walk(ROWS, 11)

type Columns = Record<string, Float64Array>
const columnsOf = (series: CandleSeries, fearGreed: DailyIndex = index): Columns => ({
  ...intermediatesOf(series),
  ...featuresOf(series, fearGreed),
  ...indicatorsOf(series),
})
const whole = columnsOf(seriesOf(candles))

/** Names of the columns whose first `rows` values are not the same, to the last bit (`Object.is`: NaN is NaN, -0 is not 0). */
const changedWithin = (columns: Columns, rows: number, before: Columns = whole): string[] =>
  Object.keys(before).filter((name) => {
    for (let row = 0; row < rows; row++)
      if (!Object.is(columns[name]?.[row], before[name]?.[row])) return true
    return false
  })

const position = fc.integer({ min: 0, max: ROWS - 2 })

describe('every column of every row', () => {
  it('every column is the same whatever the candles after it are', () => {
    fc.assert(
      fc.property(position, fc.double({ min: 0.01, max: 100, noNaN: true }), (row, factor) => {
        const later = candles.map((candle, at) =>
          at <= row
            ? candle
            : {
                openMs: candle.openMs,
                open: candle.open * factor,
                high: NaN,
                low: candle.low * factor,
                close: candle.close * factor + at,
                volume: at % 2 === 0 ? NaN : candle.volume * factor,
              },
        )
        expect(changedWithin(columnsOf(seriesOf(later)), row + 1)).toEqual([])
      }),
      runs(20),
    )
  })

  it('every column is the same whatever single candle after it is corrected', () => {
    fc.assert(
      fc.property(position, fc.nat(), (row, ahead) => {
        const corrected = row + 1 + (ahead % (ROWS - row - 1))
        const later = candles.map((candle, at) =>
          at === corrected ? { ...candle, close: candle.close * 3 } : candle,
        )
        const columns = columnsOf(seriesOf(later))
        expect(changedWithin(columns, corrected)).toEqual([])
        expect(changedWithin(columns, corrected + 1)).toContain('priceChange')
      }),
      runs(20),
    )
  })

  it('every column is the same if the series ends there or continues: one pass, a pass an hour, a pass after any', () => {
    fc.assert(
      fc.property(position, (row) => {
        expect(changedWithin(columnsOf(seriesOf(candles.slice(0, row + 1))), row + 1)).toEqual([])
      }),
      runs(20),
    )
  })

  it('every column is the same after a late candle as if it had come in time, and earlier rows never change', () => {
    fc.assert(
      fc.property(position, (late) => {
        const beforeItCame = columnsOf(withoutRows(seriesOf(candles), (row) => row !== late))
        expect(changedWithin(beforeItCame, late)).toEqual([])
        expect(changedWithin(beforeItCame, ROWS)).toContain('ema')
        expect(changedWithin(columnsOf(seriesOf(candles)), ROWS)).toEqual([])
      }),
      { numRuns: 10 },
    )
  })

  it('every column is the same whatever the index of later days is', () => {
    fc.assert(
      fc.property(position, (row) => {
        const today = Math.floor((candles[row]?.openMs ?? NaN) / DAY_MS)
        const later = {
          ...index,
          value: index.value.map((value, at) => ((index.day[at] ?? 0) > today ? 3 : value)),
        }
        const ended = {
          day: index.day.filter((day) => day <= today),
          value: index.value.filter((_, at) => (index.day[at] ?? 0) <= today),
        }
        const rows = candles.filter(({ openMs }) => openMs < (today + 1) * DAY_MS).length
        expect(changedWithin(columnsOf(seriesOf(candles), later), rows)).toEqual([])
        expect(changedWithin(columnsOf(seriesOf(candles), ended), rows)).toEqual([])
      }),
      runs(10),
    )
  })
})

describe('the comparison itself', () => {
  it('the comparison detects a change of every column in its own row', () => {
    const last = candles.map((candle, at) =>
      at === ROWS - 1 ? { ...candle, high: candle.high * 2, close: candle.close * 1.1, volume: 3 } : candle,
    )
    const otherIndex = { ...index, value: index.value.map((value) => value + 1) }
    const changed = changedWithin(columnsOf(seriesOf(last), otherIndex), ROWS)
    // A rise has no loss, and a range or level keeps its value unless the last row is its extreme.
    const mayStay = ['loss', 'rsiMin', 'rsiMax', 'fibo23', 'fibo38', 'fibo50', 'fibo61', 'fibo78']
    expect(Object.keys(whole).filter((name) => !changed.includes(name) && !mayStay.includes(name))).toEqual(
      [],
    )
  })
})
