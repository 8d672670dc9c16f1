/** The exchange's candle as it is sent, and what every source of candles provides. */

/**
 * A candle in the shape of Binance's response: opening time, open, high, low, close, traded base, closing time, traded
 * quote, trades, taker's base, taker's quote, unused. Prices and volumes are text with eight decimals.
 */
export type Kline = [
  openMs: number,
  open: string,
  high: string,
  low: string,
  close: string,
  base: string,
  closeMs: number,
  quote: string,
  trades: number,
  takerBase: string,
  takerQuote: string,
  unused: string,
]

/** The numbers of a candle. `base` and `quote` are traded volume in the coin and in USDT. */
export interface CandleNumbers {
  open: number
  high: number
  low: number
  close: number
  base: number
  quote: number
  trades: number
  takerBase: number
  takerQuote: number
}

/** Candle with numeric fields. */
export interface CoinCandle extends CandleNumbers {
  openMs: number
}

/** One coin's hours, computed or recorded. */
export interface CoinSeries {
  /** Opening time of its oldest hour. */
  firstMs: number
  /** The hour at `nowMs`: finished, current, or undefined if it has not begun or does not exist. */
  kline(openMs: number, nowMs: number): Kline | undefined
  /** The market's price at a time since the first hour and not after `nowMs`, also while the exchange is closed. */
  priceAt(ms: number, nowMs: number): number | undefined
  /** Traded USDT of a whole hour, 0 if there is none. */
  quoteVolume(openMs: number): number
}

const DECIMALS = 8

export function klineOf(openMs: number, lengthMs: number, numbers: CandleNumbers): Kline {
  const text = (value: number) => value.toFixed(DECIMALS)
  const { open, high, low, close, base, quote, trades, takerBase, takerQuote } = numbers
  return [
    openMs,
    text(open),
    text(high),
    text(low),
    text(close),
    text(base),
    openMs + lengthMs - 1,
    text(quote),
    trades,
    text(takerBase),
    text(takerQuote),
    '0',
  ]
}

export function candleOf(kline: Kline): CoinCandle {
  const [openMs, open, high, low, close, base, , quote, trades, takerBase, takerQuote] = kline
  return {
    openMs,
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    base: Number(base),
    quote: Number(quote),
    trades,
    takerBase: Number(takerBase),
    takerQuote: Number(takerQuote),
  }
}

/** One candle of several hours, `undefined` for none. */
export function joined(openMs: number, lengthMs: number, klines: readonly Kline[]): Kline | undefined {
  const candles = klines.map(candleOf)
  const [first] = candles
  const last = candles.at(-1)
  if (first === undefined || last === undefined) return undefined
  const sum = (value: (candle: CoinCandle) => number) =>
    candles.reduce((total, candle) => total + value(candle), 0)
  return klineOf(openMs, lengthMs, {
    open: first.open,
    high: Math.max(...candles.map(({ high }) => high)),
    low: Math.min(...candles.map(({ low }) => low)),
    close: last.close,
    base: sum(({ base }) => base),
    quote: sum(({ quote }) => quote),
    trades: sum(({ trades }) => trades),
    takerBase: sum(({ takerBase }) => takerBase),
    takerQuote: sum(({ takerQuote }) => takerQuote),
  })
}
