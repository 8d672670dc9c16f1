/** What a coin is called on Binance. */
import type { Sections } from '../../pipelines/index.ts'

/** A coin as `almanac.yaml` lists it. */
export type Coin = Sections['crypto-forecast']['coins'][number]

/** The trading pair whose price is the coin's: against USDT, whose price is nearly that of the dollar, unless told. */
export function tradingPair({ code, symbol }: Pick<Coin, 'code' | 'symbol'>): string {
  return symbol ?? `${code}USDT`
}
