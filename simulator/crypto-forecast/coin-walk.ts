/** The hourly random walk of one coin: any hour since 2017, the same forever for the same seed. */
import { HOUR_MS, MINUTE_MS } from '../../core/durations.ts'
import { between, fraction, hash } from '../chance.ts'
import type { Coin } from './coin-list.ts'
import { FIRST_HOUR_MS } from './exchange-gaps.ts'
import { klineOf, type CandleNumbers, type CoinSeries } from './kline.ts'
const MINUTES = 60
const HOURS_PER_DAY = 24
const HOURS_PER_YEAR = 8_766

/** Standard deviation of a price's logarithm over many years: half to double its level, and never an explosion. */
const SPREAD = 0.35
/** The level's own slow growth, in logarithms a year; it is at the coin's figure in this year. */
const DRIFT_PER_YEAR = 0.03
const LEVEL_AT_HOUR = (Date.UTC(2025, 0, 1) - FIRST_HOUR_MS) / HOUR_MS
/** How far a high lies above, a low below the body of its candle, at most, in standard deviations of an hour. */
const WICK = 0.68
/** Trade by hour of the UTC day against the mean, as in the recorded candles: it follows the American morning. */
const TRADE_BY_HOUR = [
  0.92, 0.94, 0.84, 0.82, 0.77, 0.82, 0.88, 0.98, 0.97, 0.91, 0.82, 0.88, 1.04, 1.46, 1.7, 1.64, 1.4, 1.16,
  1.02, 0.86, 0.78, 0.71, 0.82, 0.78,
]
/** Half the width of an hour's noise in traded volume, in logarithms. */
const TRADE_NOISE = 1.1
/** Room for this many hours is made at once. */
const BLOCK_HOURS = 8_192
/** Standard deviation of a sum of four bytes. */
const FOUR_BYTES_DEVIATION = 2 * Math.sqrt((256 ** 2 - 1) / 12)
const FOUR_BYTES_MEAN = 510

/** Salts of the chances of one hour. */
const DRAW = { start: 11, storm: 12, step: 13, high: 14, low: 15, trade: 16, taker: 17, peak: 18, wobble: 19 }

/** The walk of a coin. Hours are computed in order on first use, about 100 ns each, and only closes are kept. */
export function createWalk(coin: Coin, seed: number): CoinSeries {
  const hours = createHours(coin, seed)
  const hourOf = (ms: number) => Math.floor((ms - FIRST_HOUR_MS) / HOUR_MS)
  return {
    firstMs: FIRST_HOUR_MS,
    kline: (openMs, nowMs) => {
      if (openMs < FIRST_HOUR_MS || openMs > nowMs || openMs % HOUR_MS !== 0) return undefined
      const hour = hourOf(openMs)
      const isOver = nowMs >= openMs + HOUR_MS
      const numbers = isOver
        ? hours.finished(hour)
        : hours.goingOn(hour, Math.floor((nowMs - openMs) / MINUTE_MS))
      return klineOf(openMs, HOUR_MS, numbers)
    },
    priceAt: (ms) => {
      if (ms < FIRST_HOUR_MS) return undefined
      const hour = hourOf(ms)
      return hours.during(hour, hours.finished(hour), Math.floor((ms % HOUR_MS) / MINUTE_MS))
    },
    quoteVolume: (openMs) => (openMs < FIRST_HOUR_MS ? 0 : hours.finished(hourOf(openMs)).quote),
  }
}

interface Hours {
  finished(hour: number): CandleNumbers
  /** The hour as it stands after the given number of whole minutes. */
  goingOn(hour: number, minute: number): CandleNumbers
  /** The price the given number of minutes into an hour: from open to close, past the high and the low. */
  during(hour: number, whole: CandleNumbers, minute: number): number
}

