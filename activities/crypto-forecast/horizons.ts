/** How far ahead the forecasts look, and the result for one coin. */
import { HOUR_MS } from '../../core/durations.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import type { Reason } from '../../core/reason.ts'

/** By the name that the tables hold. */
export const HORIZONS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS } as const
export type Horizon = keyof typeof HORIZONS
export const HORIZON_NAMES = Object.keys(HORIZONS) as Horizon[]

/** Of a candle that opened at `baseMs`: a forecast is due when the candle that lies the horizon after it closes. */
export function targetTime(baseMs: number, horizon: Horizon): Date {
  return new Date(baseMs + HOUR_MS + HORIZONS[horizon])
}

/** The forecasts of one coin: rows to store, and reports of the models that made them. */
export interface CoinForecasts {
  predictions: WritableRows['predictions'][]
  mlflow_outbox: WritableRows['mlflow_outbox'][]
  /** Horizons without a forecast, and why. */
  none: { horizon: Horizon; reason: Reason }[]
}
