/**
 * Windows of whole days, by time and not by rows: (t - N days, t], whatever the grid and whatever is missing in it.
 * Seven days of an hourly series are 168 candles, of a daily one seven.
 */
import { DAY_MS } from '../../core/durations.ts'
import type { CandleSeries } from './candle-series.ts'

/**
 * Share of a window's steps that must have a value. Not all: an exchange's maintenance of some hours would blank a
 * whole month of averages. Not many fewer: the average would describe another period than its name says.
 */
export const MIN_COVERAGE = 0.9

/** For each row, where its window of days begins and from which row on the series reaches back far enough. */
export interface DayWindow {
  /** Row of the window's first candle, for each row. */
  firstRow: Int32Array
  /** The first row whose window begins inside the series (or at its very beginning). */
  warmFrom: number
  /** Values that a window must have. */
  atLeast: number
}

/** The windows of `days` days of a series. */
export function dayWindow({ openMs, stepMs }: CandleSeries, days: number): DayWindow {
  const spanMs = days * DAY_MS
  const firstRow = new Int32Array(openMs.length)
  const reachedMs = (openMs[0] ?? NaN) + spanMs - stepMs
  let first = 0
  let warmFrom = openMs.length
  for (let row = 0; row < openMs.length; row++) {
    const opened = openMs[row] ?? NaN
    while ((openMs[first] ?? NaN) <= opened - spanMs) first++
    firstRow[row] = first
    if (opened >= reachedMs && row < warmFrom) warmFrom = row
  }
  return { firstRow, warmFrom, atLeast: MIN_COVERAGE * (spanMs / stepMs) }
}

/**
 * Means over day windows, unknown values left out; NaN while the series does not reach back or where too few values are
 * known. The sum is kept in two doubles (value and rounding error, after Knuth's exact addition): subtracting old
 * values leaves no error behind, neither after 20,000 rows nor after a volume a million times the usual.
 */
export function windowMean(values: Float64Array, window: DayWindow): Float64Array {
  const { firstRow, warmFrom, atLeast } = window
  const means = new Float64Array(values.length).fill(NaN)
  let [sum, error, known, first] = [0, 0, 0, 0]
  const add = (value: number, sign: number) => {
    if (Number.isNaN(value)) return
    const addend = sign * value
    const total = sum + addend
    const rounded = total - sum
    const lost = error + (sum - (total - rounded) + (addend - rounded))
    sum = total + lost
    error = lost - (sum - total)
    known += sign
  }
  for (let row = 0; row < values.length; row++) {
    add(values[row] ?? NaN, 1)
    for (const begin = firstRow[row] ?? 0; first < begin; first++) add(values[first] ?? NaN, -1)
    if (row >= warmFrom && known >= atLeast) means[row] = sum / known
  }
  return means
}

/**
 * Least and greatest values over day windows of a column without gaps, NaN if the window is not full enough. A queue
 * holds only rows that can still become the extreme: each row enters and leaves once, whatever the window's length.
 */
export function windowRange(
  values: Float64Array,
  { firstRow, warmFrom, atLeast }: DayWindow,
): { least: Float64Array; greatest: Float64Array } {
  const least = new Float64Array(values.length).fill(NaN)
  const greatest = new Float64Array(values.length).fill(NaN)
  const [lows, highs] = [new Int32Array(values.length), new Int32Array(values.length)]
  let [lowHead, lowTail, highHead, highTail] = [0, 0, 0, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? NaN
    const first = firstRow[row] ?? 0
    while (lowTail > lowHead && (values[lows[lowTail - 1] ?? 0] ?? NaN) >= value) lowTail--
    lows[lowTail++] = row
    while ((lows[lowHead] ?? row) < first) lowHead++
    while (highTail > highHead && (values[highs[highTail - 1] ?? 0] ?? NaN) <= value) highTail--
    highs[highTail++] = row
    while ((highs[highHead] ?? row) < first) highHead++
    if (row < warmFrom || row - first + 1 < atLeast) continue
    least[row] = values[lows[lowHead] ?? row] ?? NaN
    greatest[row] = values[highs[highHead] ?? row] ?? NaN
  }
  return { least, greatest }
}
