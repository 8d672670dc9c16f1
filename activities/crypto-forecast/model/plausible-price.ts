/** Which prices and steps between them are believed. */
import { doubtOf, type ChangeRule } from '../../../core/plausibility.ts'
import type { Reason } from '../../../core/reason.ts'
import { reason } from '../../../wording/reason.ts'

/**
 * A price that is more than this many times the one before, or less than its inverse, is another unit or a wrong candle: a
 * redenomination is by ten or more, and recorded days of large coins stay below 1.25.
 */
const MAX_STEP = 3
const STEP: ChangeRule = { fall: 1 - 1 / MAX_STEP, judgedFrom: 0, rise: { times: MAX_STEP, above: 0 } }

/** Whether the second price cannot follow the first within a step of the grid, or be forecast from it. */
export function isJump(before: number, after: number): boolean {
  return doubtOf(STEP, before, after) !== undefined
}

/** A forecast, and the interval around it if there is one. */
interface ForecastPrice {
  predicted: number
  lower: number | null
  upper: number | null
  lastPrice: number
}

/** Returns why this is no forecast of a price: prices are finite, above 0, and do not jump. */
export function whyNoPrice({ predicted, lower, upper, lastPrice }: ForecastPrice): Reason | undefined {
  if (!isPrice(predicted) || isJump(lastPrice, predicted))
    return reason('forecast-implausible', { predicted: shortly(predicted), lastPrice: shortly(lastPrice) })
  if (lower === null || upper === null || (isPrice(lower) && isPrice(upper))) return undefined
  return reason('interval-implausible', { lower: shortly(lower), upper: shortly(upper) })
}

const isPrice = (value: number) => value > 0 && Number.isFinite(value)

/** A price in a reason, as text: reasons travel as JSON, which has no NaN. Seven digits tell a price. */
export const shortly = (value: number): string => String(Number(value.toPrecision(7)))
