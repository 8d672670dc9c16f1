/** Writes imported rows in such a way that any collected row outranks them. */
import pMap from 'p-map'
import type { Database } from '../../db/database.ts'
import type { RetryBudget } from '../../db/database-retry.ts'
import type { RowsByTable } from '../../db/write-call.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { Stored } from './import-rows.ts'

/** Periods written at once; each is a transaction of few rows, and most of its time is the commit. */
const PERIODS_AT_ONCE = 4

/** Target of the rows, and the run that they name. */
export interface ImportTarget {
  db: Database
  retryBudget: RetryBudget
  runId: string
}

/** Stores rows that count as seen when this UTC day began; returns how many were new or changed. */
export async function writeDay(
  { db, retryBudget, runId }: ImportTarget,
  day: string,
  rows: RowsByTable,
): Promise<number> {
  const observedAt = new Date(`${day}T00:00:00Z`)
  return (await writeRows(db, rows, { observedAt, runId, retryBudget })).written
}

/**
 * Stores the rows that items stand for, in a transaction a period. `periodOf` is the UTC day (YYYY-MM-DD) at whose
 * beginning an item counts as seen: not later than its own time, so that what was collected of that time outranks it, and a
 * matter of the item alone, so that it is the same at every import, whichever items come with it.
 */
export async function writePeriods<Item>(
  target: ImportTarget,
  items: Item[],
  periodOf: (item: Item) => string,
  rowsOf: (items: Item[]) => RowsByTable,
): Promise<Stored> {
  const periods = new Map<string, Item[]>()
  for (const item of items) {
    const period = periodOf(item)
    const others = periods.get(period)
    if (others === undefined) periods.set(period, [item])
    else others.push(item)
  }
  const written = await pMap(periods, ([day, ofPeriod]) => writeDay(target, day, rowsOf(ofPeriod)), {
    concurrency: PERIODS_AT_ONCE,
  })
  return { written: written.reduce((sum, rows) => sum + rows, 0) }
}
