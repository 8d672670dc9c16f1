/** Stores what the clients of a process heard and counted, in one round trip. */
import { sql } from 'drizzle-orm'
import type { UpstreamBudget } from '../../core/upstream-budget.ts'
import type { CountedCalls } from '../../core/upstream-calls.ts'
import type { CountedField } from '../../core/upstream-fields.ts'
import { notifyRows } from '../changes.ts'
import type { Database } from '../database.ts'
import { budgetsInto } from './upstream-budgets.ts'
import { fieldsInto } from './upstream-fields.ts'
import { callsInto } from './upstream-calls.ts'

/** What is new since it was stored last. */
export interface UpstreamsHeard {
  budgets?: readonly UpstreamBudget[]
  calls?: readonly CountedCalls[]
  fields?: readonly CountedField[]
}

/** Any client may be asked outside of a run. */
const NO_RUN = ''

/**
 * Stores all of it, or throws. Calls and fields are added: where the answer to this statement is lost, what it stored is stored again by
 * the next.
 */
export async function storeHeard(
  db: Database,
  { budgets = [], calls = [], fields = [] }: UpstreamsHeard,
): Promise<void> {
  const { all, hours } = callsInto(calls)
  await db.execute(sql`with limits as (${budgetsInto(budgets)}), counted as (${all}), by_hour as (${hours}),
      drifted as (${fieldsInto(fields)})
    select ${notifyRows('upstream_budgets', NO_RUN)}::text
    from (select 1 from limits union all select 1 from counted union all select 1 from drifted) stored limit 1`)
}
