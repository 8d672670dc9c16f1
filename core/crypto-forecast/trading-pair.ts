/** A coin's trading pair on Binance, and the one currency in which every source is asked and every price is told. */

/** A coin as `almanac.yaml` names it. */
interface TradedCoin {
  code: string
  symbol?: string | undefined
}

/** Quote assets of Binance that are worth a dollar, or nearly. */
const DOLLARS = ['USD', 'USDT', 'USDC', 'FDUSD', 'TUSD', 'BUSD', 'USDP', 'USD1', 'DAI']
/**
 * Other quote assets of Binance in which CoinGecko gives prices, too (https://docs.coingecko.com/docs/fiat-currencies-support
 * and `/simple/supported_vs_currencies`).
 */
const OTHERS = [
  ...[
    'ARS',
    'AUD',
    'BRL',
    'CZK',
    'EUR',
    'GBP',
    'IDR',
    'JPY',
    'MXN',
    'NGN',
    'PLN',
    'RUB',
    'TRY',
    'UAH',
    'ZAR',
  ],
  ...['BNB', 'BTC', 'DOT', 'ETH', 'SOL', 'XRP'],
]

const CURRENCIES: ReadonlyMap<string, string> = new Map([
  ...DOLLARS.map((quote) => [quote, 'USD'] as const),
  ...OTHERS.map((quote) => [quote, quote] as const),
])

/** Quote assets that a pair may have. */
export const QUOTES: readonly string[] = [...CURRENCIES.keys()]

/**
 * Returns the trading pair whose price is the coin's. Default: against USDT, whose price is nearly that of the dollar.
 * Pairs are in capitals, whatever the ticker symbol is (`stETH`).
 */
export function tradingPair({ code, symbol }: TradedCoin): string {
  return symbol ?? `${code.toUpperCase()}USDT`
}

/**
 * Returns the quote asset of the coin's pair, such as `USDT` for `BTCUSDT`; undefined if it is none of `QUOTES`. Names do not
 * say where it begins: what follows the coin's code is tried first, then the longest name.
 */
export function pairQuote(coin: TradedCoin): string | undefined {
  const pair = tradingPair(coin)
  const code = coin.code.toUpperCase()
  const [quote] = QUOTES.filter((name) => pair.length > name.length && pair.endsWith(name)).toSorted(
    (a, b) => Number(pair === code + b) - Number(pair === code + a) || b.length - a.length,
  )
  return quote
}

/** Returns the currency of the coin's pair, such as `EUR` for `BTCEUR`; undefined if CoinGecko has no prices in it. */
export function pairCurrency(coin: TradedCoin): string | undefined {
  return CURRENCIES.get(pairQuote(coin) ?? '')
}

/** The currency of a coin that `almanac.yaml` accepted. Throws a `RangeError` for another. */
export function currencyOf(coin: TradedCoin): string {
  const currency = pairCurrency(coin)
  if (currency === undefined) throw new RangeError(`${tradingPair(coin)} has no known currency.`)
  return currency
}
