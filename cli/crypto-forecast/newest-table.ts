/** The newest forecasts as a table for people. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import { HOUR_MS } from '../../core/durations.ts'
import type { OpenForecast } from '../../db/queries/crypto-forecast/forecast-report.ts'
import { moment, table } from '../output.ts'
import { moneyOf, type CurrencyOf, type Money } from './money.ts'

/** Columns of the last price: its name, and a price. The name says the time if it is the same for all. */
function lastPriceOf(forecasts: readonly OpenForecast[], money: Money) {
  const timeOf = ({ timestamp }: OpenForecast) =>
    `at ${new Date(timestamp.getTime() + HOUR_MS).toISOString().slice(11, 16)} UTC`
  const [only = '', ...others] = new Set(forecasts.map(timeOf))
  const isShared = others.length === 0
  return {
    head: money.head(isShared ? `price ${only}` : 'last price'),
    cell: (made: OpenForecast) =>
      money.price(made.lastPrice, made.crypto) + (isShared ? '' : ` ${timeOf(made)}`),
  }
}

const headOf = (lastPrice: string) => [
  'coin',
  'horizon',
  'due',
  lastPrice,
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
  const lastPrice = lastPriceOf(forecasts, money)
  return table(
    headOf(lastPrice.head),
    forecasts.map((made) => {
      const { crypto, horizon, targetTime, predictedPrice, lower, upper, decision, modelVersion } = made
      return [
        crypto,
        horizon,
        moment(targetTime),
        lastPrice.cell(made),
        money.price(predictedPrice, crypto),
        lower === null || upper === null
          ? ''
          : `${money.price(lower, crypto)} to ${money.price(upper, crypto)}`,
        decision,
        modelVersion,
      ]
    }),
    { margin, spare: ['model', lastPrice.head, 'due'] },
  )
}
