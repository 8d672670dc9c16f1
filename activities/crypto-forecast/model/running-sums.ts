/**
 * Sums from which a ridge regression over all rows so far can be computed at any moment: rows are added in the order of
 * time and never removed, so folds and walk-forward refits share one pass.
 */
import { FEATURE_COLUMNS, IMPUTED, type FeatureTable } from './feature-columns.ts'
import { RunningMedian } from './running-median.ts'

/** Places in a row's vector: the constant 1, the features, the target. */
const ONE = 0
const FIRST_FEATURE = 1
const TARGET = FIRST_FEATURE + FEATURE_COLUMNS.length
const SIZE = TARGET + 1
/** For each place its bit in the pattern of missing values; 0 if nothing may be missing. */
const MISSING_BITS = Int32Array.from({ length: SIZE }, (_, place) => {
  const bit = IMPUTED.findIndex((name) => name === FEATURE_COLUMNS[place - FIRST_FEATURE])
  return bit < 0 ? 0 : 1 << bit
})
/** A row that adds nothing. */
const NOTHING = new Float64Array(SIZE)

/** Moments of the rows so far, missing values replaced by the median. Features by their place in `FEATURE_COLUMNS`. */
export interface Moments {
  count: number
  /** Features that have a value at all, ascending. */
  present: number[]
  /** Median of a feature that may be missing; `NaN` for all others. */
  median: (feature: number) => number
  mean: (feature: number) => number
  /** Population covariance of two features, the first not after the second. */
  covariance: (first: number, second: number) => number
  targetMean: number
  targetCovariance: (feature: number) => number
}

/** Sums over the rows of one table added so far. */
export class RunningSums {
  readonly #columns: Float64Array[]
  readonly #price: Float64Array
  /**
   * Values are taken relative to the first one: without that the squares of prices near 100,000 would cost ten digits
   * of the covariances, and a column that never changes gives exactly zero. Not the mean: it is not known yet.
   */
  readonly #references = new Float64Array(SIZE).fill(NaN)
  readonly #row = new Float64Array(SIZE)
  readonly #medians = Array.from(MISSING_BITS, (bit) => (bit === 0 ? undefined : new RunningMedian()))
  /**
   * One set of sums a pattern of missing values, in which those count as zero. What the rows add with their medians
   * follows from it at once, whatever the medians are by then: no row is kept aside and none is read twice.
   */
  readonly #patterns = new Map<number, ProductSums>()
  #count = 0

  constructor({ columns }: FeatureTable) {
    this.#columns = FEATURE_COLUMNS.map((name) => columns[name])
    this.#price = columns.price
    this.#references[ONE] = 0
  }

  get count(): number {
    return this.#count
  }

  /** Adds a row of the table that has all required features, and the row whose price is its target. */
  add(row: number, target: number): void {
    const values = this.#row
    let pattern = 0
    values[ONE] = 1
    for (let place = FIRST_FEATURE; place < TARGET; place++) {
      const value = this.#columns[place - FIRST_FEATURE]?.[row] ?? NaN
      const bit = MISSING_BITS[place] ?? 0
      if (bit !== 0 && !Number.isFinite(value)) {
        values[place] = 0
        pattern |= bit
        continue
      }
      values[place] = this.#relative(place, value)
      if (bit !== 0) this.#medians[place]?.add(value)
    }
    values[TARGET] = this.#relative(TARGET, this.#price[target] ?? NaN)
    this.#sumsOf(pattern).add(values)
    this.#count++
  }

