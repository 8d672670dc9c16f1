/** What a coin is called on Binance. */
import type { Tracked } from '../../config/almanac-file.ts'

/** A coin as `almanac.yaml` lists it. */
export type Coin = Tracked['crypto-forecast']['coins'][number]

/** The trading pair whose price is the coin's: against USDT, whose price is nearly that of the dollar, unless told. */
export function tradingPair({ code, symbol }: Pick<Coin, 'code' | 'symbol'>): string {
  return symbol ?? `${code}USDT`
}
