/** Closed hourly candles from Binance: all hours of the kept history that are not stored yet, page by page. */
import pMap from 'p-map'
import { tradingPair } from '../../core/crypto-forecast/trading-pair.ts'
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { readOr } from '../../db/last-known.ts'
import { candlesOfRun, missingHours, type Hours } from '../../db/queries/crypto-forecast/candles.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows, type Written } from '../../db/write-rows.ts'
import { Failure } from '../../core/failures.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { CANDLES_PER_PAGE, openingOf, type HourCandle } from '../../upstreams/binance/binance.ts'
import type { ActivityContext } from './activity-context.ts'
import type { Backfill, SourceInput } from './inputs.ts'
import { newestClosedHour } from './hours.ts'
import { LONGEST_OUTAGE_HOURS, rememberGaps, type AskedPage, type RefusedCandle } from './known-gaps.ts'
import { failureReason, type Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

const SOURCE = 'binance' as const
/** Pages in flight: hides the latency, and a page is a megabyte while it is parsed. */
const PAGES_AT_ONCE = 3

/** One request: hours of a coin, a thousand at most. */
export type Page = Hours

/** Collects missing hours (in a backfill: the requested ones) and stores hours that the exchange does not have. */
export async function collectBinanceCandles(
  context: ActivityContext,
  { run, backfill }: SourceInput,
): Promise<SourceCounts> {
  const { db, settings, retryBudget } = context
  const wanted = wantedHours(context, backfill)
  const hours = await readOr(
    db,
    retryBudget,
    () => hoursToAsk(context, wanted, backfill),
    () => newestHours(wanted),
  )
  const pages = pagesOf(hours.map((stretch) => withNeighbours(stretch, wanted)))
  const why: Reason[] = []
  const unknown = new Set<string>()
  const asked: AskedPage[] = []
  const refused: RefusedCandle[] = []
  const sum = { fetched: 0, rejected: 0, written: 0, spooled: 0 }
  await pMap(
    pages,
    async (page) => {
      if (unknown.has(page.crypto)) return
      try {
        const done = await collectPage(context, run.runId, page)
        for (const key of ['fetched', 'rejected', 'written', 'spooled'] as const) sum[key] += done[key] ?? 0
        asked.push(done.page)
        refused.push(...done.refused)
      } catch (error) {
        // A pair that the exchange does not know costs only its own coin.
        if (!(error instanceof Failure) || error.type !== 'NotFound') throw error
        unknown.add(page.crypto)
        why.push(failureReason(error))
      }
    },
    { concurrency: PAGES_AT_ONCE, signal: context.signal },
  )
  const coins = wanted.coins.filter((id) => !unknown.has(id))
  const { fetched, rejected } = sum
  // Missing hours are unknown while some of them are in the spool; the next run requests what is missing.
  const isSpooled = sum.spooled > 0
  const known = isSpooled
    ? { why: [], news: rejected }
    : await rememberGaps(context, run.runId, { ...wanted, coins }, { asked, refused })
  why.push(...known.why)
  if (known.news > 0) why.push(reason('rows-refused', { rows: known.news }))
  // Counts all attempts of this activity: an earlier one may have been killed between two pages.
  const ofRun = () => withDatabaseRetry(retryBudget, () => candlesOfRun(db, SOURCE, run.runId))
  const written = isSpooled ? sum.written : await ofRun()
  const isNothing = unknown.size === settings.coins.length || (rejected > 0 && fetched === 0 && written === 0)
  const outcome = isNothing ? 'failed' : why.length > 0 ? 'partial' : 'complete'
  return { outcome, fetched: Math.max(fetched, written), written, rejected, why: inOrder(why) }
}

/** Pages end in any order; the same reasons must be reported in the same order. */
const inOrder = (why: readonly Reason[]): Reason[] =>
  why
    .map((one) => ({ one, text: JSON.stringify(one) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ one }) => one)

interface Wanted {
  source: typeof SOURCE
  coins: string[]
  fromMs: number
  toMs: number
}

/** Returns the hours that should be stored after this activity: all kept history, or those of the backfill. */
export function wantedHours(
  { settings, clock }: Pick<ActivityContext, 'settings' | 'clock'>,
  backfill: Backfill | undefined,
): Wanted {
  const now = clock().getTime()
  const newest = newestClosedHour(now)
  const from = backfill === undefined ? now - settings.history_days * DAY_MS : Date.parse(backfill.from)
  const to = backfill === undefined ? newest : Math.min(newest, Date.parse(backfill.to))
  return {
    source: SOURCE,
    coins: settings.coins.map(({ id }) => id),
    fromMs: Math.ceil(from / HOUR_MS) * HOUR_MS,
    toMs: Math.floor(to / HOUR_MS) * HOUR_MS,
  }
}

/** Without the database it is unknown what is missing: then so many hours are asked, and stored again without harm. */
const UNKNOWN_MS = 2 * DAY_MS

/** The newest of the wanted hours: what an hourly run lacks after an outage, and the run before it may have spooled. */
export function newestHours({ coins, fromMs, toMs }: Pick<Wanted, 'coins' | 'fromMs' | 'toMs'>): Hours[] {
  const from = Math.max(fromMs, toMs - UNKNOWN_MS)
  return from > toMs ? [] : coins.map((crypto) => ({ crypto, fromMs: from, toMs }))
}

/** Returns what is missing, or everything if a backfill overwrites stored hours. */
export async function hoursToAsk(
  { db }: Pick<ActivityContext, 'db'>,
  wanted: Wanted,
  backfill: Backfill | undefined,
): Promise<Hours[]> {
  if (wanted.toMs < wanted.fromMs) return []
  if (backfill === undefined || backfill.onlyMissing) return missingHours(db, wanted)
  return wanted.coins.map((crypto) => ({ crypto, fromMs: wanted.fromMs, toMs: wanted.toMs }))
}

/**
 * Returns a stretch of missing hours with the hour after it, a long one with the hour before it, too: only next to a candle
 * can a response show that there is none.
 */
function withNeighbours({ crypto, fromMs, toMs }: Hours, wanted: Wanted): Hours {
  const isLong = (toMs - fromMs) / HOUR_MS + 1 > LONGEST_OUTAGE_HOURS
  return {
    crypto,
    fromMs: isLong ? Math.max(fromMs - HOUR_MS, wanted.fromMs) : fromMs,
    toMs: Math.min(toMs + HOUR_MS, wanted.toMs),
  }
}

/** From the first to the last hour of a full page. */
const PAGE_SPAN_MS = (CANDLES_PER_PAGE - 1) * HOUR_MS

/** Returns the fewest requests that cover all these hours: each begins and ends at a wanted hour. */
export function pagesOf(hours: readonly Hours[]): Page[] {
  const pages: Page[] = []
  for (const { crypto, fromMs, toMs } of hours) {
    for (let from = fromMs; from <= toMs;) {
      let page = pages.at(-1)
      if (page?.crypto !== crypto || from > page.fromMs + PAGE_SPAN_MS) {
        page = { crypto, fromMs: from, toMs: from }
        pages.push(page)
      }
      page.toMs = Math.min(toMs, page.fromMs + PAGE_SPAN_MS)
      from = page.toMs + HOUR_MS
    }
  }
  return pages
}

async function collectPage(
  { db, binance, settings, signal, retryBudget, clock }: ActivityContext,
  runId: string,
  { crypto, fromMs, toMs }: Page,
): Promise<Written & { fetched: number; rejected: number; page: AskedPage; refused: RefusedCandle[] }> {
  const coin = settings.coins.find(({ id }) => id === crypto)
  if (coin === undefined) throw new RangeError(`${crypto} is not a tracked coin.`)
  const page = await binance.candles({ symbol: tradingPair(coin), fromMs, toMs }, signal)
  const candles = candleRows(crypto, page.candles)
  const rejected = page.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: clock(), runId, raw: page.raw, rejected, retryBudget }
  const written = await writeRows(db, { candles }, options)
  const refused = page.rejected.map((row) => ({ crypto, openMs: openingOf(row.row), ...row }))
  const [first, last] = [page.candles.at(0)?.openMs, page.candles.at(-1)?.openMs]
  const about = {
    ...{ crypto, fromMs, toMs, isEmpty: candles.length + refused.length === 0 },
    isTrusted: candles.length > 0 && refused.every(({ openMs }) => openMs !== undefined),
    ...(first !== undefined && last !== undefined && { firstMs: first, lastMs: last }),
  }
  return { ...written, fetched: candles.length, rejected: refused.length, page: about, refused }
}

/** The candles of a coin as they are stored. */
export function candleRows(crypto: string, candles: readonly HourCandle[]): WritableRows['candles'][] {
  return candles.map(({ openMs, open, high, low, close, volume }) => ({
    crypto,
    timestamp: new Date(openMs),
    source: SOURCE,
    open,
    high,
    low,
    close,
    volume,
    // Only CoinGecko counts over all markets.
    volume24h: null,
  }))
}
