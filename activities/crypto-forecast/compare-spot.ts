/** The current price according to both sources; it never enters the candles. */
import { currencyOf, tradingPair } from '../../core/crypto-forecast/trading-pair.ts'
import { writeRows } from '../../db/write-rows.ts'
import { HOUR_MS } from '../../core/durations.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { newestCandles, type NewestCandle } from '../../db/queries/crypto-forecast/candles.ts'
import { Failure, FAILURES } from '../../core/failures.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { sleep } from '../../upstreams/sleep.ts'
import type { Binance } from '../../upstreams/binance/binance.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import { newestClosedHour } from './hours.ts'
import { SILENT_HOURS } from './known-gaps.ts'
import { MAX_APART_PERCENT } from './two-sources.ts'
import { failureReason, type Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

type Prices = Awaited<ReturnType<Binance['prices']>>

/** A dropped connection or a busy machine gets six seconds more; the forecasts wait for this activity. */
const ATTEMPTS = 4
const PAUSE_MS = 2_000

interface Answers {
  onBinance: Prices | undefined
  onCoinGecko: Pick<Prices, 'prices' | 'raw'> | undefined
  failures: Failure[]
}

/**
 * Requests both at once and stores one row per coin, with null for a source that does not respond; none if neither
 * does. A ticker that stands still although its pair is traded no more is no price. After a failure that may pass, both are requested again: their prices belong to one moment.
 */
export async function compareSpot(context: ActivityContext, run: Run): Promise<SourceCounts> {
  const { db, settings, signal, retryBudget, clock } = context
  const coins = settings.coins.map((coin) => ({
    id: coin.id,
    symbol: tradingPair(coin),
    currency: currencyOf(coin),
  }))
  let answers = await requestBoth(context, coins)
  for (
    let attempt = 1;
    attempt < ATTEMPTS && answers.failures.some(({ type }) => FAILURES[type]);
    attempt++
  ) {
    await sleep(PAUSE_MS, signal)
    answers = await requestBoth(context, coins)
  }
  const { onBinance, onCoinGecko } = answers
  const why: Reason[] = answers.failures.map(failureReason)
  const frozen = await frozenTickers(context, coins, answers)
  const rows = coins.map(({ id, symbol }) => {
    const binancePrice = frozen.has(id) ? null : (onBinance?.prices.get(symbol) ?? null)
    const coingeckoPrice = onCoinGecko?.prices.get(id) ?? null
    const difference = binancePrice === null || coingeckoPrice === null ? null : binancePrice - coingeckoPrice
    const differencePercent =
      difference === null || coingeckoPrice === null ? null : (difference / coingeckoPrice) * 100
    if (isApart(differencePercent))
      why.push(reason('prices-apart', { pair: symbol, percent: Math.round(differencePercent) }))
    const timestamp = new Date(run.startedAt)
    return { crypto: id, timestamp, binancePrice, coingeckoPrice, difference, differencePercent }
  })
  const raw = [...(onBinance?.raw ?? []), ...(onCoinGecko?.raw ?? [])]
  const options = { observedAt: clock(), runId: run.runId, raw, retryBudget }
  const compared = rows.filter(
    ({ binancePrice, coingeckoPrice }) => binancePrice !== null || coingeckoPrice !== null,
  )
  const { written } = await writeRows(db, { price_comparisons: compared }, options)
  why.push(...[...frozen.values()].map((pair) => reason('ticker-frozen', { pair, hours: SILENT_HOURS })))
  const alone = rows
    .filter(({ crypto, difference }) => difference === null && !frozen.has(crypto))
    .map(({ crypto }) => crypto)
  if (alone.length > 0) why.push(reason('no-comparison', { coins: alone }))
  const fetched = (onBinance?.prices.size ?? 0) + (onCoinGecko?.prices.size ?? 0)
  const outcome = fetched === 0 ? 'failed' : why.length > 0 ? 'partial' : 'complete'
  return { outcome, fetched, written, rejected: 0, why }
}

const isApart = (percent: number | null): percent is number =>
  percent !== null && Math.abs(percent) > MAX_APART_PERCENT

interface SpotCoin {
  id: string
  symbol: string
  currency: string
}

/**
 * Returns the pairs, by coin, whose ticker answers although the exchange has no candle of the last hours. Asked for coins
 * whose ticker still shows the close of a stored candle that old, or whose two prices are far apart.
 */
async function frozenTickers(
  context: ActivityContext,
  coins: readonly SpotCoin[],
  { onBinance, onCoinGecko }: Answers,
): Promise<Map<string, string>> {
  const newestMs = newestClosedHour(context.clock().getTime())
  const fromMs = newestMs - (SILENT_HOURS - 1) * HOUR_MS
  const newest = await storedCandles(context, coins)
  const suspects = coins.filter(({ id, symbol }) => {
    const price = onBinance?.prices.get(symbol)
    const other = onCoinGecko?.prices.get(id)
    const candle = newest.get(id)
    if (price === undefined) return false
    const isOld = candle !== undefined && candle.openMs < fromMs && candle.close === price
    return isOld || isApart(other === undefined ? null : (price / other - 1) * 100)
  })
  const frozen = new Map<string, string>()
  for (const { id, symbol } of suspects) {
    const query = { symbol, fromMs, toMs: newestMs }
    const page = await answerOf(() => context.binance.candles(query, context.signal))
    if (!(page instanceof Failure) && page.candles.length + page.rejected.length === 0) frozen.set(id, symbol)
  }
  return frozen
}

/** The newest stored candle of each coin; none while the database is unavailable. */
async function storedCandles(
  { db }: ActivityContext,
  coins: readonly SpotCoin[],
): Promise<ReadonlyMap<string, NewestCandle>> {
  try {
    const ids = coins.map(({ id }) => id)
    return await newestCandles(db, 'binance', ids)
  } catch (error) {
    // The prices go to the spool, and only their distance makes a ticker suspicious.
    if (databaseFailure(error) === undefined) throw error
    return new Map()
  }
}

async function requestBoth(context: ActivityContext, coins: readonly SpotCoin[]): Promise<Answers> {
  const failures: Failure[] = []
  const symbols = coins.map(({ symbol }) => symbol)
  const [onBinance, onCoinGecko] = await Promise.all([
    askBinance(context, failures, symbols),
    tryOrNote(failures, () => context.coingecko.prices(coins, context.signal)),
  ])
  return { onBinance, onCoinGecko, failures }
}

/** One request for all symbols; the exchange refuses it for one unknown symbol, and then each is requested alone. */
async function askBinance(
  { binance, signal }: ActivityContext,
  failures: Failure[],
  symbols: string[],
): Promise<Prices | undefined> {
  const all = await answerOf(() => binance.prices(symbols, signal))
  if (!(all instanceof Failure)) return all
  if (symbols.length === 1 || all.type !== 'NotFound') {
    failures.push(all)
    return undefined
  }
  const found: Prices = { prices: new Map(), raw: [] }
  for (const symbol of symbols) {
    const one = await tryOrNote(failures, () => binance.prices([symbol], signal))
    for (const [name, price] of one?.prices ?? []) found.prices.set(name, price)
    found.raw.push(...(one?.raw ?? []))
  }
  return found
}

/** Returns the response, or undefined with the failure noted. */
async function tryOrNote<T>(failures: Failure[], ask: () => Promise<T>): Promise<T | undefined> {
  const answer = await answerOf(ask)
  if (!(answer instanceof Failure)) return answer
  failures.push(answer)
  return undefined
}

/** Returns the response or its failure. */
async function answerOf<T>(ask: () => Promise<T>): Promise<T | Failure> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}
