/**
 * Walk-forward: what `forecast` would have said at every candle of a past span with regular refits, and whether it was
 * right. The same candles give the same result to the last digit.
 */

import { DAY_MS } from '../../../core/durations.ts'
import { intervalRadius } from './conformal.ts'
import { decide, sameDirection, skillOf, type Decision } from './decision.ts'
import { checkTable, type FeatureTable } from './feature-columns.ts'
import { absoluteErrors, addSamples } from './forecast.ts'
import { stretchesOf } from './history-breaks.ts'
import { whyNoPrice } from './plausible-price.ts'
import { fitRidge, predictRows, type RidgeModel } from './ridge.ts'
import { RunningSums } from './running-sums.ts'
import { samplesOf, usableRows, type Samples } from './samples.ts'
import { finalSplit, rowsNeeded } from './time-splits.ts'

/** A model is used for a day: one more hour among thousands hardly changes it. */
export const BACKTEST_REFIT_MS = DAY_MS

export interface BacktestOptions {
  horizonsMs: readonly number[]
  /** Candles that opened from here on and before `toMs` get a forecast. */
  fromMs: number
  toMs: number
  /** The model is refitted at `fromMs` and then at this interval. */
  refitMs?: number
}

/** One past forecast with its outcome. All times are opening times of candles. */
export interface BacktestForecast {
  /** When its model was fitted, on candles that had closed by then. */
  fittedMs: number
  /** The candle whose row it was made from, at that candle's close. */
  baseMs: number
  /** The candle whose close is forecast. */
  targetMs: number
  predicted: number
  lower: number
  upper: number
  /** Close of the base candle: the naive forecast. */
  lastPrice: number
  decision: Decision
  actual: number
}

export interface BacktestResult {
  horizonMs: number
  /** Forecasts whose outcome is in the table; others are left out. All figures below are `NaN` if there is none. */
  count: number
  mae: number
  naiveMae: number
  skill: number
  /** Share of `directionCount` whose predicted move had the sign of the real one. */
  hitRate: number
  /** Forecasts after which the price moved at all. */
  directionCount: number
  /** Share inside the interval: 0.8 is promised. */
  coverage: number
  /** How often each was given, and how often the real price would have given the same decision. */
  decisions: Record<Decision, { count: number; right: number }>
  /** All of them, in the order of time. */
  forecasts: BacktestForecast[]
}

/**
 * Returns one result per horizon, in the order requested. Throws a `RangeError` for a table out of order, a horizon
 * that is not a whole number of candles, or a refit interval that is not above 0.
 */
export function backtest(table: FeatureTable, options: BacktestOptions): BacktestResult[] {
  checkTable(table)
  const { refitMs = BACKTEST_REFIT_MS } = options
  if (!(refitMs > 0)) throw new RangeError(`A model cannot be refitted every ${refitMs} ms.`)
  const stretches = stretchesOf(table).map((stretch) => ({
    ...stretch,
    usable: usableRows(stretch.table),
  }))
  return options.horizonsMs.map((horizonMs) => {
    const forecasts = stretches.flatMap(({ table: rows, usable }) =>
      walkForward(rows, samplesOf(rows, usable, horizonMs), { ...options, refitMs }),
    )
    return scored(
      horizonMs,
      forecasts.filter((made) => whyNoPrice(made) === undefined),
    )
  })
}

function walkForward(
  table: FeatureTable,
  samples: Samples,
  { fromMs, toMs, refitMs }: { fromMs: number; toMs: number; refitMs: number },
): BacktestForecast[] {
  const sums = new RunningSums(table)
  const timeOf = (row: number | undefined): number => table.openMs[row ?? NaN] ?? Infinity
  const forecasts: BacktestForecast[] = []
  let known = 0
  let next = 0
  while (timeOf(samples.rows[next]) < fromMs) next++
  for (let fittedMs = fromMs; fittedMs < toMs; fittedMs += refitMs) {
    // A candle is known when it has closed, and that of the target closes last.
    while (timeOf(samples.targets[known]) + table.stepMs <= fittedMs) known++
    const first = next
    while (timeOf(samples.rows[next]) < Math.min(fittedMs + refitMs, toMs)) next++
    if (first === next || known < rowsNeeded(samples.gapRows)) continue
    const fitted = fittedOn(table, samples, { sums, known })
    forecasts.push(...spanForecasts(table, samples, { ...fitted, fittedMs, first, end: next }))
  }
  return forecasts
}

/** Returns the model and the interval that `forecast` would give with the first `known` samples. */
function fittedOn(
  table: FeatureTable,
  samples: Samples,
  { sums, known }: { sums: RunningSums; known: number },
): { model: RidgeModel; radius: number } {
  const { trainEnd, testStart, testEnd } = finalSplit(known, samples.gapRows)
  addSamples(sums, samples, trainEnd)
  const model = fitRidge(sums.moments())
  const predicted = predictRows(model, table, samples.rows.subarray(testStart, testEnd))
  const errors = absoluteErrors(predicted, pricesOf(table, samples.targets.subarray(testStart, testEnd)))
  return { model, radius: intervalRadius(errors) }
}

function spanForecasts(
  table: FeatureTable,
  samples: Samples,
  span: { model: RidgeModel; radius: number; fittedMs: number; first: number; end: number },
): BacktestForecast[] {
  const { model, radius, fittedMs, first, end } = span
  const rows = samples.rows.subarray(first, end)
  const targets = samples.targets.subarray(first, end)
  const lastPrices = pricesOf(table, rows)
  const actuals = pricesOf(table, targets)
  return Array.from(predictRows(model, table, rows), (predicted, at) => {
    const lastPrice = lastPrices[at] ?? NaN
    return {
      fittedMs,
      baseMs: table.openMs[rows[at] ?? NaN] ?? NaN,
      targetMs: table.openMs[targets[at] ?? NaN] ?? NaN,
      predicted,
      lower: predicted - radius,
      upper: predicted + radius,
      lastPrice,
      decision: decide(predicted, lastPrice),
      actual: actuals[at] ?? NaN,
    }
  })
}

function pricesOf({ columns }: FeatureTable, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => columns.price[row] ?? NaN)
}

function scored(horizonMs: number, forecasts: BacktestForecast[]): BacktestResult {
  const decisions = {
    BUY: { count: 0, right: 0 },
    SELL: { count: 0, right: 0 },
    HOLD: { count: 0, right: 0 },
  }
  let [error, naiveError, moved, hits, inside] = [0, 0, 0, 0, 0]
  for (const { predicted, lastPrice, actual, lower, upper, decision } of forecasts) {
    error += Math.abs(predicted - actual)
    naiveError += Math.abs(lastPrice - actual)
    if (actual >= lower && actual <= upper) inside++
    if (actual !== lastPrice) {
      moved++
      if (sameDirection(predicted, actual, lastPrice)) hits++
    }
    decisions[decision].count++
    if (decide(actual, lastPrice) === decision) decisions[decision].right++
  }
  const count = forecasts.length
  return {
    horizonMs,
    count,
    mae: error / count,
    naiveMae: naiveError / count,
    skill: skillOf(error / count, naiveError / count),
    hitRate: hits / moved,
    directionCount: moved,
    coverage: inside / count,
    decisions,
    forecasts,
  }
}
