/** The newest forecasts as a table for people. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import type { OpenForecast } from '../../db/queries/crypto-forecast/forecast-report.ts'
import { moment, table } from '../output.ts'
import { moneyOf, type CurrencyOf, type Money } from './money.ts'

const headOf = (money: Money) => [
  'coin',
  'horizon',
  'due',
  money.head('price now'),
  'forecast',
  `${INTERVAL_PERCENT} % interval`,
  'decision',
  'model',
]

/** A line a coin, horizon and model; `margin` characters are printed before each. */
export function newestTable(forecasts: readonly OpenForecast[], currencyOf: CurrencyOf, margin = 0): string {
  const money = moneyOf(
    forecasts.map(({ crypto }) => crypto),
    currencyOf,
  )
  return table(
    headOf(money),
    forecasts.map(
      ({ crypto, horizon, targetTime, lastPrice, predictedPrice, lower, upper, decision, modelVersion }) => [
        crypto,
        horizon,
        moment(targetTime),
        money.price(lastPrice, crypto),
        money.price(predictedPrice, crypto),
        lower === null || upper === null
          ? ''
          : `${money.price(lower, crypto)} to ${money.price(upper, crypto)}`,
        decision,
        modelVersion,
      ],
    ),
    { margin, spare: ['model', money.head('price now'), 'due'] },
  )
}
