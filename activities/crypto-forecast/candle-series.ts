/** Candles as columns: what indicators and features are computed from. */
import { DAY_MS } from '../../core/durations.ts'

/** The longest window of an indicator or feature, in days. */
export const LONGEST_WINDOW_DAYS = 30
/** Candles further apart than this share no window: after such a gap everything warms up again. */
export const LONGEST_GAP_MS = LONGEST_WINDOW_DAYS * DAY_MS

/**
 * Closed candles of one coin as columns, oldest first, times strictly ascending on the grid of `stepMs`; hours may be
 * missing. NaN if a source reports no open, high, low or volume; the close is always known.
 */
export interface CandleSeries {
  /** Milliseconds from one candle's opening to the next one's. */
  stepMs: number
  /** When each candle opened, milliseconds since 1970. */
  openMs: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
  volume: Float64Array
}

/**
 * Rejects what would silently spoil every later row: an unknown close stays in an exponential average forever, and a
 * time out of order puts candles into windows that they do not belong to.
 * @throws RangeError naming the row; a defect of the caller, not of an upstream
 */
export function assertCandles(series: CandleSeries): void {
  const rows = series.openMs.length
  for (const column of [series.open, series.high, series.low, series.close, series.volume])
    if (column.length !== rows)
      throw new RangeError(`A column has ${column.length} values for ${rows} candles.`)
  assertTimes(series)
  assertCloses(series)
}

function assertTimes({ stepMs, openMs }: CandleSeries): void {
  let before = -Infinity
  for (let row = 0; row < openMs.length; row++) {
    const opened = openMs[row] ?? NaN
    // The next step of the grid is on it, as the one before was; that is nearly every row.
    if (opened - before !== stepMs && (!(opened > before) || !Number.isInteger(opened / stepMs)))
      throw new RangeError(`Candle ${row} (${opened}) is out of order or off the grid of ${stepMs} ms.`)
    before = opened
  }
}

/** Its own loop: together with the times the compiler gives both up, at four times the cost. */
function assertCloses({ close }: CandleSeries): void {
  for (let row = 0; row < close.length; row++)
    if (!Number.isFinite(close[row])) throw new RangeError(`Candle ${row} has no close.`)
}

/**
 * Computes columns of each stretch of a series alone, a stretch ending at a gap longer than the longest window, and joins
 * them: a window of rows would otherwise mix prices that lie months apart.
 */
export function byStretch<Name extends string>(
  series: CandleSeries,
  compute: (stretch: CandleSeries) => Record<Name, Float64Array>,
): Record<Name, Float64Array> {
  const starts = stretchStarts(series.openMs)
  if (starts.length === 0) return compute(series)
  const bounds = [0, ...starts, series.openMs.length]
  const parts = bounds
    .slice(1)
    .map((end, index) => compute(withColumns(series, (column) => column.subarray(bounds[index], end))))
  const [first] = parts as [Record<Name, Float64Array>]
  const names = Object.keys(first) as Name[]
  return Object.fromEntries(
    names.map((name) => [name, joined(parts.map((part) => part[name]))]),
  ) as typeof first
}

/** Rows that follow a gap longer than the longest window. */
function stretchStarts(openMs: Float64Array): number[] {
  const starts: number[] = []
  for (let row = 1; row < openMs.length; row++)
    if ((openMs[row] ?? NaN) - (openMs[row - 1] ?? NaN) > LONGEST_GAP_MS) starts.push(row)
  return starts
}

function withColumns(
  { stepMs, openMs, open, high, low, close, volume }: CandleSeries,
  cut: (column: Float64Array) => Float64Array,
): CandleSeries {
  return {
    stepMs,
    openMs: cut(openMs),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((rows, part) => rows + part.length, 0))
  let row = 0
  for (const part of parts) {
    whole.set(part, row)
    row += part.length
  }
  return whole
}
