/** What must hold of the rows of crypto-forecast, beside the grid as a whole. */
import { day, testChecks } from '../../support/planted-breaches.ts'

const thisHour = `${new Date().toISOString().slice(0, 13)}:00:00Z`
const inHours = (hours: number) => new Date(Date.parse(thisHour) + hours * 3_600_000).toISOString()
const candle = { crypto: 'bitcoin', timestamp: thisHour, source: 'binance', close: 10 }
const forecast = {
  crypto: 'bitcoin',
  horizon: '1h',
  made_at: inHours(-3),
  predicted_price: 10,
  last_price: 10,
}

testChecks('crypto-forecast', {
  planted: {
    'candles candle': [{ ...candle, open: 10, high: 9, low: 8 }],
    'candles volume': [
      { ...candle, volume: -1 },
      { ...candle, crypto: 'ethereum', volume: 'NaN' },
    ],
    'candles timestamp-ahead': [{ ...candle, timestamp: inHours(2) }],
    'crypto_prices bands': [
      { crypto: 'bitcoin', timestamp: thisHour, price: 10, upper_band: 9, lower_band: 11 },
    ],
    'fear_greed_index value-range': [{ date: day(0), value: 101 }],
    'fear_greed_index date-ahead': [{ date: day(-2), value: 50 }],
    'predictions interval': [{ ...forecast, target_time: inHours(1), lower: 11, upper: 12 }],
    'prediction_scores target_time-ahead': [
      { crypto: 'bitcoin', horizon: '1h', target_time: inHours(2), model_version: 'x' },
    ],
  },
})
