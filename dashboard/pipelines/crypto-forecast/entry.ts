/** The page of crypto-forecast, in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const cryptoForecastPage: PipelinePage = {
  title: { en: 'Crypto', fr: 'Crypto' },
  load: () => import('./page.tsx'),
  spark: {
    title: { en: 'Price, 7 days', fr: 'Cours, 7 jours' },
    path: '/api/data/crypto-forecast/indicators/series',
    parameters: { value: 'price', by: 'crypto', points: 170 },
    days: '7',
    field: 'last',
  },
}
