/** The addresses of upstreams in a pipeline's settings. */

/** Returns every http(s) address in a section of almanac.yaml, at any depth, in the order of the section. */
export function addressesIn(settings: unknown): string[] {
  if (typeof settings === 'string') return /^https?:\/\//.test(settings) ? [settings] : []
  if (typeof settings !== 'object' || settings === null) return []
  return Object.values(settings).flatMap(addressesIn)
}
