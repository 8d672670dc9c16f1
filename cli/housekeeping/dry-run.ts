/** A dry run of housekeeping: what would be removed, table by table. */
import { createHousekeepingActivities } from '../../activities/housekeeping/index.ts'
import { dueFiles, type DueFiles } from '../../activities/housekeeping/old-files.ts'
import type { Config } from '../../config/load-config.ts'
import type { RemovedRows } from '../../db/queries/housekeeping/old-rows.ts'
import { counted } from '../../wording/text.ts'
import { archivePlaces } from '../../worker/pipelines/housekeeping.ts'
import type { DryFindings, DryRun } from '../cli-part.ts'

export async function dryRun(dry: DryRun<'housekeeping'>): Promise<DryFindings> {
  const activities = createHousekeepingActivities(dry.dependencies)
  let removed: RemovedRows[] = []
  await dry.source('rows', async () => {
    const found = await activities.removeOldRows(dry.run)
    removed = found.removed.filter(({ rows }) => rows > 0)
    return found.counts
  })
  const due = dueFilesOf(dry.config)
  await dry.source('sizes', () => activities.measureGrowth(dry.run))
  return {
    json: {
      removed: Object.fromEntries(byTable(removed)),
      files: { archived: due.old, removed: due.outdated },
    },
    lines: [
      ...(removed.length === 0 ? ['no row is older than it is to be kept'] : []),
      ...[...byTable(removed)].map(([table, rows]) => `${table}: ${counted(rows, 'row')} would be removed`),
      ...due.old.map((path) => `${path} would be compressed into the archive`),
      ...due.outdated.map((path) => `${path} would be removed`),
    ],
  }
}

/** Rows that go, of a table that loses some whole and some thinned together. */
function byTable(removed: readonly RemovedRows[]): Map<string, number> {
  const rowsOf = new Map<string, number>()
  for (const { table, rows } of removed) rowsOf.set(table, (rowsOf.get(table) ?? 0) + rows)
  return rowsOf
}

/** In the stack's own folders, which a dry run changes nothing in. */
function dueFilesOf(config: Config): DueFiles {
  const { archived, archives } = archivePlaces(config)
  const { archive_days: archiveDays, keep_archives_days: keepDays } = config.tracked.housekeeping
  return dueFiles(archived, archives, { archiveDays, keepDays, now: new Date() })
}
