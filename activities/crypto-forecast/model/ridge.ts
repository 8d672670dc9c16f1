/**
 * The document's model, scikit-learn's `SimpleImputer(median) -> StandardScaler -> Ridge(alpha=1.0)`, solved from sums:
 * with standardised columns the normal equations are `(n * correlation + alpha * I) w = Xs' y`.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { FEATURE_COLUMNS, type FeatureColumn, type FeatureTable } from './feature-columns.ts'
import type { Moments } from './running-sums.ts'

/** Strength of the penalty, as in the document. */
export const RIDGE_ALPHA = 1
/** A column is dropped if its correlation with an earlier one exceeds this, in either direction. */
export const MAX_CORRELATION = 0.9

/** A trained model. The lists are in the order of `features`; coefficients are those of the standardised columns. */
export interface RidgeModel {
  features: FeatureColumn[]
  /** What a missing value is replaced by; a column that is never missing has its mean here. */
  medians: number[]
  means: number[]
  /** Population standard deviations; 1 for a column that never changes. */
  scales: number[]
  coefficients: number[]
  /** The mean of the targets. */
  intercept: number
}

/** Trains on all rows in the moments. Throws a `RangeError` without rows, or if values are too large to be squared. */
export function fitRidge(moments: Moments): RidgeModel {
  const deviations = FEATURE_COLUMNS.map((_, feature) => deviation(moments, feature))
  // Otherwise such a column would be dropped silently: NaN compares with nothing.
  if (!moments.present.every((feature) => Number.isFinite(deviations[feature]))) {
    throw new RangeError('There is nothing to train on: no rows, or values too large to be squared.')
  }
  const kept = uncorrelated(moments, deviations)
  const scales = kept.map((feature) => deviations[feature] || 1)
  const means = kept.map((feature) => moments.mean(feature))
  return {
    features: kept.flatMap((feature) => FEATURE_COLUMNS[feature] ?? []),
    medians: kept.map((feature, place) => {
      const median = moments.median(feature)
      return Number.isNaN(median) ? (means[place] ?? NaN) : median
    }),
    means,
    scales,
    coefficients: coefficientsOf(moments, kept, deviations),
    intercept: moments.targetMean,
  }
}

/** Solves the normal equations of the standardised columns. The penalty keeps them positive definite. */
function coefficientsOf(moments: Moments, kept: readonly number[], deviations: readonly number[]): number[] {
  // A constant column has rounding errors for covariances: they must be exactly zero.
  const standardised = (covariance: number, ...features: number[]): number => {
    const scale = features.reduce((product, feature) => product * (deviations[feature] ?? NaN), 1)
    return scale === 0 ? 0 : (moments.count * covariance) / scale
  }
  const system = Matrix.zeros(kept.length, kept.length)
  for (const [row, first] of kept.entries()) {
    for (const [column, second] of kept.entries()) {
      if (column < row) continue
      const value = standardised(moments.covariance(first, second), first, second)
      system.set(row, column, value).set(column, row, value)
    }
    system.set(row, row, system.get(row, row) + RIDGE_ALPHA)
  }
  const decomposition = new CholeskyDecomposition(system)
  if (!decomposition.isPositiveDefinite()) throw new RangeError('The ridge regression has no solution.')
  const right = kept.map((feature) => standardised(moments.targetCovariance(feature), feature))
  return decomposition.solve(Matrix.columnVector(right)).to1DArray()
}

/** Standard deviation of a feature; exactly 0 if scikit-learn's `_is_constant_feature` calls it rounding errors. */
function deviation(moments: Moments, feature: number): number {
  const { count } = moments
  const variance = moments.covariance(feature, feature)
  const rounding = count * Number.EPSILON * variance + (count * moments.mean(feature) * Number.EPSILON) ** 2
  return variance <= rounding ? 0 : Math.sqrt(variance)
}

/**
 * The usual pandas idiom on the upper triangle of `corr()`: a column is dropped if any earlier one, itself kept or not,
 * correlates too much with it. A constant column correlates with nothing.
 */
function uncorrelated({ present, covariance }: Moments, deviations: number[]): number[] {
  return present.filter((second, place) =>
    present.slice(0, place).every((first) => {
      const scale = (deviations[first] ?? NaN) * (deviations[second] ?? NaN)
      return scale === 0 || Math.abs(covariance(first, second)) <= MAX_CORRELATION * scale
    }),
  )
}

/** Returns the predicted price for one row; `row` returns a column's value, `NaN` if it is missing. */
export function predictOne(model: RidgeModel, row: (column: FeatureColumn) => number): number {
  return model.features.reduce(
    (sum, name, place) => sum + contribution(model, place, row(name)),
    model.intercept,
  )
}

/** The predicted prices for rows of a table: `predictOne` for each, to the last digit. */
export function predictRows(model: RidgeModel, { columns }: FeatureTable, rows: Int32Array): Float64Array {
  const predicted = new Float64Array(rows.length).fill(model.intercept)
  for (const [place, name] of model.features.entries()) {
    const column = columns[name]
    for (let index = 0; index < rows.length; index++) {
      const value = column[rows[index] ?? NaN] ?? NaN
      predicted[index] = (predicted[index] ?? NaN) + contribution(model, place, value)
    }
  }
  return predicted
}

function contribution(
  { medians, means, scales, coefficients }: RidgeModel,
  place: number,
  value: number,
): number {
  const present = Number.isFinite(value) ? value : (medians[place] ?? NaN)
  return ((present - (means[place] ?? NaN)) / (scales[place] ?? NaN)) * (coefficients[place] ?? NaN)
}
