/** Writes imported rows in such a way that any collected row outranks them. */
import pMap from 'p-map'
import type { Database } from '../../db/database.ts'
import type { Patience } from '../../db/patience.ts'
import type { WritableRows, WritableTable } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'

/** Periods written at once; each is a transaction of few rows, and most of its time is the commit. */
const PERIODS_AT_ONCE = 4

/** Where rows go, and the run that they name: always the same one, so that a repeated import changes nothing. */
export interface ImportTarget {
  db: Database
  patience: Patience
  runId: string
}

/**
 * Stores rows; answers how many were new or changed. `periodOf` is the UTC day (YYYY-MM-DD) at whose beginning a row
 * counts as seen: not later than the row's own time, so that what was collected of that time outranks it, and a matter of
 * the row alone, so that it is the same at every import, whichever rows come with it.
 */
export async function writePeriods<Table extends WritableTable>(
  { db, patience, runId }: ImportTarget,
  table: Table,
  rows: WritableRows[Table][],
  periodOf: (row: WritableRows[Table]) => string,
): Promise<number> {
  const periods = new Map<string, WritableRows[Table][]>()
  for (const row of rows) {
    const period = periodOf(row)
    const others = periods.get(period)
    if (others === undefined) periods.set(period, [row])
    else others.push(row)
  }
  const written = await pMap(
    periods,
    ([day, ofPeriod]) =>
      writeRows(db, { [table]: ofPeriod }, { observedAt: new Date(`${day}T00:00:00Z`), runId, patience }),
    { concurrency: PERIODS_AT_ONCE },
  )
  return written.reduce((sum, period) => sum + period.written, 0)
}
