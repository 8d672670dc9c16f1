/**
 * Windows over the last `size` rows, and exponential averages.
 *
 * Each window is summed anew instead of adding the new value and taking the old one away: at these sizes (9 to 26 rows)
 * that costs little, it cannot drift, and a row's value depends on its window's candles alone, to the last bit. NaN
 * inside a window makes its result NaN, which is also how the rows before the first full window come out.
 */

/** A new column that is NaN before `from`. */
function columnFrom(rows: number, from: number): Float64Array {
  return new Float64Array(rows).fill(NaN, 0, from)
}

/** Simple means of the last `size` rows. */
export function rollingMean(values: Float64Array, size: number): Float64Array {
  const means = columnFrom(values.length, size - 1)
  for (let row = size - 1; row < values.length; row++) {
    let sum = 0
    for (let at = row - size + 1; at <= row; at++) sum += values[at] ?? NaN
    means[row] = sum / size
  }
  return means
}

/**
 * Sample deviations (divided by `size` - 1) of the last `size` rows, in two passes: squares of distances from the
 * window's own mean, because a difference of sums of squares cancels at prices of six digits.
 */
export function rollingDeviation(
  values: Float64Array,
  size: number,
  means: Float64Array = rollingMean(values, size),
): Float64Array {
  const deviations = columnFrom(values.length, size - 1)
  for (let row = size - 1; row < values.length; row++) {
    const mean = means[row] ?? NaN
    let squares = 0
    for (let at = row - size + 1; at <= row; at++) {
      const distance = (values[at] ?? NaN) - mean
      squares += distance * distance
    }
    deviations[row] = Math.sqrt(squares / (size - 1))
  }
  return deviations
}

/**
 * The least and the greatest of the last `size` rows of a column that is unknown (NaN) at most in its first rows. The
 * window is looked through again only when its extreme has left it.
 */
export function rollingRange(
  values: Float64Array,
  size: number,
): { least: Float64Array; greatest: Float64Array } {
  const least = new Float64Array(values.length).fill(NaN)
  const greatest = new Float64Array(values.length).fill(NaN)
  const known = values.findIndex((value) => !Number.isNaN(value))
  const full = known < 0 ? values.length : known + size - 1
  let [lowAt, highAt] = [-1, -1]
  for (let row = full; row < values.length; row++) {
    const from = row - size + 1
    for (let at = lowAt < from ? (lowAt = from) : row; at <= row; at++)
      if ((values[at] ?? NaN) <= (values[lowAt] ?? NaN)) lowAt = at
    for (let at = highAt < from ? (highAt = from) : row; at <= row; at++)
      if ((values[at] ?? NaN) >= (values[highAt] ?? NaN)) highAt = at
    least[row] = values[lowAt] ?? NaN
    greatest[row] = values[highAt] ?? NaN
  }
  return { least, greatest }
}

/**
 * Exponential averages, weight 2 / (span + 1), beginning with the first value: pandas'
 * `ewm(span=span, adjust=False).mean()`, which the document uses. Not cut: the first rows lean on the first value.
 */
export function exponentialAverage(values: Float64Array, span: number): Float64Array {
  const weight = 2 / (span + 1)
  const averages = new Float64Array(values.length)
  let average = values[0] ?? NaN
  for (let row = 0; row < values.length; row++) {
    if (row > 0) average = weight * (values[row] ?? NaN) + (1 - weight) * average
    averages[row] = average
  }
  return averages
}
