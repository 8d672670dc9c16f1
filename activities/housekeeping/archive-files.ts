/** The archive of the night: old files are compressed into it, and old archives go. */
import { rmSync } from 'node:fs'
import type { Reason } from '../../core/reason.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import { reason } from '../../wording/reason.ts'
import { sourceCounts } from '../source-counts.ts'
import type { ActivityContext } from './activity-context.ts'
import { archiveFile, dueFiles } from './old-files.ts'

/** Counts the files that were compressed or removed. */
export async function archiveFiles(context: ActivityContext): Promise<SourceCounts> {
  const { settings, archived, archives, signal, clock } = context
  const now = clock()
  const due = dueFiles(archived, archives, {
    archiveDays: settings.archive_days,
    keepDays: settings.keep_archives_days,
    now,
  })
  const why: Reason[] = []
  for (const path of due.old)
    if (!(await archiveFile(path, archives, { now, signal }))) why.push(reason('file-not-archived', { path }))
  for (const path of due.outdated) rmSync(path)
  const fetched = due.old.length + due.outdated.length
  return sourceCounts({ fetched, written: fetched - why.length, rejected: 0, why })
}
