/** Stores what the clients of a process heard and counted, in one round trip. */
import { sql } from 'drizzle-orm'
import type { UpstreamBudget } from '../../core/upstream-budget.ts'
import type { CountedCalls } from '../../core/upstream-calls.ts'
import { notifyRows } from '../changes.ts'
import type { Database } from '../database.ts'
import { budgetsInto } from './upstream-budgets.ts'
import { callsInto } from './upstream-calls.ts'

/** What is new since it was stored last. */
export interface UpstreamsHeard {
  budgets?: readonly UpstreamBudget[]
  calls?: readonly CountedCalls[]
}

/** Any client may be asked outside of a run. */
const NO_RUN = ''

/**
 * Stores all of it, or throws. Calls are added: where the answer to this statement is lost, what it stored is stored again by
 * the next.
 */
export async function storeHeard(db: Database, { budgets = [], calls = [] }: UpstreamsHeard): Promise<void> {
  const { all, hours } = callsInto(calls)
  await db.execute(sql`with limits as (${budgetsInto(budgets)}), counted as (${all}), by_hour as (${hours})
    select ${notifyRows('upstream_budgets', NO_RUN)}::text
    from (select 1 from limits union all select 1 from counted) stored limit 1`)
}
