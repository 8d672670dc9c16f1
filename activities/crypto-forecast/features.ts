/**
 * Features of a candle series in true days, whatever the grid, and the intermediate columns of the document's CSV.
 * Like the indicators, a row's values follow from that row and earlier ones alone.
 */
import { DAY_MS } from '../../core/durations.ts'
import { assertCandles, byStretch, LONGEST_WINDOW_DAYS, type CandleSeries } from './candle-series.ts'
import { closeDirection } from './directional-movement.ts'
import { AVERAGE_PERIOD, MACD_SPANS } from './indicators.ts'
import { cutlerRsi, movesOf, OSCILLATOR_PERIOD } from './relative-strength.ts'
import { exponentialAverage, rollingDeviation, rollingMean, rollingRange } from './rolling.ts'
import { dayWindow, windowMean } from './time-windows.ts'

/** Share of a window's days whose index must be known; the index has real holes of up to three days. */
const MIN_INDEX_COVERAGE = 0.5

/** One value a UTC day, dates ascending (days since 1970 as integers), days may be missing. */
export interface DailyIndex {
  day: Int32Array
  value: Float64Array
}

/**
 * A column each, a value a candle; NaN if it is not known. Averages in the unit of what is averaged, change in percent.
 */
export type Features = Record<
  | 'volumeAvg7d'
  | 'volumeAvg14d'
  | 'volumeAvg30d'
  | 'sma7'
  | 'sma14'
  | 'sma30'
  | 'fearGreed7d'
  | 'fearGreed14d'
  | 'fearGreed30d'
  | 'changePercent'
  | 'fearGreed',
  Float64Array
>

/**
 * The features of a series. Means of volume and close over the 7, 14 and 30 days that end with each candle
 * (`time-windows.ts` says when they are known), the change against the close exactly one day earlier, and the Fear &
 * Greed index of the candle's UTC day with its means over the days that end with that day. Source: the document, whose
 * windows were rows and whose index means were all of seven rows.
 * @throws RangeError if the candles are out of order or a close is unknown
 */
export function featuresOf(series: CandleSeries, fearGreed: DailyIndex): Features {
  assertCandles(series)
  return byStretch(series, (stretch) => featuresOfStretch(stretch, fearGreed))
}

function featuresOfStretch(series: CandleSeries, fearGreed: DailyIndex): Features {
  const { close, volume } = series
  const [week, fortnight] = [dayWindow(series, 7), dayWindow(series, 14)]
  const month = dayWindow(series, LONGEST_WINDOW_DAYS)
  return {
    volumeAvg7d: windowMean(volume, week),
    volumeAvg14d: windowMean(volume, fortnight),
    volumeAvg30d: windowMean(volume, month),
    sma7: windowMean(close, week),
    sma14: windowMean(close, fortnight),
    sma30: windowMean(close, month),
    ...indexFeatures(series.openMs, fearGreed),
    changePercent: changeOfDay(series),
  }
}

/** The features of the index alone, for candles that opened at these times. */
export function indexFeatures(
  openMs: Float64Array,
  fearGreed: DailyIndex,
): Pick<Features, 'fearGreed' | 'fearGreed7d' | 'fearGreed14d' | 'fearGreed30d'> {
  return {
    fearGreed: indexOfDay(openMs, fearGreed),
    fearGreed7d: indexMean(openMs, fearGreed, 7),
    fearGreed14d: indexMean(openMs, fearGreed, 14),
    fearGreed30d: indexMean(openMs, fearGreed, 30),
  }
}

/** Percent by which each close differs from the one exactly a day earlier; NaN if that candle is missing. */
function changeOfDay({ openMs, close }: CandleSeries): Float64Array {
  const changes = new Float64Array(close.length)
  let earlier = 0
  for (let row = 0; row < close.length; row++) {
    const wanted = (openMs[row] ?? NaN) - DAY_MS
    while ((openMs[earlier] ?? NaN) < wanted) earlier++
    const before = openMs[earlier] === wanted ? (close[earlier] ?? NaN) : NaN
    changes[row] = ((close[row] ?? NaN) / before - 1) * 100
  }
  return changes
}

/** Returns the index of each candle's day. */
function indexOfDay(openMs: Float64Array, { day, value }: DailyIndex): Float64Array {
  const readings = new Float64Array(openMs.length)
  let at = 0
  for (let row = 0; row < openMs.length; row++) {
    const today = Math.floor((openMs[row] ?? NaN) / DAY_MS)
    while ((day[at] ?? Infinity) < today) at++
    readings[row] = day[at] === today ? (value[at] ?? NaN) : NaN
  }
  return readings
}

/**
 * Means of the known index values in (D - days, D], D being each candle's day; NaN until the index reaches back to the
 * window's first day, and if fewer than half of its days are known. Summed anew for every day: the windows are short,
 * and most candles share their day with the one before.
 */
function indexMean(openMs: Float64Array, { day, value }: DailyIndex, days: number): Float64Array {
  const means = new Float64Array(openMs.length)
  let [first, next, meanDay, mean] = [0, 0, NaN, NaN]
  for (let row = 0; row < openMs.length; row++) {
    const today = Math.floor((openMs[row] ?? NaN) / DAY_MS)
    if (today !== meanDay) {
      while ((day[next] ?? Infinity) <= today) next++
      while ((day[first] ?? Infinity) <= today - days) first++
      const known = value.subarray(first, next).filter((reading) => !Number.isNaN(reading))
      const isWarm = (day[0] ?? Infinity) <= today - days + 1 && known.length >= MIN_INDEX_COVERAGE * days
      meanDay = today
      mean = isWarm ? known.reduce((sum, reading) => sum + reading, 0) / known.length : NaN
    }
    means[row] = mean
  }
  return means
}

/** Intermediate values between prices and indicators; NaN if unknown. */
export type Intermediates = Record<
  | 'priceChange'
  | 'gain'
  | 'loss'
  | 'rsiMin'
  | 'rsiMax'
  | 'std'
  | 'ema12'
  | 'ema26'
  | 'posDi'
  | 'negDi'
  | 'dx'
  | 'volumeAvg',
  Float64Array
>

/**
 * The intermediate columns of the document's CSV: change against the candle before, its gain and loss, the RSI's range
 * of 14 rows, the deviation of 20, the two averages of MACD, the document's directions, and the mean volume of 14 rows.
 * @throws RangeError if the candles are out of order or a close is unknown
 */
export function intermediatesOf(series: CandleSeries): Intermediates {
  assertCandles(series)
  return byStretch(series, intermediatesOfStretch)
}

function intermediatesOfStretch({ close, volume }: CandleSeries): Intermediates {
  const moves = movesOf(close)
  const { least, greatest } = rollingRange(cutlerRsi(moves), OSCILLATOR_PERIOD)
  const average = (span: number) => exponentialAverage(close, span).fill(NaN, 0, span - 1)
  return {
    priceChange: moves.change,
    gain: moves.gain,
    loss: moves.loss,
    rsiMin: least,
    rsiMax: greatest,
    std: rollingDeviation(close, AVERAGE_PERIOD),
    ema12: average(MACD_SPANS.fast),
    ema26: average(MACD_SPANS.slow),
    ...closeDirection(moves),
    volumeAvg: rollingMean(volume, OSCILLATOR_PERIOD),
  }
}
