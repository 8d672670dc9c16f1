/**
 * Windows over the last `size` rows, and exponential averages.
 *
 * Each window is summed anew instead of adding the new value and subtracting the old one: at these sizes (9 to 26 rows)
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
    // Two sums: an addition need not wait for the one before it.
    let sum = size % 2 === 0 ? 0 : (values[row] ?? NaN)
    let other = 0
    for (let at = row - size + 1; at < row; at += 2) {
      sum += values[at] ?? NaN
      other += values[at + 1] ?? NaN
    }
    means[row] = (sum + other) / size
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
    let squares = size % 2 === 0 ? 0 : ((values[row] ?? NaN) - mean) ** 2
    let other = 0
    for (let at = row - size + 1; at < row; at += 2) {
      const distance = (values[at] ?? NaN) - mean
      const next = (values[at + 1] ?? NaN) - mean
      squares += distance * distance
      other += next * next
    }
    deviations[row] = Math.sqrt((squares + other) / (size - 1))
  }
  return deviations
}

/**
 * The least and the greatest of the last `size` rows of a column that is unknown (NaN) at most in its first rows. A window
 * is the end of one block of `size` rows and the beginning of the next (van Herk 1992), so that a row costs three
 * comparisons whatever the size.
 */
export function rollingRange(
  values: Float64Array,
  size: number,
): { least: Float64Array; greatest: Float64Array } {
  const least = new Float64Array(values.length).fill(NaN)
  const greatest = new Float64Array(values.length).fill(NaN)
  const known = values.findIndex((value) => !Number.isNaN(value))
  // Of the block before: the extremes from each of its rows to its end.
  const endLeast = new Float64Array(size).fill(NaN)
  const endGreatest = new Float64Array(size).fill(NaN)
  for (let block = known < 0 ? values.length : known; block < values.length; block += size) {
    const end = Math.min(block + size, values.length)
    let low = Infinity
    let high = -Infinity
    for (let row = block; row < end; row++) {
      const value = values[row] ?? NaN
      if (value < low) low = value
      if (value > high) high = value
      const begins = row - block + 1
      const before = begins < size ? (endLeast[begins] ?? NaN) : low
      const above = begins < size ? (endGreatest[begins] ?? NaN) : high
      least[row] = before > low ? low : before
      greatest[row] = above < high ? high : above
    }
    low = Infinity
    high = -Infinity
    for (let row = end - 1; row >= block; row--) {
      const value = values[row] ?? NaN
      if (value < low) low = value
      if (value > high) high = value
      endLeast[row - block] = low
      endGreatest[row - block] = high
    }
  }
  return { least, greatest }
}

/**
 * Exponential averages, weight 2 / (span + 1), beginning with the first value: pandas' `ewm(span=span,
 * adjust=False).mean()`, which the document uses. Not cut: the first rows depend mostly on the first value.
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
