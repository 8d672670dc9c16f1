/** What is watched of crypto-forecast. */
import { DAY_MS, HOUR_MS } from '../core/durations.ts'
import { scoresOfDay } from '../db/queries/crypto-forecast/forecast-report.ts'
import { reason } from '../wording/reason.ts'
import type { News, WatchPart } from './watch-part.ts'

/** The newest closed candle begins up to two hours ago; a run is made up for within the next hour. */
const CANDLES_MS = 4 * HOUR_MS
/** The index of a day is published in its course. */
const INDEX_MS = 2 * DAY_MS + 12 * HOUR_MS

/** Without this a source that has no candle is looked for among those of years. */
const LOOKED_AT_DAYS = 90

const newestCandle = (source: string) =>
  `select max("timestamp") as at from (
    select "timestamp" from candles where source = '${source}'
      and "timestamp" > now() - interval '${LOOKED_AT_DAYS} days' order by "timestamp" desc limit 1) newest`

export const cryptoForecastWatch: WatchPart = {
  upstreams: [
    { name: 'Binance', sources: ['binance'], clients: ['binance'], steps: ['collectBinance'] },
    { name: 'CoinGecko', sources: ['coingecko'], clients: ['coingecko'], steps: ['collectCoinGecko'] },
    { name: 'Fear & Greed', sources: ['fear-greed'], clients: ['fear-greed'], steps: ['collectFearGreed'] },
    {
      name: 'MLflow',
      sources: ['mlflow'],
      clients: ['mlflow'],
      steps: ['reportToMlflow'],
      isAsked: ({ env }) => env.MLFLOW_TRACKING_URI !== undefined,
    },
    {
      name: 'Model server',
      sources: [],
      clients: ['model server'],
      steps: [],
      isAsked: ({ env }) => env.MODEL_SERVING_URL !== undefined,
    },
  ],
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
  news: async (db, after, now) => {
    const news: News[] = []
    // Days that have ended, with an hour for the run that scores their last forecasts.
    for (let end = dayOf(after.getTime()) + DAY_MS; end + HOUR_MS <= now.getTime(); end += DAY_MS) {
      const scores = await scoresOfDay(db, new Date(end - DAY_MS))
      if (scores.length === 0) continue
      const day = new Date(end - DAY_MS).toISOString().slice(0, 10)
      news.push({
        at: end + HOUR_MS,
        what: reason('news-scores', { day }),
        lines: scores.map((score) => reason('news-score', { ...score })),
      })
    }
    return news
  },
}

/** The day of which a message would tell next, in UTC: what ended less than an hour before was not told yet. */
const dayOf = (ms: number) => Math.floor((ms - HOUR_MS) / DAY_MS) * DAY_MS
