/** What crypto-forecast contributes to the API. */
import { backfiller } from '../../client/crypto-forecast/backfill.ts'
import type { Config } from '../../config/load-config.ts'
import { DAY_MS } from '../../core/durations.ts'
import type { ApiPart } from '../api-part.ts'
import { dataSets } from './data-sets.ts'
import { inFrench } from './french.ts'
import { addCoinRoutes } from './coins.ts'
import { addCryptoRoutes } from './routes.ts'

/** The oldest moment of the history that is kept. */
const keptSince = ({ tracked }: Config, now: Date) =>
  new Date(now.getTime() - tracked['crypto-forecast'].history_days * DAY_MS)

export const cryptoForecastApi: ApiPart = {
  dataSets,
  inFrench,
  expected: [
    {
      dataSet: 'candles',
      every: 'hour',
      by: 'crypto',
      lines: ({ tracked }) => tracked['crypto-forecast'].coins.map(({ id }) => id),
      where: { source: 'binance' },
      since: keptSince,
      excused: `select crypto as line, "timestamp" as at from known_gaps where source = 'binance'`,
    },
    {
      dataSet: 'fear-greed',
      every: 'day',
      since: keptSince,
      inEachRun: true,
      excused: `select '' as line, date::timestamp at time zone 'UTC' as at from fear_greed_gaps`,
    },
  ],
  backfiller,
  addRoutes(api, context) {
    addCryptoRoutes(api, context)
    addCoinRoutes(api, context)
  },
}
