/** How forecasts did, in one shape for those that were made and stored and for those of a backtest. */
import { HOUR_MS } from '../../core/durations.ts'
import { HORIZONS } from '../../activities/crypto-forecast/horizons.ts'
import type { BacktestResult } from '../../activities/crypto-forecast/model/backtest.ts'
import { skillOf } from '../../activities/crypto-forecast/model/decision.ts'
import type { StoredFigures } from '../../db/queries/crypto-forecast/forecast-report.ts'

/** What the forecasts of one model for one coin and horizon came to. Errors in the coin's currency; `NaN` if there are none. */
export interface ForecastFigures {
  crypto: string
  horizon: string
  modelVersion: string
  made: number
  scored: number
  /** Made, but without a score so far. */
  waiting: number
  /** Share of `moved` whose direction was right; `moved` are those after which the price moved at all. */
  hitRate: number
  moved: number
  mae: number
  naiveMae: number
  /** 1 - mae / naiveMae. */
  skill: number
  /** Sample deviation of |naive error| - |error|. */
  gainDeviation: number
  /** Share of `intervals`, the scored ones that had an interval, whose price lay inside. */
  coverage: number
  intervals: number
  decisions: Record<'BUY' | 'SELL' | 'HOLD', number>
}

/** The name of a backtest's forecasts in place of a stored model's version. */
export const WALK_FORWARD = 'walk-forward'

/** Figures of stored forecasts. */
export function storedForecasts(stored: StoredFigures): ForecastFigures {
  const { crypto, horizon, modelVersion, made, scored, moved, hits, intervals, held } = stored
  const mae = stored.mae ?? NaN
  const naiveMae = stored.naiveMae ?? NaN
  return {
    crypto,
    horizon,
    modelVersion,
    made,
    scored,
    waiting: made - scored,
    moved,
    intervals,
    mae,
    naiveMae,
    skill: skillOf(mae, naiveMae),
    gainDeviation: stored.gainDeviation ?? NaN,
    hitRate: hits / moved,
    coverage: held / intervals,
    decisions: { BUY: stored.buy, SELL: stored.sell, HOLD: stored.hold },
  }
}

/** Figures of a backtest, whose forecasts all have a score and an interval. */
export function testedForecasts(crypto: string, horizon: string, result: BacktestResult): ForecastFigures {
  const { count, mae, naiveMae, skill, hitRate, directionCount, coverage, decisions } = result
  return {
    crypto,
    horizon,
    modelVersion: WALK_FORWARD,
    made: count,
    scored: count,
    waiting: 0,
    hitRate,
    moved: directionCount,
    mae,
    naiveMae,
    skill,
    gainDeviation: gainDeviation(result),
    coverage,
    intervals: count,
    decisions: { BUY: decisions.BUY.count, SELL: decisions.SELL.count, HOLD: decisions.HOLD.count },
  }
}

function gainDeviation({ forecasts, count, mae, naiveMae }: BacktestResult): number {
  let squares = 0
  for (const { predicted, actual, lastPrice } of forecasts) {
    const gain = Math.abs(lastPrice - actual) - Math.abs(predicted - actual)
    squares += (gain - (naiveMae - mae)) ** 2
  }
  return Math.sqrt(squares / (count - 1))
}

/**
 * How many forecasts made one an hour lie within one horizon: a day's overlap in 23 of their 24 hours, so that 24 of
 * them say little more than one does.
 */
export function overlapOf(horizon: string): number {
  const known: Partial<Record<string, number>> = HORIZONS
  return (known[horizon] ?? HOUR_MS) / HOUR_MS
}
