/** The page of mods in the navigation. */
import type { PipelinePage } from '../pipeline-page.ts'

export const modStatsPage: PipelinePage = {
  title: { en: 'Mods', fr: 'Mods' },
  load: () => import('./page.tsx'),
  spark: {
    title: {
      en: 'Downloads a day on Modrinth, all mods, 30 days',
      fr: 'Téléchargements par jour sur Modrinth, tous les mods, 30 jours',
    },
    path: '/api/data/mod-stats/daily-growth/series',
    parameters: { value: 'growth_per_day', platform: 'modrinth' },
    days: '30',
    field: 'sum',
  },
}
