/** The page of match-results, in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const matchResultsPage: PipelinePage = {
  title: { en: 'Matches', fr: 'Matchs' },
  load: () => import('./page.tsx'),
  spark: {
    title: { en: 'New matches, 7 days', fr: 'Nouveaux matchs, 7 jours' },
    path: '/api/data/match-results/matches/series',
    parameters: { value: 'odds_1', points: 60 },
    days: '7',
    field: 'rows',
  },
}
