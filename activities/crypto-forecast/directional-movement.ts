/** The average directional index: Wilder's, from high, low and close, and the document's, from closes alone. */
import { OSCILLATOR_PERIOD, type Moves } from './relative-strength.ts'
import { rollingMean } from './rolling.ts'

/**
 * Below this share of the price a range counts as none, and below this a sum of directions. TA-Lib's `TA_EPSILON` is the
 * same number in the price's unit, which would be a range of coins that cost very little.
 */
const NOTHING = 1e-14
/** The first row with an ADX: 14 movements to smooth them, 14 of their indexes for the first mean. */
const FIRST_ADX_ROW = 2 * OSCILLATOR_PERIOD - 1

/**
 * Wilder's ADX(14), 0 to 100, from the 28th row. As TA-Lib's `ADX`, also in its first sum: 13 movements are added and
 * the smoothing begins with the 14th (Wilder's table adds all 14), and a row without any range or direction gives no
 * index: the average stays.
 *
 * If a source reports no high or low, the hour is taken to have moved between the close before it and its own, the
 * least range that the two closes prove. Such rows tend to give a higher index than the true range would. Source: J. W.
 * Wilder, New Concepts in Technical Trading Systems (1978), section IV; TA-Lib `ta_ADX.c`.
 */
export function wilderAdx(high: Float64Array, low: Float64Array, close: Float64Array): Float64Array {
  const values = new Float64Array(close.length).fill(NaN)
  const period = OSCILLATOR_PERIOD
  let [upSum, downSum, rangeSum, indexSum, adx] = [0, 0, 0, 0, 0]
  let closeBefore = close[0] ?? NaN
  let highBefore = knownOr(high[0], closeBefore)
  let lowBefore = knownOr(low[0], closeBefore)
  for (let row = 1; row < close.length; row++) {
    const rowClose = close[row] ?? NaN
    const rowHigh = knownOr(high[row], Math.max(closeBefore, rowClose))
    const rowLow = knownOr(low[row], Math.min(closeBefore, rowClose))
    const rise = rowHigh - highBefore
    const fall = lowBefore - rowLow
    const kept = row < period ? 1 : (period - 1) / period
    upSum = upSum * kept + (rise > 0 && rise > fall ? rise : 0)
    downSum = downSum * kept + (fall > 0 && fall > rise ? fall : 0)
    rangeSum = rangeSum * kept + Math.max(rowHigh, closeBefore) - Math.min(rowLow, closeBefore)
    ;[closeBefore, highBefore, lowBefore] = [rowClose, rowHigh, rowLow]
    if (row < period) continue
    const index = directionalIndex(upSum / rowClose, downSum / rowClose, rangeSum / rowClose)
    if (row <= FIRST_ADX_ROW) {
      indexSum += index ?? 0
      adx = indexSum / period
    } else if (index !== undefined) adx = (adx * (period - 1) + index) / period
    if (row >= FIRST_ADX_ROW) values[row] = adx
  }
  return values
}

/** A value, or its substitute if it is unknown. */
function knownOr(value: number | undefined, otherwise: number): number {
  return value === undefined || Number.isNaN(value) ? otherwise : value
}

/**
 * How one-sided the movement is, 0 to 100; undefined if there was no range or no direction at all. All are shares of the
 * price.
 */
function directionalIndex(up: number, down: number, range: number): number | undefined {
  if (range < NOTHING) return undefined
  const plus = (100 * up) / range
  const minus = (100 * down) / range
  return plus + minus < NOTHING ? undefined : (100 * Math.abs(plus - minus)) / (plus + minus)
}

/** The document's directional columns: mean rise, mean fall (in the price's unit) and index, 0 to 100. */
export interface CloseDirection {
  posDi: Float64Array
  negDi: Float64Array
  dx: Float64Array
}

/**
 * The document's directions from closes alone: simple means of the last 14 rises and falls, and
 * |rise - fall| / (rise + fall) * 100, 0 if the price did not move. From the 15th row. Source: the document, which adds
 * 1e-10 of the price's unit to the divisor.
 */
export function closeDirection({ meanGain, meanLoss }: Moves): CloseDirection {
  const dx = new Float64Array(meanGain.length)
  for (let row = 0; row < dx.length; row++) {
    const rise = meanGain[row] ?? NaN
    const fall = meanLoss[row] ?? NaN
    const both = rise + fall
    dx[row] = both === 0 ? 0 : (Math.abs(rise - fall) / both) * 100
  }
  return { posDi: meanGain, negDi: meanLoss, dx }
}

/** The document's ADX: the simple mean of the last 14 `dx`, from the 28th row. No true range, no smoothing. */
export function closeAdx(moves: Moves): Float64Array {
  return rollingMean(closeDirection(moves).dx, OSCILLATOR_PERIOD)
}
