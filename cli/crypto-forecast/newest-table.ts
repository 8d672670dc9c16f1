/** The newest forecasts as a table for people. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import type { OpenForecast } from '../../db/queries/crypto-forecast/forecast-report.ts'
import { moment, table } from '../output.ts'
import { usd } from './figures-table.ts'

const HEAD = [
  'coin',
  'horizon',
  'due',
  'price now, USD',
  'forecast',
  `${INTERVAL_PERCENT} % interval`,
  'decision',
  'model',
]

/** A line a coin, horizon and model; `margin` characters are printed before each. */
export function newestTable(forecasts: readonly OpenForecast[], margin = 0): string {
  return table(
    HEAD,
    forecasts.map(
      ({ crypto, horizon, targetTime, lastPrice, predictedPrice, lower, upper, decision, modelVersion }) => [
        crypto,
        horizon,
        moment(targetTime),
        usd(lastPrice),
        usd(predictedPrice),
        lower === null || upper === null ? '' : `${usd(lower)} to ${usd(upper)}`,
        decision,
        modelVersion,
      ],
    ),
    { margin, spare: ['model', 'price now, USD', 'due'] },
  )
}
