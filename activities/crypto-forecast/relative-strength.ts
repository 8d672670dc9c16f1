/** Relative strength in the document's form (Cutler) and in Wilder's, and the stochastic of either. */
import { rollingMean, rollingRange } from './rolling.ts'

/** Rows of all oscillators: Wilder's own choice, and the document's. */
export const OSCILLATOR_PERIOD = 14
/** Guard of the stochastic against division by zero, in points of the RSI, which has no unit. */
const RANGE_GUARD = 1e-10

/** How closes moved, in the price's unit; falls are positive numbers. */
export interface Moves {
  /** Change against the row before; NaN in the first row, as in the other columns. */
  change: Float64Array
  /** The change if it is a rise, else 0. */
  gain: Float64Array
  /** The size of the change if it is a fall, else 0. */
  loss: Float64Array
  /** Simple means of the last 14 gains and losses, from the 15th row. */
  meanGain: Float64Array
  meanLoss: Float64Array
}

/** The moves between consecutive closes. */
export function movesOf(close: Float64Array): Moves {
  const change = new Float64Array(close.length).fill(NaN, 0, 1)
  const gain = change.slice()
  const loss = change.slice()
  for (let row = 1; row < close.length; row++) {
    const move = (close[row] ?? NaN) - (close[row - 1] ?? NaN)
    change[row] = move
    if (move > 0) gain[row] = move
    else loss[row] = -move
  }
  const meanGain = rollingMean(gain, OSCILLATOR_PERIOD)
  const meanLoss = rollingMean(loss, OSCILLATOR_PERIOD)
  return { change, gain, loss, meanGain, meanLoss }
}

/**
 * 100 - 100 / (1 + gain / loss), written so that it divides by 0 only if the price did not move: that is 0, as in TA-Lib.
 * Only rises are 100 exactly. The document adds 1e-10 to the loss, in the price's unit, which is most of the loss of a
 * coin that costs a millionth.
 */
function strengthIndex(gain: number, loss: number): number {
  if (loss === 0) return gain > 0 ? 100 : 0
  return (100 * gain) / (gain + loss)
}

/**
 * Cutler's RSI, 0 to 100, of the simple means of the last 14 gains and losses. 0 if the price did not move. From the
 * 15th row (14 changes). Source: the document.
 */
export function cutlerRsi({ meanGain, meanLoss }: Moves): Float64Array {
  const values = new Float64Array(meanGain.length)
  for (let row = 0; row < values.length; row++)
    values[row] = strengthIndex(meanGain[row] ?? NaN, meanLoss[row] ?? NaN)
  return values
}

/**
 * Wilder's RSI, 0 to 100: gains and losses smoothed with weight 1/14, beginning with the plain means of the first 14
 * changes. 0 if the price did not move, as in TA-Lib. From the 15th row. Source: J. W. Wilder, New Concepts in
 * Technical Trading Systems (1978), section VI; TA-Lib `RSI`.
 */
export function wilderRsi({ gain, loss }: Moves): Float64Array {
  const values = new Float64Array(gain.length).fill(NaN)
  let [smoothGain, smoothLoss] = [0, 0]
  for (let row = 1; row < values.length; row++) {
    const kept = row <= OSCILLATOR_PERIOD ? 1 : (OSCILLATOR_PERIOD - 1) / OSCILLATOR_PERIOD
    // The sums of 14 are kept instead of the means: the ratio is the same.
    smoothGain = smoothGain * kept + (gain[row] ?? NaN)
    smoothLoss = smoothLoss * kept + (loss[row] ?? NaN)
    if (row >= OSCILLATOR_PERIOD) values[row] = strengthIndex(smoothGain, smoothLoss)
  }
  return values
}

/**
 * Stochastic RSI, 0 to 100, without %K and %D smoothing: the position of the RSI between its minimum and maximum of the
 * last 14 rows; 0 if it did not move. From the 14th row with an RSI. Source: the document; TA-Lib `STOCHRSI` has the
 * same without the guard of 1e-10.
 */
export function stochasticRsi(rsi: Float64Array): Float64Array {
  const { least, greatest } = rollingRange(rsi, OSCILLATOR_PERIOD)
  const values = new Float64Array(rsi.length)
  for (let row = 0; row < rsi.length; row++) {
    const low = least[row] ?? NaN
    values[row] = (((rsi[row] ?? NaN) - low) / ((greatest[row] ?? NaN) - low + RANGE_GUARD)) * 100
  }
  return values
}
