/** Which clients of the upstreams get no request, and which sources have nobody else to ask. Pure. */
import type { StoredBudget } from '../db/queries/upstream-budgets.ts'
import type { BlockedUpstream } from './seen.ts'
import type { UpstreamSources } from './watch-part.ts'

type Limit = Pick<StoredBudget, 'client' | 'blockedAt' | 'blockedUntil' | 'blockedStatus'>

/** Returns a line for each limit that was ever blocked, of the upstreams of a pipeline. `now`: milliseconds since 1970. */
export const blockedAmong = (
  upstreams: readonly UpstreamSources[],
  limits: readonly Limit[],
  now: number,
): Omit<BlockedUpstream, 'pipeline'>[] =>
  upstreams.flatMap(({ clients, sources }) => {
    const ofIt = limits.filter(({ client }) => clients.includes(client))
    const isWhole = ofIt.every(({ blockedUntil }) => blockedUntil !== null && blockedUntil.getTime() > now)
    return ofIt.flatMap(({ client, blockedAt, blockedUntil, blockedStatus }) => {
      if (blockedAt === null || blockedUntil === null) return []
      const [at, until] = [blockedAt.getTime(), blockedUntil.getTime()]
      return [{ client, sources: isWhole ? sources : [], status: blockedStatus, at, until }]
    })
  })
