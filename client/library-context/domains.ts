/** Domains as a person names them on the command line. */
import type { Config } from '../../config/load-config.ts'
import { WrongUsage } from '../../core/failures.ts'

/** Domains of `almanac.yaml` with their settings: all, or the named one. Throws `WrongUsage` for one that is not there. */
export function domainsNamed({ tracked }: Pick<Config, 'tracked'>, only: string | undefined) {
  const domains = Object.entries(tracked['library-context'].domains).map(([id, domain]) => ({
    id,
    ...domain,
  }))
  const found = domains.filter(({ id }) => only === undefined || id === only)
  if (only === undefined || found.length > 0) return found
  const known =
    domains.length === 0 ? 'there is none yet' : `there are: ${domains.map(({ id }) => id).join(', ')}`
  throw new WrongUsage(`There is no domain "${only}" in almanac.yaml; ${known}.`)
}
