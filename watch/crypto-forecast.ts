/** What is watched of crypto-forecast. */
import { DAY_MS, HOUR_MS } from '../core/durations.ts'
import type { WatchPart } from './watch-part.ts'

/** The newest closed candle begins up to two hours ago; a run is made up for within the next hour. */
const CANDLES_MS = 4 * HOUR_MS
/** The index of a day is published in its course. */
const INDEX_MS = 2 * DAY_MS + 12 * HOUR_MS

const newestCandle = (source: string) =>
  `select max("timestamp") as at from (
    select "timestamp" from candles where source = '${source}' order by "timestamp" desc limit 1) newest`

export const cryptoForecastWatch: WatchPart = {
  fresh: [
    {
      source: 'binance',
      newest: newestCandle('binance'),
      allowedMs: ({ tracked }) => (tracked['crypto-forecast'].coins.length === 0 ? undefined : CANDLES_MS),
    },
    {
      source: 'fear-greed',
      newest: `select max(date)::timestamp at time zone 'UTC' as at from fear_greed_index`,
      allowedMs: () => INDEX_MS,
    },
  ],
}
