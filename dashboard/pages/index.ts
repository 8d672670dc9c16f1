/** The pages that are no pipeline's: one line each, in the order of the navigation. */
import type { PageEntry } from './page-entry.ts'

export const PAGES: readonly PageEntry[] = [
  { path: '/', title: 'nav.overview', load: () => import('./overview/page.tsx') },
  { path: '/runs', title: 'nav.runs', load: () => import('./runs/page.tsx') },
  { path: '/runs/$id', load: () => import('./runs/run-page.tsx') },
  { path: '/schedules', title: 'nav.schedules', load: () => import('./schedules/page.tsx') },
  { path: '/data', title: 'nav.data', load: () => import('./data/page.tsx') },
  { path: '/gaps', title: 'nav.gaps', load: () => import('./gaps/page.tsx') },
  { path: '/health', title: 'nav.health', load: () => import('./health/page.tsx') },
]
