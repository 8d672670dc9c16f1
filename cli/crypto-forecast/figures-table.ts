/** Figures of forecasts as a table for people. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import { table } from '../output.ts'
import type { ForecastFigures } from '../../client/crypto-forecast/figures.ts'
import { moneyOf, type CurrencyOf, type Money } from './money.ts'

const headOf = (money: Money) => [
  'coin',
  'horizon',
  'model',
  'made',
  'scored',
  'waiting',
  'direction right',
  money.head('error'),
  'naive error',
  'skill',
  `in ${INTERVAL_PERCENT} %`,
  'buy/sell/hold',
]

/** A line a coin, horizon and model. Errors are mean absolute ones, in the coin's currency; shares say of how many. */
export function figuresTable(all: readonly ForecastFigures[], currencyOf: CurrencyOf): string {
  const money = moneyOf(
    all.map(({ crypto }) => crypto),
    currencyOf,
  )
  return table(
    headOf(money),
    all.map(({ crypto, horizon, modelVersion, made, scored, waiting, decisions, ...figures }) => [
      crypto,
      horizon,
      modelVersion,
      made,
      scored,
      waiting,
      share(figures.hitRate, figures.moved),
      money.error(figures.mae, crypto),
      money.error(figures.naiveMae, crypto),
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
