/** From the hours of a coin to its charts. */
import { describe, expect, it } from 'vitest'
import { API_PARTS } from '../../../api/parts.ts'
import {
  candlesOf,
  changeOf,
  closesOf,
  forecastLine,
  HOUR_COLUMNS,
  HOUR_MS,
  lineOf,
  missingHours,
  type Forecast,
  type Hour,
} from '../../../dashboard/pipelines/crypto-forecast/hours.ts'

const NOTHING = {
  volume: null,
  rsi: null,
  stoch_rsi: null,
  macd: null,
  macd_signal: null,
  macd_histogram: null,
  sma: null,
  upper_band: null,
  lower_band: null,
  adx: null,
}
const iso = (hour: number) => new Date(hour * HOUR_MS).toISOString()
const whole = (at: number, price: number): Hour => ({
  ...NOTHING,
  timestamp: iso(at),
  open: price - 1,
  high: price + 2,
  low: price - 2,
  price,
})
const closeOnly = (at: number, price: number): Hour => ({
  ...whole(at, price),
  open: null,
  high: null,
  low: null,
})

describe('the hours of a coin', () => {
  const hours = [whole(5, 50), whole(4, 40), closeOnly(1, 10), whole(0, 1)]

  it('are candles if all four prices are known, and a line of closes if not', () => {
    expect(candlesOf(hours)).toEqual([
      { time: 5 * HOUR_MS, open: 49, high: 52, low: 48, close: 50 },
      { time: 4 * HOUR_MS, open: 39, high: 42, low: 38, close: 40 },
      { time: 0, open: 0, high: 3, low: -1, close: 1 },
    ])
    expect(closesOf(hours, 'Close')).toEqual([{ name: 'Close', points: [[HOUR_MS, 10]] }])
    expect(closesOf([whole(0, 1)], 'Close')).toEqual([])
  })

  it('are asked for by columns that there are', () => {
    const { indicators } = API_PARTS['crypto-forecast'].dataSets
    expect(Object.keys(indicators?.columns ?? {})).toEqual(expect.arrayContaining(HOUR_COLUMNS.split(',')))
  })

  it('leave a gap where hours are missing', () => {
    expect(lineOf(hours, 'price', 'Price').points).toEqual([
      [0, 1],
      [HOUR_MS, 10],
      [2 * HOUR_MS, null],
      [4 * HOUR_MS, 40],
      [5 * HOUR_MS, 50],
    ])
    expect(missingHours(hours)).toBe(2)
    expect(missingHours([])).toBe(0)
    expect(missingHours([whole(3, 1)])).toBe(0)
  })
})

describe('a forecast', () => {
  const forecast: Forecast = {
    target_time: iso(25),
    horizon: '24h',
    model_version: 'ridge-1',
    timestamp: iso(0),
    made_at: iso(1),
    predicted_price: 102,
    lower: 97,
    upper: 107,
    last_price: 100,
    decision: 'BUY',
    actual_price: null,
    error: null,
    naive_error: null,
    direction_right: null,
    within_interval: null,
  }

  it('begins at the end of the hour from which it was made, and its interval opens until it is due', () => {
    expect(forecastLine(forecast, 'Forecast')).toEqual({
      name: 'Forecast',
      points: [
        [HOUR_MS, 100],
        [25 * HOUR_MS, 102],
      ],
      isComputed: true,
      band: [
        [HOUR_MS, 100, 100],
        [25 * HOUR_MS, 97, 107],
      ],
    })
    expect(changeOf(forecast)).toBeCloseTo(2)
  })

  it('without an interval is a line alone', () => {
    expect(forecastLine({ ...forecast, lower: null }, 'Forecast')).not.toHaveProperty('band')
  })
})
