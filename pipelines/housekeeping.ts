/** housekeeping: what is kept and for how long, when it runs. */
import * as z from 'zod'
import { MINUTE_MS } from '../core/durations.ts'
import { reason } from '../wording/reason.ts'
import { definePipeline, ENABLED, nightly, runParams, timeOfDay, timezone } from './definition.ts'

const days = z.int().min(1).max(36_500)

const section = z.strictObject({
  enabled: z.boolean().default(true).describe(ENABLED),
  time: timeOfDay.default('03:30').describe('When it runs every night, HH:MM'),
  timezone: timezone.default('UTC').describe('Time zone of `time`'),
  backup: z.boolean().default(true).describe('Whether a backup is made every night'),
  archive_days: days
    .default(7)
    .describe(
      'CSV and log files whose content is older than this many days are compressed into `data/archives`',
    ),
  keep_archives_days: days.default(30).describe('Archives are removed after so many days'),
  thin_days: z
    .record(z.string(), days)
    .default({})
    .describe(
      'Tables of whose older days only the newest row of each thing is kept, and after how many days. docs/pipelines/housekeeping.md says which can be thinned',
    ),
  keep_days: z
    .record(z.string(), days)
    .default({})
    .describe(
      'Tables whose older rows are removed, and after how many days. The others are kept as docs/pipelines/housekeeping.md says',
    ),
})

export const housekeeping = definePipeline({
  id: 'housekeeping',
  summary: 'Makes a backup every night, removes what is older than it is to be kept, and measures what grows',
  workflow: 'housekeepingWorkflow',
  params: z.strictObject(runParams),
  section,
  timing: (settings) => nightly(settings.time, settings.timezone),
  databaseRetryBudgetMs: 10 * MINUTE_MS,
  noBackfill: () => reason('kept-now-only'),
  demo: { section: () => ({ enabled: true }) },
})
