/** The page of mods in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const modStatsPage: PipelinePage = {
  title: { en: 'Mods', fr: 'Mods' },
  load: () => import('./page.tsx'),
}
