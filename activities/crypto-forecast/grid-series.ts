/** The whole grid of a coin with everything that is computed from it. */
import { HOUR_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import { candleColumns, type CandleColumns } from '../../db/queries/crypto-forecast/candles.ts'
import { featuresOf, type DailyIndex, type Features } from './features.ts'
import { indicatorsOf, type Indicators } from './indicators.ts'

/** Increase it with every change of a formula: the next run then recomputes older rows. */
export const FORMULAS = 2

/** While the database reads or stores one coin, another is computed; more would only hold more memory. */
export const COINS_AT_ONCE = 2

export interface GridSeries {
  candles: CandleColumns
  indicators: Indicators
  features: Features
}

/**
 * Reads the candles of a coin and computes everything from the first hour on: exponential averages are identical to the
 * last digit only if they begin at the same hour.
 */
export async function gridSeries(db: Database, crypto: string, fearGreed: DailyIndex): Promise<GridSeries> {
  const candles = await candleColumns(db, crypto)
  const series = { stepMs: HOUR_MS, ...candles }
  return { candles, indicators: indicatorsOf(series), features: featuresOf(series, fearGreed) }
}
