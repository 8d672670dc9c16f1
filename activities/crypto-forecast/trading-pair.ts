/** The name of a coin on Binance. */
import type { Sections } from '../../pipelines/index.ts'

/** A coin as `almanac.yaml` lists it. */
export type Coin = Sections['crypto-forecast']['coins'][number]

/**
 * Returns the trading pair whose price is the coin's. Default: against USDT, whose price is nearly that of the dollar.
 */
export function tradingPair({ code, symbol }: Pick<Coin, 'code' | 'symbol'>): string {
  return symbol ?? `${code}USDT`
}
