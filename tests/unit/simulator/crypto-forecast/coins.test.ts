import { describe, expect, it, vi } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../../core/durations.ts'
import type { CoinCandle } from '../../../../simulator/crypto-forecast/kline.ts'
import { createCoins, type RecordedKlines } from '../../../../simulator/crypto-forecast/coins.ts'
import { hasRecordings, recording } from '../recordings.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })
const FIRST_MS = Date.parse('2017-08-17T04:00:00Z')
const NOW = '2026-05-04T10:20:30Z'

interface Given {
  coins?: number
  seed?: number
  klines?: RecordedKlines
}

const coinsAt = (now: string | (() => Date), { coins = 3, seed = 1, klines = {} }: Given = {}) =>
  createCoins({ count: coins, seed, clock: typeof now === 'string' ? () => new Date(now) : now, klines })

/** Every candle from the first hour to the clock, as numbers; hours without one are left out. */
const allCandles = (coins: ReturnType<typeof coinsAt>, symbol: string) =>
  candlesOf(coins, symbol, { fromMs: FIRST_MS, toMs: coins.nowMs() })

function candlesOf(
  coins: ReturnType<typeof coinsAt>,
  symbol: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): CoinCandle[] {
  const found: CoinCandle[] = []
  for (let openMs = fromMs; openMs <= toMs; openMs += HOUR_MS) {
    const candle = coins.candle(symbol, openMs)
    if (candle !== undefined) found.push(candle)
  }
  return found
}

/** What is impossible in candles that follow each other: in one of them, or between two. */
function impossible(candles: CoinCandle[]): CoinCandle[] {
  // counted, not asserted one by one: expect() a million times takes longer than the walk
  const broken = candles.filter(
    ({ open, high, low, close, base, quote, trades, takerBase, takerQuote }) =>
      !(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)) ||
      !(quote >= low * base * (1 - 1e-6) && quote <= high * base * (1 + 1e-6)) ||
      !(base > 0 && takerBase < base && takerQuote < quote && trades >= 1 && Number.isInteger(trades)),
  )
  const jumps = candles.slice(1).filter((candle, index) => {
    const before = candles[index]
    return before?.openMs === candle.openMs - HOUR_MS && before.close !== candle.open
  })
  return [...broken, ...jumps]
}

describe('the simulated coins', () => {
  it('has the three known coins, then as many simulated ones as requested', () => {
    expect(coinsAt(NOW).list()).toHaveLength(3)
    const five = coinsAt(NOW, { coins: 5 })
    expect(five.list().map(({ id, symbol }) => `${id} ${symbol}`)).toEqual([
      'bitcoin BTCUSDT',
      'ethereum ETHUSDT',
      'binancecoin BNBUSDT',
      'sim-coin-3 SIM3USDT',
      'sim-coin-4 SIM4USDT',
    ])
    expect(five.byId('sim-coin-4')).toBe(five.bySymbol('SIM4USDT'))
    expect(five.bySymbol('SIM5USDT')).toBeUndefined()
  })

  it.each([0, 1.5, 10_001])('rejects a count of %d coins', (coins) => {
    expect(() => coinsAt(NOW, { coins })).toThrow(/coins; give an integer from 1 to 10000/)
  })

  it('has the same candle whatever was requested before, and another for another seed or coin', () => {
    const hours = [70_000, 3, 40_000, 3, 70_001].map((hour) => FIRST_MS + hour * HOUR_MS)
    const upwards = coinsAt(NOW)
    const inOrder = new Map(
      [...hours].sort((a, b) => a - b).map((openMs) => [openMs, upwards.candle('BTCUSDT', openMs)]),
    )
    const downwards = coinsAt('2027-01-01T00:00:00Z')
    for (const openMs of hours) {
      expect(inOrder.get(openMs)).toBeDefined()
      expect(downwards.candle('BTCUSDT', openMs)).toEqual(inOrder.get(openMs))
      expect(coinsAt(NOW, { seed: 2 }).candle('BTCUSDT', openMs)).not.toEqual(inOrder.get(openMs))
      expect(upwards.candle('ETHUSDT', openMs)).not.toEqual(inOrder.get(openMs))
    }
  })

  it(
    'coins stay plausible for ten years: no jump between candles, no impossible candle, no explosion',
    { tags: 'long' },
    () => {
      const coins = coinsAt('2027-08-17T00:00:00Z', { coins: 4 })
      for (const { symbol, level } of coins.list()) {
        const candles = allCandles(coins, symbol)
        expect(candles.length).toBeGreaterThan(87_000)
        expect(impossible(candles)).toEqual([])
        expect(Math.min(...candles.slice(-9_000).map(({ low }) => low))).toBeGreaterThan(level / 8)
        expect(candles.reduce((top, { high }) => Math.max(top, high), 0)).toBeLessThan(level * 8)
      }
    },
  )

  it('coins stay plausible in two days of each of 120 months: no jump, no impossible candle, no explosion', () => {
    const coins = coinsAt('2027-08-17T00:00:00Z', { coins: 4 })
    for (const { symbol, level } of coins.list())
      for (let month = 0; month < 120; month += 1) {
        const fromMs = FIRST_MS + month * 30 * DAY_MS
        const candles = candlesOf(coins, symbol, { fromMs, toMs: fromMs + 2 * DAY_MS })
        expect(candles.length).toBeGreaterThan(12)
        expect(impossible(candles)).toEqual([])
        expect(Math.max(...candles.map(({ high }) => high))).toBeLessThan(level * 8)
        if (month >= 108) expect(Math.min(...candles.map(({ low }) => low))).toBeGreaterThan(level / 8)
      }
  })
})

