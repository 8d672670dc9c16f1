/** Coins and file names that tests of the import share. */
import { trackedCoins } from '../../../../../cli/crypto-forecast/import/tracked-coins.ts'

export const COINS = trackedCoins([
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH' },
  { id: 'binancecoin', code: 'BNB', symbol: 'BNBFDUSD' },
])

/** The hour in which tests begin; a full one. */
export const START_MS = Date.UTC(2026, 0, 27, 18)

/** The cells of one hourly candle, as Binance's files hold them. */
export function klineCells(openMs: number, { spanMs = 3_600_000, scale = 1 } = {}): (string | number)[] {
  const [openTime, closeTime] = [openMs * scale, (openMs + spanMs) * scale - 1]
  return [openTime, '100.5', '103', '99.25', '101', '7.5', closeTime, '760.5', 42, '3', '304', '0']
}

/** The columns of `klineCells`. */
export const KLINE_HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'
