/** Names and domains of almanac.yaml that no night has looked for yet. */
import type { Config } from '../../config/load-config.ts'
import type { Database } from '../../db/database.ts'
import { namedDomains, namesOf } from '../../db/queries/library-context/libraries.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'

/** Whether a listed name was never asked for, or a domain has no candidate yet. */
export async function listsNewName(db: Database, { tracked }: Config): Promise<boolean> {
  const asked = await namesOf(db)
  const domains = await namedDomains(db)
  return Object.entries(tracked['library-context'].domains).some(([id, { source, always, never }]) => {
    const unwanted = new Set(never.map(foldCase))
    const listed = typeof source === 'object' && 'list' in source ? source.list : []
    const isNew = (name: string) => !asked.has(foldCase(name)) && !unwanted.has(foldCase(name))
    return !domains.has(id) || [...listed, ...always].some(isNew)
  })
}