describe('the gaps of the simulated exchange', () => {
  const fromMs = Date.parse('2024-05-04T00:00:00Z')
  const toMs = Date.parse('2026-05-03T23:00:00Z')

  it('the simulated exchange has several gaps in the last two years, of one to three hours, the same for all coins', () => {
    const coins = coinsAt(NOW)
    const gaps = coins.gaps(fromMs, toMs)
    expect(gaps.length).toBeGreaterThanOrEqual(6)
    expect(gaps.length).toBeLessThanOrEqual(9)
    for (const { openMs, hours } of gaps) {
      expect([1, 2, 3]).toContain(hours)
      for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
        expect(coins.candle(symbol, openMs - HOUR_MS)).toBeDefined()
        for (let hour = 0; hour < hours; hour += 1)
          expect(coins.candle(symbol, openMs + hour * HOUR_MS)).toBeUndefined()
        expect(coins.candle(symbol, openMs + hours * HOUR_MS)).toBeDefined()
      }
    }
    expect(coinsAt(NOW, { seed: 2 }).gaps(fromMs, toMs)).not.toEqual(gaps)
  })

  it('gaps account for every hour without a candle, including the maintenance of 2018 to 2021', () => {
    const coins = coinsAt('2021-06-01T00:00:00Z')
    const gaps = coins.gaps(FIRST_MS, coins.nowMs())
    const hours = Math.floor((coins.nowMs() - FIRST_MS) / HOUR_MS) + 1
    const missing = gaps.reduce((sum, gap) => sum + gap.hours, 0)
    expect(allCandles(coins, 'BNBUSDT')).toHaveLength(hours - missing)
    expect(gaps).toContainEqual({ openMs: Date.parse('2018-02-08T01:00:00Z'), hours: 32 })
    expect(gaps).toContainEqual({ openMs: Date.parse('2021-04-25T05:00:00Z'), hours: 3 })
  })

  it('a gap stops no other market: its price moves on', () => {
    const coins = coinsAt(NOW)
    const gap = coins.gaps(fromMs, toMs).find(({ hours }) => hours === 3)
    const bitcoin = coins.bySymbol('BTCUSDT')
    if (gap === undefined || bitcoin === undefined) throw new Error('This seed has a gap of three hours.')
    const prices = [0, 1, 2, 3].map((hour) =>
      coins.market(bitcoin).priceAt(gap.openMs + hour * HOUR_MS, coins.nowMs()),
    )
    expect(new Set(prices).size).toBe(4)
    expect(prices[0]).toBe(coins.candle('BTCUSDT', gap.openMs - HOUR_MS)?.close)
    expect(prices[3]).toBe(coins.candle('BTCUSDT', gap.openMs + 3 * HOUR_MS)?.open)
  })

  it('names the gaps in the truth of the world, which stays the same all day', () => {
    const gaps = coinsAt(NOW).truth().gaps
    expect(gaps).toEqual(coinsAt(NOW).gaps(fromMs, toMs))
    expect(coinsAt('2026-05-04T23:59:59Z').truth()).toEqual(coinsAt('2026-05-04T00:00:00Z').truth())
  })
})

