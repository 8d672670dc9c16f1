/** The model's input: the document's features in its order, and the table that holds them. */

/**
 * The document's features in its order, which decides the correlation filter: a later column is dropped if an earlier
 * one says nearly the same.
 */
export const FEATURE_COLUMNS = [
  'price',
  'rsi',
  'macd',
  'macdSignal',
  'macdHistogram',
  'sma',
  'upperBand',
  'lowerBand',
  'adx',
  'stochRsi',
  'volume',
  'fibo23',
  'fibo38',
  'fibo50',
  'fibo61',
  'fibo78',
  'volumeAvg7d',
  'changePercent',
  'sma7',
  'fearGreed7d',
  'volumeAvg14d',
  'volumeAvg30d',
  'sma14',
  'sma30',
  'fearGreed14d',
  'fearGreed30d',
] as const

export type FeatureColumn = (typeof FEATURE_COLUMNS)[number]

/**
 * Columns whose source may be unavailable for a while: a missing value becomes the median of the training part. All
 * other columns come from the closes alone: a hole there is the warm-up, and such a row is not used.
 */
export const IMPUTED: readonly FeatureColumn[] = [
  // Missing exactly a day after an hour that the exchange does not have.
  'changePercent',
  'volume',
  'volumeAvg7d',
  'volumeAvg14d',
  'volumeAvg30d',
  'fearGreed7d',
  'fearGreed14d',
  'fearGreed30d',
]

/** Columns without which a row is not used. */
export const REQUIRED: readonly FeatureColumn[] = FEATURE_COLUMNS.filter((name) => !IMPUTED.includes(name))

/** One coin's candles with their features, oldest first. Hours may be missing; `NaN` stands for a missing value. */
export interface FeatureTable {
  /** Width of a candle in milliseconds. */
  stepMs: number
  /** Opening times, ascending. The row is known when its candle has closed, `stepMs` later. */
  openMs: Float64Array
  /** `price` is the candle's close. All as long as `openMs`. */
  columns: Record<FeatureColumn, Float64Array>
}

/** Throws a `RangeError` if the columns differ in length or the rows are not in the order of time. */
export function checkTable({ stepMs, openMs, columns }: FeatureTable): void {
  if (!(stepMs > 0)) throw new RangeError(`A candle is ${stepMs} ms wide: more than 0 was expected.`)
  for (const name of FEATURE_COLUMNS) {
    const { length } = columns[name]
    if (length !== openMs.length) {
      throw new RangeError(`Column ${name} has ${length} values for ${openMs.length} rows.`)
    }
  }
  // Negated, so that NaN is rejected too.
  const unordered = openMs.findIndex((time, row) => row > 0 && !(time > (openMs[row - 1] ?? NaN)))
  if (unordered >= 0) throw new RangeError(`Row ${unordered} is not later than the row before it.`)
}
