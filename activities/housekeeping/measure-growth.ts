/** How large tables and disks are tonight. */
import { sourceCounts } from '../source-counts.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { measureTables } from '../../db/queries/housekeeping/table-sizes.ts'
import { writeRows } from '../../db/write-rows.ts'
import { diskBytes, freeBytes, onDifferentDisks } from '../../system/free-space.ts'
import type { ActivityContext } from './activity-context.ts'

/** Stores a row for each table and each disk, of the UTC day on which the run started. */
export async function measureGrowth(context: ActivityContext, run: Run): Promise<SourceCounts> {
  const { db, folders, retryBudget, clock } = context
  const day = run.startedAt.slice(0, 'YYYY-MM-DD'.length)
  const tables = await withDatabaseRetry(retryBudget, () => measureTables(db))
  const table_sizes = tables.map((size) => ({ day, ...size }))
  const disk_sizes = onDifferentDisks(folders).map((folder) => ({
    day,
    folder,
    freeBytes: freeBytes(folder),
    bytes: diskBytes(folder),
  }))
  const options = { observedAt: clock(), runId: run.runId, retryBudget }
  const { written } = await writeRows(db, { table_sizes, disk_sizes }, options)
  return sourceCounts({ fetched: table_sizes.length + disk_sizes.length, written, rejected: 0, why: [] })
}
