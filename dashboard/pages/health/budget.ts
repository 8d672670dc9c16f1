/** What the page of health says of a limit of an upstream. */
import type { Budget } from '../../../api/stack/upstreams.ts'
import type { HealthKey } from './words/index.ts'

/** A sentence, the moment that it names, and whether it is bad news. */
export interface BudgetSays {
  key: HealthKey
  at?: string
  isBad?: boolean
}

/** Its sentences, a block first. What was left in a window that is over is told as such. */
export function budgetSays(budget: Budget, now: number): BudgetSays[] {
  const said = [...blockSays(budget, now), ...leftSays(budget, now)]
  return said.length === 0 ? [{ key: 'budget.none' }] : said
}

function blockSays({ blocked_at, blocked_until, blocked_status }: Budget, now: number): BudgetSays[] {
  if (blocked_at === null || blocked_until === null) return []
  if (Date.parse(blocked_until) > now)
    return [
      { key: blocked_status === null ? 'budget.held' : 'budget.blocked', at: blocked_until, isBad: true },
    ]
  return blocked_status === null ? [] : [{ key: 'budget.wasBlocked', at: blocked_at }]
}

function leftSays({ remaining, resets_at }: Budget, now: number): BudgetSays[] {
  if (remaining === null || resets_at === null) return []
  return [{ key: Date.parse(resets_at) > now ? 'budget.left' : 'budget.renewed', at: resets_at }]
}

/** What distinguishes a limit from the others of its upstream: empty for the only one. */
export function budgetName({ client, quota }: Budget, all: readonly Budget[]): string {
  const isOneClient = all.every((other) => other.client === client)
  return [isOneClient ? '' : client, quota ?? ''].filter((part) => part !== '').join(' ')
}
