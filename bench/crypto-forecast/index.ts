import type { Benchmarks } from '../figure.ts'

export const cryptoForecast: Benchmarks = {
  indicators: async () => (await import('./indicators.ts')).indicators,
  'forecast-model': async () => (await import('./forecast-model.ts')).forecastModel,
  'crypto-forecast': async () => (await import('./crypto-forecast.ts')).cryptoForecast,
  'crypto-grid': async () => (await import('./crypto-grid.ts')).cryptoGrid,
  // The API over the largest table that a pipeline fills soon.
  api: async () => (await import('../api.ts')).apiOver((await import('./million-candles.ts')).millionCandles),
  spool: async () => (await import('./spool.ts')).spool,
}
