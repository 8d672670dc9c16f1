/** The coins of the world: candles of the exchange and prices of the market, at the world's clock. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { Failure } from '../../core/failures.ts'
import { createWalk } from './coin-walk.ts'
import { coinList, type Coin } from './coin-list.ts'
import { createGaps, type Gap } from './exchange-gaps.ts'
import { candleOf, joined, type CoinCandle, type CoinSeries, type Kline } from './kline.ts'
import { createRecorded } from './recorded-klines.ts'
const MAX_COINS = 10_000
/** How far back `truth` names the exchange's gaps. */
const TRUTH_MS = 730 * DAY_MS

/** Recorded hourly rows by symbol, in the exchange's own shape, instead of a walk. */
export type RecordedKlines = Readonly<Record<string, readonly (readonly unknown[])[]>>

export interface CoinsOptions {
  /** Number of coins. */
  count: number
  seed: number
  clock: () => Date
  klines: RecordedKlines
}

/** Requested candles; all times are inclusive and of a candle's opening. */
export interface KlineQuery {
  interval: '1h' | '1d'
  startMs: number | undefined
  endMs: number | undefined
  limit: number
}

/** What stays true all day: who there is, and the exchange's gaps of the two years before today. */
export interface CoinsTruth {
  coins: { id: string; symbol: string }[]
  gaps: Gap[]
}

export interface Coins {
  list(): readonly Coin[]
  bySymbol(symbol: string): Coin | undefined
  byId(id: string): Coin | undefined
  /** Milliseconds of the world's clock. */
  nowMs(): number
  /**
   * The truth about one hour of the exchange: finished, or as the current hour stands at the clock; `undefined` if the
   * exchange has a gap, no such coin, or the hour has not begun.
   */
  candle(symbol: string, openMs: number): CoinCandle | undefined
  /** Candles as the exchange sends them: from `startMs` on if given, else the newest up to `endMs`. */
  klines(coin: Coin, query: KlineQuery): Kline[]
  /** The exchange's newest price; `undefined` if recorded candles have not begun. */
  price(coin: Coin): number | undefined
  /** The market's series, which knows no gaps of the exchange. */
  market(coin: Coin): Pick<CoinSeries, 'firstMs' | 'priceAt' | 'quoteVolume'>
  /** Gaps with an hour that opens in [fromMs, toMs]; recorded coins have their own instead. */
  gaps(fromMs: number, toMs: number): Gap[]
  truth(): CoinsTruth
}

/**
 * Makes the coins; computes nothing before the first request.
 * @throws Failure `Misconfigured` if the count is not an integer from 1 to 10,000, or recorded klines fit no coin or no
 * shape.
 */
export function createCoins({ count, seed, clock, klines }: CoinsOptions): Coins {
  if (!Number.isInteger(count) || count < 1 || count > MAX_COINS) {
    throw new Failure(
      'Misconfigured',
      `The simulator was asked for ${count} coins; give an integer from 1 to ${MAX_COINS}.`,
    )
  }
  const known = createDirectory(count)
  const recorded = recordedSeries(klines, (symbol) => known().bySymbol.has(symbol))
  const series = new Map<string, CoinSeries>(recorded)
  const seriesOf = (coin: Coin): CoinSeries => {
    const held = series.get(coin.symbol) ?? createWalk(coin, seed)
    series.set(coin.symbol, held)
    return held
  }
  const exchangeGaps = createGaps(seed)
  const nowMs = () => clock().getTime()
  const hour = (coin: Coin, openMs: number): Kline | undefined =>
    !recorded.has(coin.symbol) && exchangeGaps.has(openMs) ? undefined : seriesOf(coin).kline(openMs, nowMs())
  const coins: Coins = {
    list: () => known().list,
    bySymbol: (symbol) => known().bySymbol.get(symbol),
    byId: (id) => known().byId.get(id),
    nowMs,
    candle: (symbol, openMs) => {
      const coin = coins.bySymbol(symbol)
      const kline = coin && hour(coin, openMs)
      return kline && candleOf(kline)
    },
    klines: (coin, query) =>
      klinesOf({
        query,
        firstMs: seriesOf(coin).firstMs,
        nowMs: nowMs(),
        hour: (openMs) => hour(coin, openMs),
      }),
    price: (coin) => {
      const [newest] = coins.klines(coin, { interval: '1h', startMs: undefined, endMs: undefined, limit: 1 })
      return newest && candleOf(newest).close
    },
    market: seriesOf,
    gaps: (fromMs, toMs) => exchangeGaps.between(fromMs, toMs),
    truth: () => truthOf(coins),
  }
  return coins
}

interface Directory {
  list: Coin[]
  bySymbol: Map<string, Coin>
  byId: Map<string, Coin>
}

/** The coins by their names, made on first use. */
function createDirectory(count: number): () => Directory {
  let made: Directory | undefined
  return () => {
    if (made !== undefined) return made
    const list = coinList(count)
    const bySymbol = new Map(list.map((coin) => [coin.symbol, coin]))
    made = { list, bySymbol, byId: new Map(list.map((coin) => [coin.id, coin])) }
    return made
  }
}

function recordedSeries(
  klines: RecordedKlines,
  isKnown: (symbol: string) => boolean,
): Map<string, CoinSeries> {
  const series = new Map<string, CoinSeries>()
  for (const [symbol, rows] of Object.entries(klines)) {
    if (!isKnown(symbol))
      throw new Failure('Misconfigured', `Recorded klines were given for ${symbol}, which is no coin here.`)
    series.set(symbol, createRecorded(symbol, rows))
  }
  return series
}

interface Search {
  query: KlineQuery
  firstMs: number
  nowMs: number
  hour: (openMs: number) => Kline | undefined
}

function klinesOf({ query, firstMs, nowMs, hour }: Search): Kline[] {
  const lengthMs = query.interval === '1h' ? HOUR_MS : DAY_MS
  const at = query.interval === '1h' ? hour : (openMs: number) => day(openMs, hour)
  const oldest = Math.floor(firstMs / lengthMs) * lengthMs
  const newest = Math.floor(Math.min(nowMs, query.endMs ?? nowMs) / lengthMs) * lengthMs
  const found: Kline[] = []
  if (query.startMs !== undefined) {
    let openMs = Math.max(oldest, Math.ceil(query.startMs / lengthMs) * lengthMs)
    for (; openMs <= newest && found.length < query.limit; openMs += lengthMs) {
      const kline = at(openMs)
      if (kline !== undefined) found.push(kline)
    }
    return found
  }
  for (let openMs = newest; openMs >= oldest && found.length < query.limit; openMs -= lengthMs) {
    const kline = at(openMs)
    if (kline !== undefined) found.push(kline)
  }
  return found.reverse()
}

function day(openMs: number, hour: (openMs: number) => Kline | undefined): Kline | undefined {
  const hours: Kline[] = []
  for (let at = openMs; at < openMs + DAY_MS; at += HOUR_MS) {
    const kline = hour(at)
    if (kline !== undefined) hours.push(kline)
  }
  return joined(openMs, DAY_MS, hours)
}

function truthOf(coins: Coins): CoinsTruth {
  const todayMs = Math.floor(coins.nowMs() / DAY_MS) * DAY_MS
  return {
    coins: coins.list().map(({ id, symbol }) => ({ id, symbol })),
    gaps: coins.gaps(todayMs - TRUTH_MS, todayMs - HOUR_MS),
  }
}
