/** The regression from running sums against one written out row by row. */
import { Matrix, solve } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import {
  FEATURE_COLUMNS,
  IMPUTED,
  type FeatureColumn,
  type FeatureTable,
} from '../../../../../activities/crypto-forecast/model/feature-columns.ts'
import {
  fitRidge,
  predictOne,
  predictRows,
  type RidgeModel,
} from '../../../../../activities/crypto-forecast/model/ridge.ts'
import { RunningSums } from '../../../../../activities/crypto-forecast/model/running-sums.ts'
import { madeTable, randomNumbers, without } from './made-table.ts'

const TOLERANCE = 1e-8

/** Trains on the first rows of a table, each with the row after it as its target. */
function fit(table: FeatureTable, rows: number): RidgeModel {
  const sums = new RunningSums(table)
  for (let row = 0; row < rows; row++) sums.add(row, row + 1)
  return fitRidge(sums.moments())
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const at = (values: ArrayLike<number>, place: number): number => values[place] ?? NaN

/** The same in the simplest words: imputed columns, their deviations, the design matrix, its normal equations. */
function plainFit(table: FeatureTable, rows: number): RidgeModel {
  const columns = FEATURE_COLUMNS.flatMap((name) => {
    const values = [...table.columns[name].subarray(0, rows)]
    const known = values.filter(Number.isFinite).toSorted((a, b) => a - b)
    if (known.length === 0) return []
    const half = known.length / 2
    const median = (at(known, Math.ceil(half) - 1) + at(known, Math.floor(half))) / 2
    const filled = values.map((value) => (Number.isFinite(value) ? value : median))
    const average = mean(filled)
    const deviation = Math.sqrt(mean(filled.map((value) => (value - average) ** 2)))
    return [{ name, filled, average, median: IMPUTED.includes(name) ? median : average, deviation }]
  })
  const correlation = (a: (typeof columns)[number], b: (typeof columns)[number]): number =>
    mean(a.filled.map((value, row) => (value - a.average) * (at(b.filled, row) - b.average))) /
    (a.deviation * b.deviation)
  const kept = columns.filter((column, place) =>
    columns.slice(0, place).every((earlier) => !(Math.abs(correlation(earlier, column)) > 0.9)),
  )
  const design = new Matrix(
    kept.map(({ filled, average, deviation }) => filled.map((value) => (value - average) / (deviation || 1))),
  ).transpose()
  const target = [...table.columns.price.subarray(1, rows + 1)]
  const intercept = mean(target)
  const right = Matrix.columnVector(target.map((value) => value - intercept))
  const system = design.transpose().mmul(design).add(Matrix.eye(kept.length))
  return {
    features: kept.map(({ name }) => name),
    medians: kept.map(({ median }) => median),
    means: kept.map(({ average }) => average),
    scales: kept.map(({ deviation }) => deviation || 1),
    coefficients: solve(system, design.transpose().mmul(right)).to1DArray(),
    intercept,
  }
}

function expectEqual(actual: RidgeModel, expected: RidgeModel): void {
  expect(actual.features).toEqual(expected.features)
  for (const list of ['medians', 'means', 'scales', 'coefficients'] as const) {
    const unit = Math.max(1, ...expected[list].map(Math.abs))
    for (const [place, value] of expected[list].entries()) {
      expect(Math.abs(at(actual[list], place) - value) / unit, `${list} ${place}`).toBeLessThan(TOLERANCE)
    }
  }
  expect(Math.abs(actual.intercept / expected.intercept - 1)).toBeLessThan(TOLERANCE)
}

/** A table with holes of many patterns in the columns that may have them. */
function holedTable(rows: number, seed: number): FeatureTable {
  const random = randomNumbers(seed + 1_000)
  return IMPUTED.reduce((table, name) => without(table, name, () => random() < 0.15), madeTable(rows, seed))
}

describe('a ridge model from running sums', () => {
  it.each([1, 2, 3, 4, 5])('fits the same model as row by row (seed %i)', (seed) => {
    const table = madeTable(400, seed)
    expectEqual(fit(table, 350), plainFit(table, 350))
  })

  it.each([1, 2, 3, 4, 5])('fits the same model with many patterns of missing values (seed %i)', (seed) => {
    const table = holedTable(400, seed)
    expectEqual(fit(table, 350), plainFit(table, 350))
  })

  it('fits the same model at every cut of one pass, whatever is added later', () => {
    const table = holedTable(400, 6)
    const sums = new RunningSums(table)
    for (let row = 0; row < 399; row++) {
      sums.add(row, row + 1)
      const moments = sums.moments()
      if ([40, 41, 173, 399].includes(sums.count)) expectEqual(fitRidge(moments), plainFit(table, sums.count))
    }
  })

  it('does not change when rows are added after its moments were taken', () => {
    const table = holedTable(400, 7)
    const sums = new RunningSums(table)
    for (let row = 0; row < 200; row++) sums.add(row, row + 1)
    const moments = sums.moments()
    const before = fitRidge(moments)
    for (let row = 200; row < 399; row++) sums.add(row, row + 1)
    expect(fitRidge(moments)).toEqual(before)
  })

  it('leaves out a column without any value in the training rows', () => {
    const table = without(madeTable(400), 'fearGreed30d', (row) => row < 350)
    expect(fit(table, 350).features).not.toContain('fearGreed30d')
    expect(fit(table, 352).features).toContain('fearGreed30d')
    expectEqual(fit(table, 350), plainFit(table, 350))
  })

  it('gives a constant column the scale 1 and no weight', () => {
    const table = madeTable(400)
    table.columns.adx.fill(0.1)
    const model = fit(table, 350)
    const place = model.features.indexOf('adx')
    expect([model.scales[place], model.coefficients[place]]).toEqual([1, 0])
  })

  it('takes a column that changes only by rounding errors as constant, as scikit-learn does', () => {
    const table = madeTable(400)
    for (const row of table.openMs.keys()) table.columns.adx[row] = 1e6 + (row % 3) * 2 ** -32
    expect(new Set(table.columns.adx).size).toBe(3)
    const model = fit(table, 350)
    const place = model.features.indexOf('adx')
    expect([model.scales[place], model.coefficients[place]]).toEqual([1, 0])
  })

  it('drops a column that an earlier one nearly equals or negates, even if that one was dropped itself', () => {
    const table = madeTable(2_000, 3)
    const random = randomNumbers(8)
    // Each leans on the one before: 0.93 to its neighbour, less than 0.9 to the one before that.
    const lean = (values: Float64Array): Float64Array => {
      const middle = mean([...values])
      const spread = Math.sqrt(mean([...values].map((value) => (value - middle) ** 2)))
      return values.map((value) => -(value + (random() - 0.5) * spread * 1.35))
    }
    const rsi = Float64Array.from(table.openMs, () => random() * 100)
    const macd = lean(rsi)
    const macdSignal = lean(macd)
    const model = fit({ ...table, columns: { ...table.columns, rsi, macd, macdSignal } }, 1_900)
    expect(model.features.slice(0, 3)).toEqual(['price', 'rsi', 'macdHistogram'])
  })

  it('looks for nearly equal columns among the training rows only', () => {
    const table = madeTable(400)
    const random = randomNumbers(9)
    const rsi = table.columns.adx.map((value, row) => (row < 350 ? random() : value * 1e6))
    const features = fit({ ...table, columns: { ...table.columns, rsi } }, 350).features
    expect(features).toContain('adx')
    expect(features).toContain('rsi')
  })

  it('a fit is rejected without rows and if squares overflow', () => {
    expect(() => fit(madeTable(10), 0)).toThrow(RangeError)
    const table = madeTable(400)
    table.columns.rsi[5] = 1e200
    expect(() => fit(table, 350)).toThrow(RangeError)
  })
})

describe('a prediction', () => {
  const table = holedTable(400, 10)
  const model = fit(table, 350)
  const row = (place: number) => (column: FeatureColumn) => table.columns[column][place] ?? NaN

  it('predicts one row and many the same to the last digit', () => {
    const rows = Int32Array.from({ length: 400 }, (_, place) => place)
    expect([...predictRows(model, table, rows)]).toEqual(
      [...rows].map((place) => predictOne(model, row(place))),
    )
  })

  it('uses the median for a missing value', () => {
    const median = model.medians[model.features.indexOf('fearGreed7d')] ?? NaN
    const missing = predictOne(model, (column) => (column === 'fearGreed7d' ? NaN : row(3)(column)))
    const filled = predictOne(model, (column) => (column === 'fearGreed7d' ? median : row(3)(column)))
    expect(missing).toBe(filled)
  })

  it('predicts the mean target for the mean row', () => {
    const means = new Map(model.features.map((name, place) => [name, model.means[place] ?? NaN]))
    expect(predictOne(model, (column) => means.get(column) ?? NaN)).toBe(model.intercept)
  })
})
