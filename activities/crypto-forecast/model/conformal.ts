/** Split conformal intervals (Vovk et al., 2005; Lei et al., 2018): as wide as the errors on rows not trained on were. */

/** Share of outcomes that should be inside, in percent: whole numbers make the rank exact. */
export const INTERVAL_PERCENT = 80

/**
 * Half the width of the interval: the ceil((m + 1) * 0.8)-th smallest of m absolute errors. Holds only if past errors
 * are like future ones, which prices do not guarantee: therefore the coverage is measured and reported. Throws a
 * `RangeError` for fewer than 4 errors.
 */
export function intervalRadius(absoluteErrors: Float64Array): number {
  const { length } = absoluteErrors
  const rank = Math.ceil(((length + 1) * INTERVAL_PERCENT) / 100)
  const radius = absoluteErrors.toSorted()[rank - 1]
  if (radius === undefined) throw new RangeError(`${length} errors are too few for an interval.`)
  return radius
}

/**
 * Returns how often an interval would have held: its width from the errors before `middle`, counted on those from there
 * on. `gapRows` before the middle are left out, since their outcomes were not known yet.
 */
export function heldShare(absoluteErrors: Float64Array, gapRows: number): number {
  const middle = Math.floor(absoluteErrors.length / 2)
  const radius = intervalRadius(absoluteErrors.slice(0, middle - gapRows))
  const later = absoluteErrors.subarray(middle)
  return later.filter((error) => error <= radius).length / later.length
}
