/** The page of libraries in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const libraryContextPage: PipelinePage = {
  title: { en: 'Libraries', fr: 'Bibliothèques' },
  load: () => import('./page.tsx'),
}
