/** Tables for tests: a random walk of prices, every other column noise that leans on it a little. The same seed, the same table. */
import { HOUR_MS } from '../../../../../core/durations.ts'
import {
  FEATURE_COLUMNS,
  type FeatureColumn,
  type FeatureTable,
} from '../../../../../activities/crypto-forecast/model/feature-columns.ts'
/** Midnight, so that days and hours are easily counted. */
export const START_MS = Date.UTC(2025, 0, 1)

/** Numbers between 0 and 1, the same for the same seed (Park and Miller's generator). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Hourly rows without holes, all columns present. */
export function madeTable(rows: number, seed = 1): FeatureTable {
  const random = randomNumbers(seed)
  const price = new Float64Array(rows)
  let last = 50_000
  for (let row = 0; row < rows; row++) {
    last *= 1 + (random() - 0.5) * 0.02
    price[row] = last
  }
  const column = (name: FeatureColumn): Float64Array =>
    name === 'price' ? price : price.map((value) => value * 0.05 + random() * 10_000)
  return {
    stepMs: HOUR_MS,
    openMs: Float64Array.from({ length: rows }, (_, row) => START_MS + row * HOUR_MS),
    columns: Object.fromEntries(
      FEATURE_COLUMNS.map((name) => [name, column(name)]),
    ) as FeatureTable['columns'],
  }
}

/** The rows of a table for which `keep` says so. */
export function rowsWhere(table: FeatureTable, keep: (row: number) => boolean): FeatureTable {
  const kept = (values: Float64Array): Float64Array => values.filter((_, row) => keep(row))
  return {
    stepMs: table.stepMs,
    openMs: kept(table.openMs),
    columns: Object.fromEntries(
      FEATURE_COLUMNS.map((name) => [name, kept(table.columns[name])]),
    ) as FeatureTable['columns'],
  }
}

/** The table as it was known at a moment: the rows whose candle had closed. */
export function knownAt(table: FeatureTable, atMs: number): FeatureTable {
  return rowsWhere(table, (row) => (table.openMs[row] ?? NaN) + table.stepMs <= atMs)
}

/** Takes values away: every row of `column` for which `where` says so becomes `NaN`. */
export function without(
  table: FeatureTable,
  column: FeatureColumn,
  where: (row: number) => boolean,
): FeatureTable {
  const values = table.columns[column].map((value, row) => (where(row) ? NaN : value))
  return { ...table, columns: { ...table.columns, [column]: values } }
}
