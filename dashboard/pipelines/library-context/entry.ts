/** The page of libraries in the navigation. */
import { lazy } from 'react'
import type { PipelinePage } from '../pipeline-page.ts'

export const libraryContextPage: PipelinePage = {
  title: { en: 'Libraries', fr: 'Bibliothèques' },
  load: () => import('./page.tsx'),
  spark: {
    title: { en: 'Stars, 90 days', fr: 'Étoiles, 90 jours' },
    path: '/api/data/library-context/rankings/series',
    parameters: { value: 'stars', by: 'library' },
    days: '90',
    field: 'last',
  },
  RunDetails: lazy(() => import('./night-panel.tsx')),
}
