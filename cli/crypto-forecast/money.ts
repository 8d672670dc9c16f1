/** Prices in tables: in whose currency, and with how many digits. */
import { pairCurrency } from '../../core/crypto-forecast/trading-pair.ts'
import type { Sections } from '../../pipelines/index.ts'

/** Returns the currency of a coin's prices; empty for a coin that almanac.yaml no longer lists. */
export type CurrencyOf = (crypto: string) => string

export function currencies({ coins }: Pick<Sections['crypto-forecast'], 'coins'>): CurrencyOf {
  const byId = new Map(coins.map((coin) => [coin.id, pairCurrency(coin) ?? '']))
  return (crypto) => byId.get(crypto) ?? ''
}

/** Prices of a table: one currency stands in the head, several beside each price. */
export interface Money {
  /** A column's name with the currency, if it is the same in all rows. */
  head(name: string): string
  price(value: number, crypto: string): string
  /** A price's error, in fewer digits; empty if there is none. */
  error(value: number, crypto: string): string
}

/**
 * Coins cost from a hundredth of a cent to a hundred thousand dollars: these digits suffice for each, and a price has
 * more than an error.
 */
const ERROR_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })
const PRICE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 7, maximumFractionDigits: 7 })

/** The prices of a table whose rows are of these coins. */
export function moneyOf(cryptos: readonly string[], currencyOf: CurrencyOf): Money {
  const [only = '', ...others] = new Set(cryptos.map(currencyOf))
  const shared = others.length === 0
  const unit = (crypto: string) => (shared || currencyOf(crypto) === '' ? '' : ` ${currencyOf(crypto)}`)
  return {
    head: (name) => (shared && only !== '' ? `${name}, ${only}` : name),
    price: (value, crypto) => PRICE_DIGITS.format(value) + unit(crypto),
    error: (value, crypto) => (Number.isFinite(value) ? ERROR_DIGITS.format(value) + unit(crypto) : ''),
  }
}
