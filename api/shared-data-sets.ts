/** Data sets that no pipeline owns, below `/api/data/stack/`. */
import { type DataSets, filter, integer, moment, number, run, text } from './data-set.ts'

/** The sum of a count over the sources of a run. */
const sumOf = (count: string) =>
  `(select sum((source.counts ->> '${count}')::bigint) from json_each(r.counts) as source(name, counts)) as ${count}`

export const SHARED_DATA_SETS = {
  runs: {
    row: 'a run of a pipeline',
    sql: `select r.started_at, r.run_id, r.workflow_id, r.pipeline, r.trigger, r.finished_at,
        extract(epoch from r.finished_at - r.started_at)::double precision as seconds, r.outcome, ${sumOf('fetched')},
        ${sumOf('written')}, ${sumOf('rejected')}, r.counts::text as counts, r.error_type, r.error_message
      from pipeline_runs r`,
    columns: {
      started_at: moment('When it began, UTC'),
      run_id: run('Run, as the rows that it wrote name it'),
      workflow_id: filter('Its workflow in Temporal'),
      pipeline: filter('Pipeline'),
      trigger: filter('What started it: `schedule`, `manual`, `start`, `demo` or `drain`'),
      finished_at: moment('When it ended, UTC; empty while it runs'),
      seconds: number('How long it took', 's'),
      outcome: filter('`running`, `complete`, `partial`, `failed`, `skipped`, `cancelled` or `interrupted`'),
      fetched: integer('Rows that its sources returned', 'rows'),
      written: integer('Rows that it stored or changed', 'rows'),
      rejected: integer('Rows that were rejected', 'rows'),
      counts: text('Outcome, counts and reasons of each source, as JSON'),
      error_type: filter('Name of what ended it, if something did'),
      error_message: text('What ended it, in a sentence'),
    },
    time: 'started_at',
    order: ['started_at', 'run_id'],
  },
  checks: {
    row: 'a check of stored rows at the end of a run',
    sql: `select case when passed then 'sound' else 'unsound' end as soundness, checked_at, pipeline, table_name, name, subject, found, finding::text as finding, run_id
      from check_results`,
    columns: {
      soundness: filter('`unsound` if something was wrong, which comes first, or `sound`'),
      checked_at: moment('When it was made, UTC'),
      pipeline: filter('Pipeline'),
      table_name: filter('Table whose rows were looked at'),
      name: filter('Name of the check'),
      subject: filter('What of the table, such as a coin; empty if all of it'),
      found: integer('Rows that break it, or what else it counts'),
      finding: text('What was found, as JSON'),
      run_id: run('Run that looked'),
    },
    time: 'checked_at',
    // Downwards: "unsound" stands before "sound", and of each the newest.
    order: ['soundness', 'checked_at', 'run_id', 'table_name', 'name', 'subject'],
    // Of two weeks.
    fewRows: true,
  },
  'rejected-rows': {
    row: 'a row of a source that was rejected',
    sql: `select id, observed_at, source, reason, "row"::text as "row", run_id from quarantine`,
    columns: {
      id: integer('Number of the row'),
      observed_at: moment('When it was rejected, UTC'),
      source: filter('Source that returned it'),
      reason: text('Why it was rejected'),
      row: text('The row, as JSON'),
      run_id: run('Run that rejected it'),
    },
    time: 'observed_at',
    order: ['id'],
  },
} satisfies DataSets
