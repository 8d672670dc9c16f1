/** Tables that every pipeline shares: runs, raw payloads, rejected rows. */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { Reason } from '../../core/reason.ts'
import { asRunCounts, type RunCounts, type StoredCounts } from '../../core/run-outcome.ts'

import type { KeptTables } from '../kept.ts'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
/** As text, which keeps the order in which the sources are reported; jsonb would sort them by length. */
const runCounts = customType<{ data: RunCounts; driverData: Record<string, StoredCounts> }>({
  dataType: () => 'json',
  fromDriver: asRunCounts,
})
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** One row per run; outlives Temporal's retention. `finished_at` null means open: one open run a pipeline. */
export const pipelineRuns = pgTable(
  'pipeline_runs',
  {
    /** Temporal's run id of the first execution; the same through continue-as-new. */
    runId: text('run_id').primaryKey(),
    workflowId: text('workflow_id').notNull(),
    pipeline: text().notNull(),
    trigger: text().notNull(),
    startedAt: moment('started_at').notNull(),
    finishedAt: moment('finished_at'),
    /** `running` while open, then complete, partial, failed, skipped, cancelled or interrupted. */
    outcome: text().notNull().default('running'),
    counts: runCounts().notNull().default({}),
    errorType: text('error_type'),
    errorMessage: text('error_message'),
  },
  (table) => [
    uniqueIndex('pipeline_runs_one_open')
      .on(table.pipeline)
      .where(sql`finished_at is null`),
    index('pipeline_runs_recent').on(table.pipeline, table.startedAt.desc()),
    index('pipeline_runs_newest').on(table.startedAt),
  ],
)

/**
 * Response bodies that rows were made from, gzip-compressed, so that rows can be derived again without the upstream.
 */
export const rawPayloads = pgTable(
  'raw_payloads',
  {
    /** SHA-256 of the address and the body, hexadecimal. */
    hash: text().primaryKey(),
    source: text().notNull(),
    /** Address without secrets. */
    url: text().notNull(),
    observedAt: moment('observed_at').notNull(),
    runId: text('run_id').notNull(),
    /** Compressed size. */
    bytes: integer().notNull(),
    body: bytea().notNull(),
  },
  (table) => [index('raw_payloads_age').on(table.source, table.observedAt)],
)

/** Upstream rows that failed validation, with the reason; the rest of their batch went on. */
export const quarantine = pgTable(
  'quarantine',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    source: text().notNull(),
    reason: text().notNull(),
    row: jsonb().notNull(),
    /** SHA-256 of the row, so that a retried step does not store it twice. */
    rowHash: text('row_hash').notNull(),
    observedAt: moment('observed_at').notNull(),
    runId: text('run_id').notNull(),
  },
  (table) => [
    unique('quarantine_once_a_run').on(table.runId, table.source, table.rowHash),
    // Doubted values (db/queries/doubts.ts), which are counted day by day.
    index('quarantine_doubts')
      .on(table.source, sql`("row" ->> 'of')`)
      .where(sql`"row" ? 'doubted'`),
  ],
)

/** Events for notifiers; one row per run and kind, whatever sends it. */
export const runEvents = pgTable(
  'run_events',
  {
    runId: text('run_id').notNull(),
    /** Such as `library-night`. */
    type: text().notNull(),
    pipeline: text().notNull(),
    payload: json().notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.type] })],
)

/** Runs of a pipeline that runs every minute: the old records of complete runs, summed per hour. */
export const pipelineRunHours = pgTable(
  'pipeline_run_hours',
  {
    pipeline: text().notNull(),
    hour: moment('hour').notNull(),
    runs: integer().notNull(),
    fetched: bigint({ mode: 'number' }).notNull(),
    written: bigint({ mode: 'number' }).notNull(),
    rejected: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.pipeline, table.hour] })],
)

/** What a run found of the stored rows: one row a check. */
export const checkResults = pgTable(
  'check_results',
  {
    runId: text('run_id').notNull(),
    pipeline: text().notNull(),
    /** What was looked at. */
    tableName: text('table_name').notNull(),
    name: text().notNull(),
    /** What of the table, such as a coin; empty if all of it. */
    subject: text().notNull(),
    /** The database's clock, in whole milliseconds. */
    checkedAt: moment('checked_at').notNull(),
    passed: boolean().notNull(),
    /** Rows that break it, or what else it counts. */
    found: integer().notNull(),
    /** What that means; null of a check that passed and has nothing to say. */
    finding: json().$type<Reason>(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.tableName, table.name, table.subject] }),
    index('check_results_of_pipeline').on(table.pipeline, table.checkedAt.desc()),
    index('check_results_newest').on(table.checkedAt),
  ],
)

/** What came of a check is told in the run's record for longer; those of a pipeline that runs every minute are many. */
const CHECK_DAYS = 14

/** How each grows, and whether old rows may be removed. */
export const sharedKept: KeptTables = {
  pipeline_runs: {
    grows: 'a row a run; of a run every minute only those that were not complete, after two days',
    age: 'started_at',
    where: 'finished_at is not null',
  },
  pipeline_run_hours: { grows: 'a row an hour of a pipeline that runs every minute', age: 'hour' },
  run_events: { grows: 'a row a run that has something to tell', age: 'created_at' },
  quarantine: { grows: 'a row for each row that was rejected', age: 'observed_at' },
  // By the runs that add them, so that they are bounded whichever pipelines are on.
  raw_payloads: {
    grows:
      'the responses of every run; kept for RAW_PAYLOAD_DAYS within RAW_PAYLOAD_MB a source, and removed at the end of each run',
  },
  check_results: { grows: 'a row a run and check', age: 'checked_at', days: CHECK_DAYS },
}
