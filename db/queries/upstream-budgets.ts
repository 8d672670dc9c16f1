/** What upstreams said of their limits. */
import { sql, type SQL } from 'drizzle-orm'
import type { UpstreamBudget } from '../../core/upstream-budget.ts'
import { ahead } from '../ahead.ts'
import type { Database } from '../database.ts'
import { upstreamBudgets } from '../schema/index.ts'

const BUDGET = ['most', 'remaining', 'resets_at']
const BLOCK = ['blocked_at', 'blocked_until', 'blocked_status']

/**
 * The statement that stores them over what is known; the newest observation wins, and keeps what it does not tell. None is
 * later than the database's clock: that of this machine may be wrong.
 */
export function budgetsInto(budgets: readonly UpstreamBudget[]): SQL {
  const rows = budgets.map(({ client, quota, at, budget, closed }) => ({
    client,
    quota,
    most: budget?.limit,
    remaining: budget?.remaining,
    resets_at: budget?.resetsAt,
    blocked_at: closed?.at,
    blocked_until: closed?.until,
    blocked_status: closed?.status,
    observed_at: at,
  }))
  const updates = [
    ...keptUnless('resets_at', BUDGET),
    ...keptUnless('blocked_at', BLOCK),
    'observed_at = excluded.observed_at',
  ]
  return sql`insert into upstream_budgets as t
    select client, quota, most, remaining, resets_at,
      case when blocked_at is not null then least(blocked_at, clock_timestamp()) end, blocked_until, blocked_status,
      least(observed_at, clock_timestamp())
    from json_populate_recordset(null::upstream_budgets, ${JSON.stringify(rows)})
    on conflict (client, quota) do update set ${sql.raw(updates.join(', '))}
    where excluded.observed_at > t.observed_at or ${sql.raw(ahead('t.observed_at'))}
    returning 1`
}

const keptUnless = (told: string, columns: readonly string[]) =>
  columns.map(
    (name) => `${name} = case when excluded.${told} is null then t.${name} else excluded.${name} end`,
  )

export type StoredBudget = typeof upstreamBudgets.$inferSelect

/** Returns all of them. */
export const storedBudgets = (db: Database): Promise<StoredBudget[]> =>
  db.select().from(upstreamBudgets).orderBy(upstreamBudgets.client, upstreamBudgets.quota)