describe('the current hour', () => {
  const openMs = Date.parse('2026-05-04T10:00:00Z')
  let nowMs = openMs
  const moving = coinsAt(() => new Date(nowMs))
  const at = (offsetMs: number) => {
    nowMs = openMs + offsetMs
    return moving.candle('BTCUSDT', openMs)
  }

  it('the current hour begins at its open, moves by the minute and ends as the whole candle', () => {
    const whole = coinsAt('2026-06-01T00:00:00Z').candle('BTCUSDT', openMs)
    expect(at(-1)).toBeUndefined()
    const minutes = Array.from({ length: 60 }, (_, minute) => at(minute * 60_000))
    expect(minutes[0]).toMatchObject({
      open: whole?.open,
      high: whole?.open,
      low: whole?.open,
      close: whole?.open,
    })
    expect(new Set(minutes.map((candle) => candle?.close)).size).toBeGreaterThan(30)
    expect(at(20 * 60_000 + 59_999)).toEqual(minutes[20])
    expect(at(HOUR_MS)).toEqual(whole)
    for (const [minute, candle] of minutes.entries()) {
      const before = minutes[minute - 1]
      expect(candle?.open).toBe(whole?.open)
      expect(candle?.high).toBeGreaterThanOrEqual(before?.high ?? 0)
      expect(candle?.low).toBeLessThanOrEqual(before?.low ?? Infinity)
      expect(candle?.base).toBeGreaterThan(before?.base ?? 0)
      expect(candle?.close).toBeLessThanOrEqual(candle?.high ?? NaN)
      expect(candle?.close).toBeGreaterThanOrEqual(candle?.low ?? NaN)
    }
    expect(minutes.at(-1)).toMatchObject({ high: whole?.high, low: whole?.low })
    expect(minutes.at(-1)?.base).toBeLessThan(whole?.base ?? NaN)
  })

  it('the current hour has the price of the exchange', () => {
    const coins = coinsAt(NOW)
    const bitcoin = coins.list()[0]
    if (bitcoin === undefined) throw new Error('There is a first coin.')
    expect(coins.price(bitcoin)).toBe(coins.candle('BTCUSDT', openMs)?.close)
    expect(coins.price(bitcoin)).toBe(coins.market(bitcoin).priceAt(coins.nowMs(), coins.nowMs()))
  })
})

describe.skipIf(!hasRecordings)('recorded klines in the place of a walk', () => {
  const rows = hasRecordings ? (recording('binance/klines_BTCUSDT_1h.json') as unknown[][]) : []
  const openOf = (index: number) => Number(rows[index]?.[0])
  const query = { interval: '1h' as const, startMs: 0, endMs: undefined, limit: 10_000 }

  it('serves recorded klines unchanged, up to the current hour, which moves with the clock', () => {
    let now = openOf(99)
    const coins = coinsAt(() => new Date(now), { klines: { BTCUSDT: rows } })
    const bitcoin = coins.bySymbol('BTCUSDT')
    if (bitcoin === undefined) throw new Error('Bitcoin is a coin.')
    expect(coins.klines(bitcoin, query)).toEqual(rows.slice(0, 100))
    expect(coins.price(bitcoin)).toBe(Number(rows[99]?.[4]))
    now += HOUR_MS - 1
    expect(coins.klines(bitcoin, query)).toHaveLength(100)
    now += 1
    expect(coins.klines(bitcoin, query)).toEqual(rows.slice(0, 101))
    now = openOf(rows.length - 1) + 30 * DAY_MS
    expect(coins.klines(bitcoin, query)).toEqual(rows)
    expect(coins.price(bitcoin)).toBe(Number(rows.at(-1)?.[4]))
    now = openOf(0) - 1
    expect(coins.klines(bitcoin, query)).toEqual([])
    expect(coins.price(bitcoin)).toBeUndefined()
  })

  it('recorded klines have the gaps of their rows and no other, and give the market its prices', () => {
    const holed = rows.filter((_, index) => index !== 50)
    const coins = coinsAt(() => new Date(openOf(rows.length - 1)), { klines: { BTCUSDT: holed } })
    const bitcoin = coins.bySymbol('BTCUSDT')
    if (bitcoin === undefined) throw new Error('Bitcoin is a coin.')
    expect(coins.klines(bitcoin, query)).toEqual(holed)
    const { priceAt, quoteVolume } = coins.market(bitcoin)
    const nowMs = coins.nowMs()
    expect(priceAt(openOf(49), nowMs)).toBe(Number(rows[49]?.[1]))
    expect(priceAt(openOf(49) + HOUR_MS / 2, nowMs)).toBeCloseTo(
      (Number(rows[49]?.[1]) + Number(rows[49]?.[4])) / 2,
      6,
    )
    expect(priceAt(openOf(50) + 1, nowMs)).toBe(Number(rows[49]?.[4]))
    expect([quoteVolume(openOf(49)), quoteVolume(openOf(50))]).toEqual([Number(rows[49]?.[7]), 0])
    // a coin without recorded rows keeps its walk
    expect(coins.candle('ETHUSDT', openOf(50))).toEqual(
      coinsAt('2026-12-01T00:00:00Z').candle('ETHUSDT', openOf(50)),
    )
  })

  it('rejects recorded klines that fit no coin or are no rows of the exchange', () => {
    expect(() => coinsAt(NOW, { klines: { NOPEUSDT: rows } })).toThrow(/NOPEUSDT, which is no coin here/)
    expect(() => coinsAt(NOW, { klines: { BTCUSDT: [] } })).toThrow(/not hourly rows of Binance/)
    expect(() => coinsAt(NOW, { klines: { BTCUSDT: [[1, '2']] } })).toThrow(/not hourly rows of Binance/)
  })
})
