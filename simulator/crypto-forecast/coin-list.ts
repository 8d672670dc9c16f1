/** The coins: three well-known ones, then the requested number of simulated ones. */
import { between, fraction } from '../chance.ts'

/** A coin and what its walk is made of. */
export interface Coin {
  /** CoinGecko's id. */
  id: string
  /** Binance's symbol of the pair with USDT. */
  symbol: string
  /** Salt of the coin's chances. */
  key: number
  /** USDT that the price wanders around. */
  level: number
  /** Decimals of a price. */
  decimals: number
  /** Standard deviation of an hour's change, in logarithms. */
  deviation: number
  /** USDT traded in a usual hour. */
  quoteAnHour: number
  /** USDT of a usual trade. */
  quoteATrade: number
  /** Coins in circulation. */
  supply: number
}

/** Deviations and volumes as in the recorded candles of 2026. */
const KNOWN: readonly Coin[] = [
  {
    id: 'bitcoin',
    symbol: 'BTCUSDT',
    key: 1,
    level: 60_000,
    decimals: 2,
    deviation: 0.005,
    quoteAnHour: 46e6,
    quoteATrade: 337,
    supply: 19_900_000,
  },
  {
    id: 'ethereum',
    symbol: 'ETHUSDT',
    key: 2,
    level: 3_000,
    decimals: 2,
    deviation: 0.0065,
    quoteAnHour: 26e6,
    quoteATrade: 177,
    supply: 120_700_000,
  },
  {
    id: 'binancecoin',
    symbol: 'BNBUSDT',
    key: 3,
    level: 600,
    decimals: 2,
    deviation: 0.0049,
    quoteAnHour: 3.1e6,
    quoteATrade: 95,
    supply: 139_300_000,
  },
]

/** Simulated coins cost from a hundredth to a thousand USDT: this many powers of ten, from this one. */
const LOWEST_POWER = -2
const POWERS = 5
/** Prices have about this many digits. */
const DIGITS = 6
/** Salt of the simulated coins' traits. */
const TRAIT = 71

/** The first `count` coins. */
export function coinList(count: number): Coin[] {
  return Array.from({ length: count }, (_, index) => KNOWN[index] ?? simulatedCoin(index))
}

function simulatedCoin(index: number): Coin {
  const power = LOWEST_POWER + POWERS * fraction(TRAIT, index)
  return {
    id: `sim-coin-${index}`,
    symbol: `SIM${index}USDT`,
    key: index + 1,
    level: 10 ** power,
    decimals: Math.max(2, DIGITS - 1 - Math.floor(power)),
    deviation: 0.005 + 0.007 * fraction(TRAIT, index, 1),
    quoteAnHour: between(100_000, 3_000_000, TRAIT, index, 2),
    quoteATrade: between(40, 150, TRAIT, index, 3),
    supply: between(1_000_000, 1_000_000_000, TRAIT, index, 4),
  }
}
