import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../../core/durations.ts'
import { hourlyPrices } from '../../../../activities/crypto-forecast/coingecko-prices.ts'
import { parseMarketChart } from '../../../../upstreams/coingecko.ts'
import { describeRecorded, recorded } from '../../upstreams/recordings.ts'
const TEN = Date.parse('2026-03-10T10:00:00Z')
/** Late enough that every hour of these tests is closed. */
const LATER = TEN + 10 * HOUR_MS

const point = (minutes: number, price: number) => ({
  atMs: TEN + minutes * MINUTE_MS,
  price,
  volume24h: price * 1e6,
})
const closes = (points: ReturnType<typeof point>[], nowMs = LATER) =>
  hourlyPrices('bitcoin', points, nowMs).map(({ timestamp, close }) => [
    timestamp.toISOString().slice(11, 16),
    close,
  ])

describe('a point of CoinGecko', () => {
  it.each([
    ['on the full hour', 0],
    ['a quarter of an hour after it', 15],
    ['a quarter of an hour before it', -15],
  ])('takes %s as the close of the hour that ended then', (_, minutes) => {
    expect(closes([point(minutes, 5)])).toEqual([['09:00', 5]])
  })

  it.each([16, 30, -16])('takes no hour from a point %i minutes from a full hour', (minutes) => {
    expect(closes([point(minutes, 5)])).toEqual([])
  })

  it('takes the point nearest to the full hour, in whatever order the points come', () => {
    const points = [point(-9, 1), point(4, 2), point(11, 3)]
    expect(closes(points)).toEqual([['09:00', 2]])
    expect(closes(points.toReversed())).toEqual([['09:00', 2]])
  })

  it('leaves out an hour that is still open, however near its end', () => {
    expect(closes([point(0, 1), point(55, 2)], TEN + 59 * MINUTE_MS)).toEqual([['09:00', 1]])
    expect(closes([point(0, 1), point(55, 2)], TEN + 60 * MINUTE_MS)).toEqual([
      ['09:00', 1],
      ['10:00', 2],
    ])
  })

  it('a point of CoinGecko gives price and volume of all markets, and neither open, high, low nor the volume of an exchange', () => {
    expect(hourlyPrices('bitcoin', [point(0, 5)], LATER)).toEqual([
      {
        crypto: 'bitcoin',
        timestamp: new Date(TEN - HOUR_MS),
        source: 'coingecko',
        close: 5,
        volume24h: 5e6,
        open: null,
        high: null,
        low: null,
        volume: null,
      },
    ])
  })
})

describeRecorded('the recorded month of hourly points', () => {
  const file = recorded('coingecko/hourly_historical_prices_for_one_coin.0.json') as {
    response: { body: { prices: [number, number][] } }
  }
  const { prices } = file.response.body
  const nowMs = prices.at(-1)?.[0] ?? NaN
  const { points } = parseMarketChart(JSON.stringify(file.response.body))
  const hours = hourlyPrices('bitcoin', points, nowMs)

  it('recorded points give 677 hours, each once, with a price within a quarter of an hour of its end', () => {
    expect(prices).toHaveLength(722)
    expect(hours).toHaveLength(677)
    expect(new Set(hours.map(({ timestamp }) => timestamp.getTime())).size).toBe(677)
    const priceAt = new Map(prices)
    for (const { timestamp, close } of hours) {
      const end = timestamp.getTime() + HOUR_MS
      const near = [...priceAt].filter(([atMs]) => Math.abs(atMs - end) <= 15 * MINUTE_MS)
      expect(near.map(([, price]) => price)).toContain(close)
    }
  })

  it('makes no candle from the point that is "now"', () => {
    expect(points).toHaveLength(721)
    expect(points.some(({ atMs }) => atMs === nowMs)).toBe(false)
    const newest = Math.max(...hours.map(({ timestamp }) => timestamp.getTime()))
    expect(newest + HOUR_MS).toBeLessThanOrEqual(nowMs)
  })
})
