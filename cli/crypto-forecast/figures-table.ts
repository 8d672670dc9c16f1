/** Figures of forecasts as a table for people. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import { table } from '../output.ts'
import type { ForecastFigures } from '../../client/crypto-forecast/figures.ts'

const HEAD = [
  'coin',
  'horizon',
  'model',
  'made',
  'scored',
  'waiting',
  'direction right',
  'error, USD',
  'naive error',
  'skill',
  `in ${INTERVAL_PERCENT} %`,
  'buy/sell/hold',
]

/** A line a coin, horizon and model. Errors are mean absolute ones, in USD; shares say of how many. */
export function figuresTable(all: readonly ForecastFigures[]): string {
  return table(
    HEAD,
    all.map(({ crypto, horizon, modelVersion, made, scored, waiting, decisions, ...figures }) => [
      crypto,
      horizon,
      modelVersion,
      made,
      scored,
      waiting,
      share(figures.hitRate, figures.moved),
      error(figures.mae),
      error(figures.naiveMae),
      Number.isFinite(figures.skill) ? figures.skill.toFixed(3) : '',
      share(figures.coverage, figures.intervals),
      `${decisions.BUY}/${decisions.SELL}/${decisions.HOLD}`,
    ]),
    { spare: ['made', 'waiting', 'buy/sell/hold', 'model', 'naive error'] },
  )
}

function share(value: number, count: number): string {
  return count === 0 ? '' : `${(100 * value).toFixed(1)} % of ${count}`
}

/**
 * Coins cost from a hundredth of a cent to a hundred thousand dollars: these digits suffice for each, and a price has
 * more than an error.
 */
const ERROR_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })
const PRICE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 7, maximumFractionDigits: 7 })

function error(value: number): string {
  return Number.isFinite(value) ? ERROR_DIGITS.format(value) : ''
}

/** A price in USD. */
export function usd(value: number): string {
  return PRICE_DIGITS.format(value)
}
