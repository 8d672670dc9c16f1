/** crypto-forecast in the simulator: Binance and a mirror of it, CoinGecko, the Fear & Greed index. */
import type { SimulatorPart } from '../part.ts'
import { createBinance } from './binance.ts'
import { createCoinGecko } from './coingecko.ts'
import { createCoins, type Coins, type CoinsTruth, type RecordedKlines } from './coins.ts'
import { createFearGreed } from './fear-greed.ts'
import { coinPast } from './past.ts'

/** As many as almanac.example.yaml tracks. */
const COINS = 3

export interface CryptoForecastOptions {
  /** Default: 3, bitcoin, ethereum, binancecoin; more are `sim-coin-3`/`SIM3USDT` and so on. */
  coins?: number
  /** Recorded hourly klines by symbol, rows in Binance's own shape, instead of that coin's random walk. */
  klines?: RecordedKlines
}

export const cryptoForecast: SimulatorPart<CryptoForecastOptions, { coins: Coins }, CoinsTruth> = {
  start({ seed, clock, now, rateLimits }, { coins: count = COINS, klines = {} }) {
    const coins = createCoins({ count, seed, clock, klines })
    return {
      world: { coins },
      truth: () => coins.truth(),
      upstreams: [
        createBinance({ coins, name: 'binance', rateLimits, now }),
        createBinance({ coins, name: 'binance-mirror', rateLimits, now }),
        createCoinGecko({ coins, seed, rateLimits, now }),
        createFearGreed({ seed, clock }),
      ],
    }
  },

  past: (given) => coinPast({ ...given, coins: COINS }),
}
