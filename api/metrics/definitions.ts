/** Every metric of `/metrics`: its name, what it says, and what tells its series apart. */

export interface Definition {
  name: string
  type: 'gauge' | 'counter' | 'histogram'
  help: string
  labels: readonly string[]
}

const gauge = (name: string, help: string, ...labels: string[]): Definition => ({
  name: `almanac_${name}`,
  type: 'gauge',
  help,
  labels,
})
const counter = (name: string, help: string, ...labels: string[]): Definition => ({
  ...gauge(name, help, ...labels),
  type: 'counter',
})

/** Its series are `…_bucket` with the label `le`, `…_sum` and `…_count`. */
const histogram = (name: string, help: string, ...labels: string[]): Definition => ({
  ...gauge(name, help, ...labels),
  type: 'histogram',
})

/** By the name that code uses. Times are seconds since 1970; what nobody knows has no series. */
export const DEFINITIONS = {
  build: gauge(
    'build_info',
    'Always 1; its labels are versions and the stack, live or demo.',
    'version',
    'node',
    'stack',
  ),
  up: gauge('up', 'Whether a server answers (1) or is away (0).', 'server'),
  enabled: gauge('pipeline_enabled', 'Whether a pipeline is on (1) or off (0) in almanac.yaml.', 'pipeline'),
  runs: counter('runs_total', 'Runs that have ended.', 'pipeline', 'outcome'),
  runOpen: gauge('run_open', 'Whether a run is going on (1).', 'pipeline'),
  runOutcome: gauge('run_last_outcome', 'How the newest run ended (1).', 'pipeline', 'outcome'),
  runDuration: gauge('run_last_duration_seconds', 'How long the newest run took.', 'pipeline'),
  runUsual: gauge(
    'run_usual_duration_seconds',
    'How long the newest fifty runs took: so many percent of them no longer than this.',
    'pipeline',
    'percentile',
  ),
  runEnd: gauge('run_last_end_timestamp_seconds', 'End of the newest run.', 'pipeline'),
  runData: gauge('run_last_data_timestamp_seconds', 'Start of the newest run that gave data.', 'pipeline'),
  sourceOutcome: gauge(
    'source_last_outcome',
    'How a source of the newest run ended (1).',
    'pipeline',
    'source',
    'outcome',
  ),
  sourceRows: gauge(
    'source_last_rows',
    'Rows of a source in the newest run: fetched, written, rejected.',
    'pipeline',
    'source',
    'kind',
  ),
  dataAge: gauge('data_age_seconds', 'Age of the newest data of a source.', 'pipeline', 'source'),
  dataAllowed: gauge('data_age_allowed_seconds', 'How old that may be.', 'pipeline', 'source'),
  checks: gauge('checks', 'Checks of stored rows in the newest run that made any.', 'pipeline'),
  checksBroken: gauge('checks_broken', 'Those of them that did not pass.', 'pipeline'),
  budgetLimit: gauge(
    'upstream_budget_limit',
    'Requests, or their weight, that an upstream allows in a window.',
    'client',
    'quota',
  ),
  budgetLeft: gauge(
    'upstream_budget_remaining',
    'What is left of it in the window that goes on.',
    'client',
    'quota',
  ),
  blocked: gauge('upstream_blocked', 'Whether an upstream gets no request now (1).', 'client', 'quota'),
  blockedAt: gauge(
    'upstream_last_block_timestamp_seconds',
    'When it last asked for a pause, with the status of its refusal; without one if its budget ran low.',
    'client',
    'quota',
    'status',
  ),
  calls: counter(
    'upstream_calls_total',
    'Calls of an upstream that have ended, by the status of the answer; timeout or broken without one.',
    'client',
    'quota',
    'status',
  ),
  callRetries: counter(
    'upstream_retries_total',
    'Those of them that an attempt of a step after its first made.',
    'client',
    'quota',
  ),
  callSeconds: histogram('upstream_call_duration_seconds', 'How long calls took.', 'client', 'quota'),
  fields: counter(
    'upstream_fields_total',
    'Answers of an upstream in which a field that is read was missing, or one was unknown.',
    'client',
    'object',
    'field',
    'drift',
  ),
  databaseSize: gauge('database_size_bytes', 'Size of the database.'),
  migrationsApplied: gauge('migrations_applied', 'Migrations that the database has.'),
  migrationsKnown: gauge('migrations_known', 'Migrations of this version; more than applied: migrate.'),
  workers: gauge('workers', 'Workers that asked for work in the last 75 seconds.'),
  scheduleActive: gauge(
    'schedule_active',
    'Whether a schedule is active (1), or paused or missing (0).',
    'pipeline',
  ),
  retrying: gauge('steps_retrying', 'Steps of open runs that have failed and are tried again.', 'pipeline'),
  spoolSegments: gauge('spool_segments', 'Segments of the spool that wait for the database.'),
  spoolRows: gauge('spool_rows', 'Rows in them.'),
  spoolSize: gauge('spool_size_bytes', 'Size of everything in the spool, dead letters too.'),
  spoolLimit: gauge('spool_limit_bytes', 'How large it may become: SPOOL_MB.'),
  spoolOldest: gauge('spool_oldest_timestamp_seconds', 'When the oldest waiting segment was written.'),
  deadLetters: gauge('dead_letters', 'Segments that cannot be loaded.'),
  diskFree: gauge('disk_free_bytes', 'What may still be written to the disk of a folder.', 'disk'),
  backup: gauge(
    'backup_last_timestamp_seconds',
    'When the newest backup that was restored and compared was made.',
  ),
  alerts: gauge('alerts', 'Alerts that stand, silenced or not.', 'kind', 'severity'),
  messagesWaiting: gauge('alert_messages_waiting', 'Messages that a channel has not taken yet.', 'channel'),
  watched: gauge('watch_last_look_timestamp_seconds', 'When the watch looked last.'),
} as const satisfies Record<string, Definition>

export type MetricKey = keyof typeof DEFINITIONS
