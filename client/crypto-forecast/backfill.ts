/** How crypto-forecast collects the past: hours, and requests that they cost. */
import { hoursToAsk, pagesOf, wantedHours } from '../../activities/crypto-forecast/binance-candles.ts'
import { newestClosedHour } from '../../activities/crypto-forecast/hours.ts'
import type { Backfill } from '../../activities/crypto-forecast/inputs.ts'
import type { Config } from '../../config/load-config.ts'
import { HOUR_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import { missingHours } from '../../db/queries/crypto-forecast/candles.ts'
import { storedHours } from '../../db/queries/crypto-forecast/forecast-report.ts'
import type { Backfiller } from '../backfill.ts'

/** Hours of a coin's time that were, or were not, requested from Binance. */
export interface CoinPlan {
  crypto: string
  hours: number
  stored: number
  missing: number
  /** Hours that the exchange itself does not have. */
  knownGaps: number
  /** Requests to Binance. */
  requests: number
}

interface CoinPlans {
  /** First and last hour, by when they begin, milliseconds since 1970; `toMs` before `fromMs` if no hour has ended. */
  fromMs: number
  toMs: number
  coins: CoinPlan[]
}

export const backfiller: Backfiller = {
  service: 'Binance',
  has: 'candles',
  firstDay: '2017-08-17',
  period: 'hour',
  periodMs: HOUR_MS,
  subject: 'coin',
  excusedAs: 'known gaps',
  lastMs: (nowMs) => newestClosedHour(nowMs) + HOUR_MS - 1,
  plan: async (db, config, asked, now) => {
    const { from = '', to = '', onlyMissing = false } = asked
    const { fromMs, toMs, coins } = await planHours(db, config, {
      backfill: { from, to, onlyMissing },
      clock: () => now,
    })
    const parts = coins.map(({ crypto, hours, knownGaps, ...counts }) => ({
      ...counts,
      of: crypto,
      periods: hours,
      excused: knownGaps,
    }))
    return { fromMs, toMs, parts, json: { coins } }
  },
}

/** Counts what the run of this backfill will ask Binance for, by the very rules that the run itself follows. */
async function planHours(
  db: Database,
  config: Config,
  { backfill, clock }: { backfill: Backfill; clock: () => Date },
): Promise<CoinPlans> {
  const wanted = wantedHours({ settings: config.tracked['crypto-forecast'], clock }, backfill)
  const { fromMs, toMs } = wanted
  if (toMs < fromMs) return { fromMs, toMs, coins: [] }
  const [missing, stored, asked] = await Promise.all([
    missingHours(db, wanted),
    storedHours(db, wanted),
    hoursToAsk({ db }, wanted, backfill),
  ])
  const hours = (toMs - fromMs) / HOUR_MS + 1
  const coins = wanted.coins.map((crypto) => {
    const has = stored.get(crypto) ?? 0
    const lacks = missing
      .filter((stretch) => stretch.crypto === crypto)
      .reduce((sum, stretch) => sum + (stretch.toMs - stretch.fromMs) / HOUR_MS + 1, 0)
    const requests = pagesOf(asked.filter((stretch) => stretch.crypto === crypto)).length
    return { crypto, hours, stored: has, missing: lacks, knownGaps: hours - has - lacks, requests }
  })
  return { fromMs, toMs, coins }
}