  #relative(place: number, value: number): number {
    const reference = this.#references[place] ?? NaN
    if (!Number.isNaN(reference)) return value - reference
    this.#references[place] = value
    return 0
  }

  #sumsOf(pattern: number): ProductSums {
    let sums = this.#patterns.get(pattern)
    if (sums === undefined) {
      sums = new ProductSums()
      this.#patterns.set(pattern, sums)
    }
    return sums
  }

  /** Returns means and covariances of all rows so far. The result does not change when rows are added later. */
  moments(): Moments {
    const medians = Float64Array.from(MISSING_BITS, (_, place) => this.#medians[place]?.value ?? NaN)
    const references = this.#references.slice()
    const count = this.#count
    const fills = medians.map((median, place) =>
      Number.isNaN(median) ? 0 : median - (references[place] ?? 0),
    )
    const total = new Float64Array(SIZE * SIZE)
    for (const [pattern, { sums }] of this.#patterns) addImputed(total, { pattern, sums, fills })
    const mean = (place: number): number => (total[place] ?? NaN) / count
    const covariance = (first: number, second: number): number =>
      (total[first * SIZE + second] ?? NaN) / count - mean(first) * mean(second)
    const isPresent = (_: unknown, feature: number): boolean =>
      this.#medians[feature + FIRST_FEATURE]?.size !== 0
    return {
      count,
      present: [...FEATURE_COLUMNS.keys()].filter(isPresent),
      median: (feature) => medians[feature + FIRST_FEATURE] ?? NaN,
      mean: (feature) => mean(feature + FIRST_FEATURE) + (references[feature + FIRST_FEATURE] ?? NaN),
      covariance: (first, second) => covariance(first + FIRST_FEATURE, second + FIRST_FEATURE),
      targetMean: mean(TARGET) + (references[TARGET] ?? NaN),
      targetCovariance: (feature) => covariance(feature + FIRST_FEATURE, TARGET),
    }
  }
}

/**
 * Sums of the products of all pairs of a row's values, upper triangle. Four rows at a time, since most time goes into
 * reading and writing the sums; rows are still added one after the other, so that no bit depends on where a batch ends.
 */
class ProductSums {
  readonly #sums = new Float64Array(SIZE * SIZE)
  readonly #rows = Array.from({ length: 4 }, () => new Float64Array(SIZE))
  #waiting = 0

  get sums(): Float64Array {
    this.#flush()
    return this.#sums
  }

  add(row: Float64Array): void {
    this.#rows[this.#waiting]?.set(row)
    this.#waiting++
    if (this.#waiting === this.#rows.length) this.#flush()
  }

  #flush(): void {
    const sums = this.#sums
    const [a = NOTHING, b = NOTHING, c = NOTHING, d = NOTHING] = this.#rows.slice(0, this.#waiting)
    this.#waiting = 0
    for (let first = 0; first < SIZE; first++) {
      const [ofA, ofB, ofC, ofD] = [a[first] ?? NaN, b[first] ?? NaN, c[first] ?? NaN, d[first] ?? NaN]
      let place = first * (SIZE + 1)
      for (let second = first; second < SIZE; second++, place++) {
        const sum = (sums[place] ?? NaN) + ofA * (a[second] ?? NaN) + ofB * (b[second] ?? NaN)
        sums[place] = sum + ofC * (c[second] ?? NaN) + ofD * (d[second] ?? NaN)
      }
    }
  }
}

/** Adds one pattern's sums as they would be with the medians in its rows: a missing value is the constant times it. */
function addImputed(
  total: Float64Array,
  { pattern, sums, fills }: { pattern: number; sums: Float64Array; fills: Float64Array },
): void {
  const isMissing = (place: number): boolean => (pattern & (MISSING_BITS[place] ?? 0)) !== 0
  for (let first = 0; first < SIZE; first++) {
    const firstFactor = isMissing(first) ? (fills[first] ?? NaN) : 1
    const firstPlace = isMissing(first) ? ONE : first
    for (let second = first; second < SIZE; second++) {
      const factor = isMissing(second) ? firstFactor * (fills[second] ?? NaN) : firstFactor
      const secondPlace = isMissing(second) ? ONE : second
      const source = Math.min(firstPlace, secondPlace) * SIZE + Math.max(firstPlace, secondPlace)
      const place = first * SIZE + second
      total[place] = (total[place] ?? NaN) + factor * (sums[source] ?? NaN)
    }
  }
}
