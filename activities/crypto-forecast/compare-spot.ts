/** The current price according to both sources; it never enters the candles. */
import { currencyOf, tradingPair } from '../../core/crypto-forecast/trading-pair.ts'
import { writeRows } from '../../db/write-rows.ts'
import { Failure, FAILURES } from '../../core/failures.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { sleep } from '../../upstreams/sleep.ts'
import type { Binance } from '../../upstreams/binance/binance.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
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
 * does. After a failure that may pass, both are requested again: their prices belong to one moment.
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
  const rows = coins.map(({ id, symbol }) => {
    const binancePrice = onBinance?.prices.get(symbol) ?? null
    const coingeckoPrice = onCoinGecko?.prices.get(id) ?? null
    const difference = binancePrice === null || coingeckoPrice === null ? null : binancePrice - coingeckoPrice
    const differencePercent =
      difference === null || coingeckoPrice === null ? null : (difference / coingeckoPrice) * 100
    const timestamp = new Date(run.startedAt)
    return { crypto: id, timestamp, binancePrice, coingeckoPrice, difference, differencePercent }
  })
  const raw = [...(onBinance?.raw ?? []), ...(onCoinGecko?.raw ?? [])]
  const options = { observedAt: clock(), runId: run.runId, raw, retryBudget }
  const compared = rows.filter(
    ({ binancePrice, coingeckoPrice }) => binancePrice !== null || coingeckoPrice !== null,
  )
  const { written } = await writeRows(db, { price_comparisons: compared }, options)
  const alone = rows.filter(({ difference }) => difference === null).map(({ crypto }) => crypto)
  if (alone.length > 0) why.push(reason('no-comparison', { coins: alone }))
  const fetched = (onBinance?.prices.size ?? 0) + (onCoinGecko?.prices.size ?? 0)
  const outcome = fetched === 0 ? 'failed' : why.length > 0 ? 'partial' : 'complete'
  return { outcome, fetched, written, rejected: 0, why }
}

async function requestBoth(
  context: ActivityContext,
  coins: readonly { id: string; symbol: string; currency: string }[],
): Promise<Answers> {
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
