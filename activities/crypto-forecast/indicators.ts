/**
 * All indicators of a candle series, from its beginning to its end.
 *
 * They count rows, not hours, as charting tools do: 14 periods are 14 stored candles, also across a gap, unless it is
 * longer than the longest window: then they begin again. (The Fibonacci levels, whose window is 30 days, are the
 * exception.) A row's values follow from that row and those before it alone, in
 * the same order of operations however long the series is: one pass over all rows and a pass over any beginning of them
 * agree in every bit, and a late candle changes nothing before itself.
 *
 * The formulas are our own code. `indicatorts` 2.2.2 and `trading-signals` 8.3.0 have the same EMA and MACD, but bands of
 * the population deviation; the first counts the missing first change as a 0 in its RSI and knows no ADX, the second has
 * an ADX that counts both directions where they are equal, and takes several times as long for all of them.
 */
import { assertCandles, byStretch, type CandleSeries } from './candle-series.ts'
import { closeAdx, wilderAdx } from './directional-movement.ts'
import { fibonacciLevels } from './fibonacci.ts'
import { cutlerRsi, movesOf, stochasticRsi, wilderRsi } from './relative-strength.ts'
import { exponentialAverage, rollingDeviation, rollingMean } from './rolling.ts'

/** Rows of the simple average, its bands, and the exponential average beside it. */
export const AVERAGE_PERIOD = 20
/** The bands' distance from the average, in sample deviations. */
const BAND_DEVIATIONS = 2
/** Appel's customary spans. */
export const MACD_SPANS = { fast: 12, slow: 26, signal: 9 } as const

/** A column each, a value a candle; NaN if there are not yet candles enough. */
export type Indicators = Record<
  | 'rsi'
  | 'rsiWilder'
  | 'macd'
  | 'macdSignal'
  | 'macdHistogram'
  | 'sma'
  | 'ema'
  | 'upperBand'
  | 'lowerBand'
  | 'adx'
  | 'adxClose'
  | 'stochRsi'
  | 'stochRsiWilder'
  | 'fibo23'
  | 'fibo38'
  | 'fibo50'
  | 'fibo61'
  | 'fibo78',
  Float64Array
>

/**
 * The indicators of a series. Prices and averages are in the price's unit, oscillators 0 to 100.
 * @throws RangeError if the candles are out of order or a close is unknown
 */
export function indicatorsOf(series: CandleSeries): Indicators {
  assertCandles(series)
  return byStretch(series, indicatorsOfStretch)
}

function indicatorsOfStretch(series: CandleSeries): Indicators {
  const { high, low, close } = series
  const moves = movesOf(close)
  const rsi = cutlerRsi(moves)
  const rsiWilder = wilderRsi(moves)
  return {
    rsi,
    rsiWilder,
    ...macdOf(close),
    ...bandsOf(close),
    ema: exponentialAverage(close, AVERAGE_PERIOD).fill(NaN, 0, AVERAGE_PERIOD - 1),
    adx: wilderAdx(high, low, close),
    adxClose: closeAdx(moves),
    stochRsi: stochasticRsi(rsi),
    stochRsiWilder: stochasticRsi(rsiWilder),
    ...fibonacciLevels(series),
  }
}

/**
 * MACD (12, 26) and its signal (9), all three averages beginning with the first price as in the document. MACD is known
 * from the 26th row, signal and histogram from the 34th. Source: the document; TA-Lib begins its averages later, with a
 * plain mean, so that the two agree only after the first rows have lost their weight.
 */
function macdOf(close: Float64Array): Pick<Indicators, 'macd' | 'macdSignal' | 'macdHistogram'> {
  const fast = exponentialAverage(close, MACD_SPANS.fast)
  const slow = exponentialAverage(close, MACD_SPANS.slow)
  const macd = difference(fast, slow)
  const signal = exponentialAverage(macd, MACD_SPANS.signal)
  const histogram = difference(macd, signal)
  const signalFrom = MACD_SPANS.slow + MACD_SPANS.signal - 2
  return {
    macd: macd.fill(NaN, 0, MACD_SPANS.slow - 1),
    macdSignal: signal.fill(NaN, 0, signalFrom),
    macdHistogram: histogram.fill(NaN, 0, signalFrom),
  }
}

/** One column minus another. */
function difference(left: Float64Array, right: Float64Array): Float64Array {
  const values = new Float64Array(left.length)
  for (let row = 0; row < left.length; row++) values[row] = (left[row] ?? NaN) - (right[row] ?? NaN)
  return values
}

/** Bollinger's bands on the average of 20 rows; sample deviation as in the document (Bollinger's own is that of the population). */
function bandsOf(close: Float64Array): Pick<Indicators, 'sma' | 'upperBand' | 'lowerBand'> {
  const sma = rollingMean(close, AVERAGE_PERIOD)
  const deviation = rollingDeviation(close, AVERAGE_PERIOD, sma)
  const upperBand = new Float64Array(close.length)
  const lowerBand = new Float64Array(close.length)
  for (let row = 0; row < close.length; row++) {
    const distance = BAND_DEVIATIONS * (deviation[row] ?? NaN)
    upperBand[row] = (sma[row] ?? NaN) + distance
    lowerBand[row] = (sma[row] ?? NaN) - distance
  }
  return { sma, upperBand, lowerBand }
}
