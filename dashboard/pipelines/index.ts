/** The pages of the pipelines: one line each, in the order of the navigation. A page is at `/<id>`. */
import { cryptoForecastPage } from './crypto-forecast/entry.ts'
import { libraryContextPage } from './library-context/entry.ts'
import { matchResultsPage } from './match-results/entry.ts'
import { modStatsPage } from './mod-stats/entry.ts'
import type { PipelinePage } from './pipeline-page.ts'

export const PIPELINE_PAGES: Readonly<Record<string, PipelinePage>> = {
  'mod-stats': modStatsPage,
  'crypto-forecast': cryptoForecastPage,
  'library-context': libraryContextPage,
  'match-results': matchResultsPage,
}
