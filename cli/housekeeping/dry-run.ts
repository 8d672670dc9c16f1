/** A dry run of housekeeping: what would be removed, table by table. */
import { createHousekeepingActivities } from '../../activities/housekeeping/index.ts'
import type { RemovedRows } from '../../db/queries/housekeeping/old-rows.ts'
import { counted } from '../../wording/text.ts'
import type { DryFindings, DryRun } from '../cli-part.ts'

export async function dryRun(dry: DryRun<'housekeeping'>): Promise<DryFindings> {
  const activities = createHousekeepingActivities(dry.dependencies)
  let removed: RemovedRows[] = []
  await dry.source('rows', async () => {
    const found = await activities.removeOldRows(dry.run)
    removed = found.removed.filter(({ rows }) => rows > 0)
    return found.counts
  })
  await dry.source('sizes', () => activities.measureGrowth(dry.run))
  return {
    json: { removed: Object.fromEntries(removed.map(({ table, rows }) => [table, rows])) },
    lines:
      removed.length === 0
        ? ['no row is older than it is to be kept']
        : removed.map(({ table, rows }) => `${table}: ${counted(rows, 'row')} would be removed`),
  }
}
