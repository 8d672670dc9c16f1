/** The domains of almanac.yaml, and where the names of their libraries come from. */
import type { Sections } from '../../pipelines/index.ts'
import type { CatalogueSource } from './inputs.ts'

/** Returns the domains of a run: all, or the requested one. */
export function domainsOf(settings: Sections['library-context'], only?: string) {
  return Object.entries(settings.domains)
    .map(([id, domain]) => ({ id, ...domain }))
    .filter(({ id }) => only === undefined || id === only)
}

/** Returns the source that a domain's setting names. */
export function sourceOf(source: ReturnType<typeof domainsOf>[number]['source']): CatalogueSource {
  if (source === 'ascl') return 'ascl'
  return 'list' in source ? 'lists' : 'search'
}

/** Returns the sources that these domains need, each once. */
export function sourcesOf(settings: Sections['library-context'], only?: string): CatalogueSource[] {
  const needed = domainsOf(settings, only).map(({ source }) => sourceOf(source))
  return (['ascl', 'lists', 'search'] as const).filter((source) => needed.includes(source))
}
