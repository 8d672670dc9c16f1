/** A year of hours of one coin with their indicators, and the view that draws them. */
import { sql } from 'drizzle-orm'
import type { ActivityContext } from '../../activities/crypto-forecast/activity-context.ts'
import { computeGrid } from '../../activities/crypto-forecast/compute-grid.ts'
import { cryptoForecast } from '../../pipelines/crypto-forecast.ts'
import type { ChartView } from '../drawn.ts'

const HOURS = 8_760
/** Hours before the year: the longest window of an indicator. */
const WARM_UP_HOURS = 30 * 24
/** The database is here; nothing waits. */
const RETRY_BUDGET_MS = 1_000

export const yearOfHours: ChartView = {
  what: 'a year of hourly candles',
  path: '/crypto-forecast?days=365',
  // Price, volume, MACD, RSI, ADX, StochRSI, Fear & Greed.
  charts: 7,
  async fill({ database: { db }, config }) {
    const [coin] = config.tracked['crypto-forecast'].coins
    if (coin === undefined) throw new Error('expected a coin in the settings, found none')
    // Half a day is missing in the middle of the year.
    await db.execute(sql`
      insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
      select ${coin.id}, date_trunc('hour', now()) - (hour + 1) * interval '1 hour', 'binance', price,
        greatest(price, price_after) * (1 + 0.003 * random()), least(price, price_after) * (1 - 0.003 * random()), price_after,
        1e6 * (0.1 + random()), now(), 'bench'
      from generate_series(0, ${HOURS + WARM_UP_HOURS - 1}) as hour,
        lateral (select 60000 + 9000 * sin(hour / 900.0) + 1200 * sin(hour / 37.0) + 150 * sin(hour * 2.3) as price) as wave,
        lateral (select price * (1 + 0.004 * (random() - 0.5)) as price_after) as closing
      where hour not between 4000 and 4011`)
    await db.execute(sql`
      insert into fear_greed_index select date::date, 50 + (20 * sin(extract(epoch from date) / 9e5))::int, 'Neutral', now(), 'bench'
      from generate_series(now() - interval '400 days', now(), interval '1 day') as date`)
    const signal = new AbortController().signal
    const context = {
      db,
      settings: cryptoForecast.section.parse({ coins: [coin] }),
      signal,
      clock: () => new Date(),
      retryBudget: { ms: RETRY_BUDGET_MS, signal },
    }
    const run = {
      runId: 'bench',
      workflowId: 'bench',
      pipeline: 'crypto-forecast',
      trigger: 'manual',
      startedAt: '',
    } as const
    // The activity uses nothing else of what a worker passes to it.
    await computeGrid({ ...({} as ActivityContext), ...context }, run)
  },
}
