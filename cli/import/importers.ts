/** The importer of each pipeline that takes over something from its predecessor. */
import type { Pipeline } from '../../registry.ts'
import type { Importer } from './importer.ts'

const IMPORTERS: Partial<Record<Pipeline['id'], () => Promise<{ importer: Importer }>>> = {
  'mod-stats': () => import('../mod-stats/import/index.ts'),
  'crypto-forecast': () => import('../crypto-forecast/import/index.ts'),
  'library-context': () => import('../library-context/import/index.ts'),
  'match-results': () => import('../match-results/import/index.ts'),
}

/** Loads all importers, by the id of their pipeline. */
export async function loadImporters(): Promise<Map<string, Importer>> {
  const loaded = Object.entries(IMPORTERS).map(async ([id, load]) => [id, (await load()).importer] as const)
  return new Map(await Promise.all(loaded))
}
