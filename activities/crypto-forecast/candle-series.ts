/** Candles as columns: what indicators and features are computed from. */

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
export function assertCandles({ stepMs, openMs, close, ...columns }: CandleSeries): void {
  const rows = openMs.length
  for (const column of [close, columns.open, columns.high, columns.low, columns.volume])
    if (column.length !== rows)
      throw new RangeError(`A column has ${column.length} values for ${rows} candles.`)
  let before = -Infinity
  for (let row = 0; row < rows; row++) {
    const opened = openMs[row] ?? NaN
    // The next step of the grid is on it, as the one before was; that is nearly every row.
    if (opened - before !== stepMs && (!(opened > before) || !Number.isInteger(opened / stepMs)))
      throw new RangeError(`Candle ${row} (${opened}) is out of order or off the grid of ${stepMs} ms.`)
    if (!Number.isFinite(close[row])) throw new RangeError(`Candle ${row} has no close.`)
    before = opened
  }
}
