/** Hourly prices from CoinGecko: the second source, which serves the grid where Binance has no candle. */
import { currencyOf } from '../../core/crypto-forecast/trading-pair.ts'
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { readOr } from '../../db/last-known.ts'
import {
  candlesOfRun,
  heldHours,
  missingHours,
  sharedHours,
  type Hours,
} from '../../db/queries/crypto-forecast/candles.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure } from '../../core/failures.ts'
import { addCounts, NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { MarketPoint } from '../../upstreams/coingecko.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import type { SourceInput } from './inputs.ts'
import { newestHours, wantedHours } from './binance-candles.ts'
import { newestClosedHour } from './hours.ts'
import { MAX_APART_PERCENT } from './two-sources.ts'
import { failureReason } from '../../core/reason.ts'
import { reason, implausible } from '../../wording/reason.ts'

const SOURCE = 'coingecko' as const
/** CoinGecko returns hours for 2 to 90 days, five-minute points for one day, and only days beyond 90. */
const FEWEST_DAYS = 2
export const MAX_DAYS = 90
const TOO_OLD = reason('coingecko-too-old', { days: MAX_DAYS })
/**
 * Its hourly points are anywhere within the hour. One this close to a full hour counts as the price at that hour; 94 %
 * of 721 recorded ones do.
 */
const NEAR_MS = 15 * 60_000

/**
 * Collects the hours since the newest stored one, ninety days at first, and since the first hour of those days that
 * neither source has or at which they are apart: it may have been another coin or currency. Hours before the kept history are left out: nothing would fill its holes.
 */
export async function collectCoinGeckoPrices(
  context: ActivityContext,
  { run, backfill }: SourceInput,
): Promise<SourceCounts> {
  const { db, retryBudget, clock } = context
  const oldestMs = clock().getTime() - MAX_DAYS * DAY_MS
  if (backfill !== undefined && Date.parse(backfill.to) < oldestMs)
    return { ...NOTHING, outcome: 'skipped', why: [TOO_OLD] }
  const { coins, fromMs, toMs } = wantedHours(context, backfill)
  const stored = async () => {
    const held = await heldHours(db, SOURCE, coins)
    const holes = await missingHours(db, { coins, fromMs: Math.max(fromMs, nextHour(oldestMs)), toMs })
    const shared = await sharedHours(db, coins, { sinceMs: oldestMs, percent: MAX_APART_PERCENT })
    return { held, holes, shared }
  }
  const { held, holes, shared } = await readOr(db, retryBudget, stored, () => {
    const newest = newestHours({ coins, fromMs, toMs })
    const ofCoins = new Map(newest.map((one) => [one.crypto, one]))
    return { held: ofCoins, holes: newest, shared: new Map<string, never>() }
  })
  let counts: SourceCounts | undefined
  for (const crypto of coins) {
    const hole = holes.find((stretch) => stretch.crypto === crypto)?.fromMs ?? Infinity
    const sinceMs =
      backfill === undefined
        ? Math.min(held.get(crypto)?.toMs ?? fromMs, hole, shared.get(crypto)?.firstMs ?? Infinity)
        : fromMs
    const ofCoin = await collectCoin(context, run, { crypto, sinceMs, fromMs, toMs })
    counts = counts === undefined ? ofCoin : addCounts(counts, ofCoin)
  }
  const notes = backfill !== undefined && Date.parse(backfill.from) < oldestMs ? [TOO_OLD] : []
  const sum = { ...NOTHING, ...counts }
  // Counts all attempts of this activity: an earlier one may have been killed between two coins.
  const ofRun = () => candlesOfRun(db, SOURCE, run.runId)
  const written = await readOr(db, retryBudget, ofRun, () => sum.written)
  return { ...sum, written, why: [...sum.why, ...notes] }
}

async function collectCoin(
  { db, settings, coingecko, signal, retryBudget, clock }: ActivityContext,
  run: Run,
  { crypto, sinceMs, fromMs, toMs }: Hours & { sinceMs: number },
): Promise<SourceCounts> {
  const coin = settings.coins.find(({ id }) => id === crypto)
  if (coin === undefined) throw new RangeError(`${crypto} is not a tracked coin.`)
  const query = { id: crypto, currency: currencyOf(coin), days: daysSince(sinceMs, clock().getTime()) }
  const chart = await coingecko.marketChart(query, signal).catch((error: unknown) => {
    // An id that CoinGecko does not know costs only its own coin.
    if (error instanceof Failure && error.type === 'NotFound') return error
    throw error
  })
  if (chart instanceof Failure) return { ...NOTHING, outcome: 'failed', why: [failureReason(chart)] }
  const candles = pricesWithin({ crypto, fromMs, toMs }, chart.points, clock().getTime())
  const rejected = chart.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: clock(), runId: run.runId, raw: chart.raw, rejected, retryBudget }
  const { written } = await writeRows(db, { candles }, options)
  const isEmpty = chart.points.length === 0
  const why = isEmpty ? [implausible('no-prices', { crypto })] : []
  if (rejected.length > 0) why.push(reason('coin-rows-refused', { crypto, rows: rejected.length }))
  const outcome = isEmpty ? 'failed' : why.length > 0 ? 'partial' : 'complete'
  return { outcome, fetched: chart.points.length, written, rejected: rejected.length, why }
}

const nextHour = (ms: number) => Math.ceil(ms / HOUR_MS) * HOUR_MS

function daysSince(sinceMs: number, nowMs: number): number {
  return Math.min(MAX_DAYS, Math.max(FEWEST_DAYS, Math.ceil((nowMs - sinceMs) / DAY_MS) + 1))
}

/** The candles that a response gives, of the hours from `fromMs` to `toMs`. */
export const pricesWithin = (
  { crypto, fromMs, toMs }: Hours,
  points: readonly MarketPoint[],
  nowMs: number,
) =>
  hourlyPrices(crypto, points, nowMs).filter(
    ({ timestamp }) => timestamp.getTime() >= fromMs && timestamp.getTime() <= toMs,
  )

/**
 * Returns the points as closes of closed hours, joined by time: for each hour the point nearest to its end. Hours
 * without such a point are left out.
 */
export function hourlyPrices(
  crypto: string,
  points: readonly MarketPoint[],
  nowMs: number,
): WritableRows['candles'][] {
  const nearest = new Map<number, MarketPoint>()
  const distance = ({ atMs }: MarketPoint, endMs: number) => Math.abs(atMs - endMs)
  for (const point of points) {
    const endMs = Math.round(point.atMs / HOUR_MS) * HOUR_MS
    const openMs = endMs - HOUR_MS
    if (distance(point, endMs) > NEAR_MS || openMs > newestClosedHour(nowMs)) continue
    const rival = nearest.get(openMs)
    if (rival === undefined || distance(point, endMs) < distance(rival, endMs)) nearest.set(openMs, point)
  }
  return [...nearest].map(([openMs, { price, volume24h }]) => ({
    crypto,
    timestamp: new Date(openMs),
    source: SOURCE,
    close: price,
    volume24h,
    open: null,
    high: null,
    low: null,
    volume: null,
  }))
}