/** Candles by number of the hour, 0 being the first. */
function createHours(coin: Coin, seed: number): Hours {
  const closes = createCloses(coin, seed)
  const tick = 10 ** coin.decimals
  const rounded = (price: number) => Math.max(1, Math.round(price * tick)) / tick
  const draw = (kind: number, ...rest: number[]) => fraction(seed, coin.key, kind, ...rest)
  const hours: Hours = {
    finished: (hour) => {
      const open = rounded(Math.exp(closes(hour - 1)))
      const close = rounded(Math.exp(closes(hour)))
      const [top, bottom] = [Math.max(open, close), Math.min(open, close)]
      const wick = WICK * coin.deviation * storm(seed, coin.key, hour)
      const high = Math.max(top, rounded(top * (1 + wick * draw(DRAW.high, hour))))
      const low = Math.min(bottom, rounded(bottom * (1 - wick * draw(DRAW.low, hour))))
      return { open, high, low, close, ...traded(coin, seed, hour, (open + high + low + close) / 4) }
    },
    goingOn: (hour, minute) => {
      const whole = hours.finished(hour)
      const prices = Array.from({ length: minute + 1 }, (_, at) => hours.during(hour, whole, at))
      return partOf(whole, prices)
    },
    during: (hour, { open, high, low, close }, minute) => {
      const peak = between(1, MINUTES - 1, seed, coin.key, DRAW.peak, hour)
      const later = between(1, MINUTES - 2, seed, coin.key, DRAW.peak, hour, 1)
      if (minute === peak) return high
      if (minute === ((peak - 1 + later) % (MINUTES - 1)) + 1) return low
      const done = minute / MINUTES
      const wobble = (draw(DRAW.wobble, hour, minute) - 0.5) * (high - low) * 2 * done * (1 - done)
      return Math.min(high, Math.max(low, rounded(open + (close - open) * done + wobble)))
    },
  }
  return hours
}

/** An hour of which these prices, one a minute, have been seen. */
function partOf(whole: CandleNumbers, prices: number[]): CandleNumbers {
  const share = prices.length / (MINUTES + 1)
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length
  return {
    open: whole.open,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) ?? whole.open,
    base: whole.base * share,
    quote: whole.base * share * mean,
    trades: Math.max(1, Math.floor(whole.trades * share)),
    takerBase: whole.takerBase * share,
    takerQuote: whole.takerBase * share * mean,
  }
}

/** Calm and volatile days: the factor on the coin's deviation, about 1 in the quadratic mean. */
function storm(seed: number, key: number, hour: number): number {
  return 0.55 + 1.15 * fraction(seed, key, DRAW.storm, Math.floor(hour / HOURS_PER_DAY)) ** 2
}

/** Logarithm of the price at the end of an hour; hour -1 is the start. */
function createCloses({ key, level, deviation }: Coin, seed: number): (hour: number) => number {
  const anchor = (hour: number) =>
    Math.log(level) + (DRIFT_PER_YEAR * (hour - LEVEL_AT_HOUR)) / HOURS_PER_YEAR
  // the share of its distance to the level that a price loses in an hour, so that it spreads as wanted
  const pull = deviation ** 2 / (2 * SPREAD ** 2)
  const start = anchor(-1) + (fraction(seed, key, DRAW.start) - 0.5) / 2
  let kept = new Float64Array(0)
  let filled = 0
  return (hour) => {
    if (hour < 0) return start
    if (hour >= kept.length) {
      const larger = new Float64Array((Math.floor(hour / BLOCK_HOURS) + 1) * BLOCK_HOURS)
      larger.set(kept)
      kept = larger
    }
    let price = kept[filled - 1] ?? start
    let today = storm(seed, key, filled)
    for (; filled <= hour; filled += 1) {
      if (filled % HOURS_PER_DAY === 0) today = storm(seed, key, filled)
      price += pull * (anchor(filled) - price) + deviation * today * bell(hash(seed, key, DRAW.step, filled))
      kept[filled] = price
    }
    return kept[hour] ?? start
  }
}

/** A bell-shaped number of mean 0 and deviation 1 from 32 random bits: the sum of their four bytes. */
function bell(bits: number): number {
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
  return (sum - FOUR_BYTES_MEAN) / FOUR_BYTES_DEVIATION
}

/** What was traded in an hour at the mean price `price`. */
function traded(coin: Coin, seed: number, hour: number, price: number) {
  const noise = fraction(seed, coin.key, DRAW.trade, hour) + fraction(seed, coin.key, DRAW.trade, hour, 1) - 1
  const ofDay = TRADE_BY_HOUR[new Date(FIRST_HOUR_MS + hour * HOUR_MS).getUTCHours()] ?? 1
  const wanted = coin.quoteAnHour * ofDay * storm(seed, coin.key, hour) * Math.exp(TRADE_NOISE * noise)
  const base = Math.max(1, Math.round((wanted / price) * 1e5)) / 1e5
  const taker = 0.35 + 0.3 * fraction(seed, coin.key, DRAW.taker, hour)
  const takerBase = Math.round(base * taker * 1e5) / 1e5
  const trades = Math.max(1, Math.round(wanted / coin.quoteATrade))
  return { base, quote: base * price, trades, takerBase, takerQuote: takerBase * price }
}
