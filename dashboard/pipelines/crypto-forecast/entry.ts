/** The page of crypto-forecast, in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const cryptoForecastPage: PipelinePage = {
  title: { en: 'Crypto', fr: 'Crypto' },
  load: () => import('./page.tsx'),
}
