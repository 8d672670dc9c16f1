/** The page of match-results, in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const matchResultsPage: PipelinePage = {
  title: { en: 'Matches', fr: 'Matchs' },
  load: () => import('./page.tsx'),
}
