/** A domain as in almanac.yaml, with the changes of a test. */
import type { domainsOf } from '../../../../activities/library-context/domains.ts'

export type DomainOfRun = ReturnType<typeof domainsOf>[number]

export function domain(own: Partial<DomainOfRun> = {}): DomainOfRun {
  return {
    id: 'astronomy',
    description: 'Astronomy and cosmology',
    source: 'ascl',
    keywords: [],
    match: 'substring',
    always: [],
    never: [],
    top: 100,
    ...own,
  }
}
