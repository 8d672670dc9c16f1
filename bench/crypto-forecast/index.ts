import type { Benchmarks } from '../figure.ts'

export const cryptoForecast: Benchmarks = {
  indicators: async () => (await import('./indicators.ts')).indicators,
  'forecast-model': async () => (await import('./forecast-model.ts')).forecastModel,
  'crypto-forecast': async () => (await import('./crypto-forecast.ts')).cryptoForecast,
  'crypto-grid': async () => (await import('./crypto-grid.ts')).cryptoGrid,
  // The API over the largest table that a pipeline fills soon.
  api: async () => {
    const { apiOver } = await import('../api.ts')
    const { millionCandles } = await import('./million-candles.ts')
    return apiOver(millionCandles, (await import('./year-of-hours.ts')).yearOfHours)
  },
  spool: async () => (await import('./spool.ts')).spool,
}
