/** The next price of one coin for each horizon: trained on its past, predicted from its newest candle. */
import { heldShare, intervalRadius } from './conformal.ts'
import { decide, sameDirection, skillOf, type Decision } from './decision.ts'
import { checkTable, type FeatureColumn, type FeatureTable } from './feature-columns.ts'
import { newestStretch, whyBroken } from './history-breaks.ts'
import { whyNoPrice } from './plausible-price.ts'
import { fitRidge, predictOne, predictRows, type RidgeModel } from './ridge.ts'
import { RunningSums } from './running-sums.ts'
import { missingFeature, samplesOf, usableRows, type Samples } from './samples.ts'
import { finalSplit, rowsNeeded, timeSeriesSplits, type Split } from './time-splits.ts'
import type { Reason } from '../../../core/reason.ts'
import { reason } from '../../../wording/reason.ts'

export type { FeatureTable } from './feature-columns.ts'

/** A prediction with everything needed to judge it. Prices and errors are in the table's currency. */
export interface Forecast {
  /** The target is the close of the candle that opens this much after the newest one. */
  horizonMs: number
  predicted: number
  /** Split conformal interval of 80 %, from the errors on the test part. */
  lower: number
  upper: number
  /** Close of the newest candle: what the naive forecast says. */
  lastPrice: number
  decision: Decision
  /** Mean absolute error on the test part, the last fifth of the rows, and that of the naive forecast there. */
  mae: number
  naiveMae: number
  /** 1 - mae / naiveMae; `-Infinity` if the naive forecast was never wrong but the model was. */
  skill: number
  /** Mean and population deviation of the errors of the five folds. */
  maeCvMean: number
  maeCvStd: number
  /** Share of the test part in which the predicted move had the sign of the real one. */
  directionalAccuracy: number
  /** Share of the test part's second half that an interval from its first half would have held: 0.8 is promised. */
  coverage: number
  /** Features that the correlation filter kept, in the order of the document. */
  features: FeatureColumn[]
  model: RidgeModel
  /** Opening times of the first and the last row trained on. */
  trainFromMs: number
  trainToMs: number
  /** Rows trained on, and rows of the test part; between them lie those whose outcome was not known in time. */
  rows: number
  testRows: number
}

/** Why a horizon has no forecast. */
export interface NoForecast {
  horizonMs: number
  why: Reason
}

/**
 * Returns one forecast per horizon, in the order requested. The model is trained on the first four fifths only, so that
 * the errors on the last fifth are those of this very model and the interval holds. Rows before a break of the history
 * are not used, and a result that cannot be a price is no forecast. Throws a `RangeError` for a table
 * out of order or a horizon that is not a whole number of candles.
 */
export function forecast(whole: FeatureTable, horizonsMs: readonly number[]): (Forecast | NoForecast)[] {
  checkTable(whole)
  const { table, follows } = newestStretch(whole)
  const newest = table.openMs.length - 1
  const missing = newest < 0 ? 'candle' : missingFeature(table, newest)
  const usable = usableRows(table)
  return horizonsMs.map((horizonMs) => {
    const samples = samplesOf(table, usable, horizonMs)
    const needed = rowsNeeded(samples.gapRows)
    if (follows !== undefined && (missing !== undefined || samples.rows.length < needed))
      return { horizonMs, why: whyBroken(follows, { rows: samples.rows.length, needed }) }
    if (missing !== undefined) return { horizonMs, why: reason('newest-row-lacks', { feature: missing }) }
    if (samples.rows.length < needed) {
      return { horizonMs, why: reason('rows-too-few', { rows: samples.rows.length, needed }) }
    }
    const made = forecastHorizon(table, samples, newest)
    const why = whyNoPrice(made)
    return why === undefined ? made : { horizonMs, why }
  })
}

function forecastHorizon(table: FeatureTable, samples: Samples, newest: number): Forecast {
  const { horizonMs, gapRows, rows } = samples
  const folds = timeSeriesSplits(rows.length, gapRows)
  const final = finalSplit(rows.length, gapRows)
  const tests = testedSplits(table, samples, [...folds, final])
  const cvErrors = folds.map((fold) => mean(tested(tests, fold).errors))
  const { model, errors, naiveErrors, directionalAccuracy } = tested(tests, final)
  const predicted = predictOne(model, (column) => table.columns[column][newest] ?? NaN)
  const lastPrice = table.columns.price[newest] ?? NaN
  const radius = intervalRadius(errors)
  const mae = mean(errors)
  const naiveMae = mean(naiveErrors)
  const maeCvMean = mean(cvErrors)
  return {
    horizonMs,
    predicted,
    lower: predicted - radius,
    upper: predicted + radius,
    lastPrice,
    decision: decide(predicted, lastPrice),
    mae,
    naiveMae,
    skill: skillOf(mae, naiveMae),
    maeCvMean,
    maeCvStd: Math.sqrt(mean(cvErrors.map((error) => (error - maeCvMean) ** 2))),
    directionalAccuracy,
    coverage: heldShare(errors, gapRows),
    features: model.features,
    model,
    trainFromMs: table.openMs[rows[0] ?? NaN] ?? NaN,
    trainToMs: table.openMs[rows[final.trainEnd - 1] ?? NaN] ?? NaN,
    rows: final.trainEnd,
    testRows: final.testEnd - final.testStart,
  }
}

/** A model and its results on its test part. */
interface Tested {
  model: RidgeModel
  errors: Float64Array
  naiveErrors: Float64Array
  directionalAccuracy: number
}

/** Trains and tests every split in one pass over the rows: the sums only grow, so the splits come by their ends. */
function testedSplits(table: FeatureTable, samples: Samples, splits: readonly Split[]): Map<Split, Tested> {
  const sums = new RunningSums(table)
  const tests = new Map<Split, Tested>()
  for (const split of splits.toSorted((a, b) => a.trainEnd - b.trainEnd)) {
    addSamples(sums, samples, split.trainEnd)
    tests.set(split, testedOn(table, samples, { split, model: fitRidge(sums.moments()) }))
  }
  return tests
}

/** Adds the samples up to a position to the sums. */
export function addSamples(sums: RunningSums, { rows, targets }: Samples, end: number): void {
  while (sums.count < end) sums.add(rows[sums.count] ?? NaN, targets[sums.count] ?? NaN)
}

function testedOn(
  table: FeatureTable,
  { rows, targets }: Samples,
  { split, model }: { split: Split; model: RidgeModel },
): Tested {
  const { price } = table.columns
  const testRows = rows.subarray(split.testStart, split.testEnd)
  const actual = Float64Array.from(
    targets.subarray(split.testStart, split.testEnd),
    (row) => price[row] ?? NaN,
  )
  const last = Float64Array.from(testRows, (row) => price[row] ?? NaN)
  const predicted = predictRows(model, table, testRows)
  const right = predicted.filter((value, at) => sameDirection(value, actual[at] ?? NaN, last[at] ?? NaN))
  return {
    model,
    errors: absoluteErrors(predicted, actual),
    naiveErrors: absoluteErrors(last, actual),
    directionalAccuracy: right.length / testRows.length,
  }
}

/** Absolute differences, place by place. */
export function absoluteErrors(predicted: Float64Array, actual: Float64Array): Float64Array {
  return predicted.map((value, at) => Math.abs(value - (actual[at] ?? NaN)))
}

function tested(tests: Map<Split, Tested>, split: Split): Tested {
  const test = tests.get(split)
  if (test === undefined) throw new RangeError('A split was not tested.')
  return test
}

function mean(values: Float64Array | readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
