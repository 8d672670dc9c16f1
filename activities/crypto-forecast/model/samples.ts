/** Which rows the model may learn from: those with all required features and a known price at the horizon's end. */
import { REQUIRED, type FeatureColumn, type FeatureTable } from './feature-columns.ts'

/** The rows that can be learned from for one horizon, in the order of time. */
export interface Samples {
  horizonMs: number
  /**
   * Rows left out between a training and a test part. A row's price is known one step after it opened, and that of its
   * horizon's end as much later: with one step as horizon nothing has to be left out.
   */
  gapRows: number
  /** Rows of the table. */
  rows: Int32Array
  /** For each, the row whose close is its target. */
  targets: Int32Array
}

/** Returns the first required column that the row lacks, or undefined if it can be used. */
export function missingFeature({ columns }: FeatureTable, row: number): FeatureColumn | undefined {
  return REQUIRED.find((name) => !Number.isFinite(columns[name][row]))
}

/** The rows that have all required features, ascending. */
export function usableRows({ openMs, columns }: FeatureTable): Int32Array {
  const isUsable = new Uint8Array(openMs.length).fill(1)
  for (const name of REQUIRED) {
    const values = columns[name]
    for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row])) isUsable[row] = 0
  }
  return Int32Array.from(isUsable.keys()).filter((row) => isUsable[row] === 1)
}

/**
 * Joins the usable rows to the candle that opens exactly a horizon later: by time and never by position, since hours
 * may be missing. Throws a `RangeError` if the horizon is no whole number of steps.
 */
export function samplesOf(table: FeatureTable, usable: Int32Array, horizonMs: number): Samples {
  const { openMs, stepMs } = table
  const steps = horizonMs / stepMs
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`A horizon of ${horizonMs} ms is no whole number of candles of ${stepMs} ms.`)
  }
  const rows: number[] = []
  const targets: number[] = []
  let target = 0
  for (const row of usable) {
    const targetMs = (openMs[row] ?? NaN) + horizonMs
    while ((openMs[target] ?? Infinity) < targetMs) target++
    if (openMs[target] === targetMs && Number.isFinite(table.columns.price[target])) {
      rows.push(row)
      targets.push(target)
    }
  }
  return { horizonMs, gapRows: steps - 1, rows: Int32Array.from(rows), targets: Int32Array.from(targets) }
}
