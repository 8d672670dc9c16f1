/** What the watch found, what it means, and the frame of a message, in English. */
import type { Reason } from '../../core/reason.ts'
import type { Say, SentenceTable } from '../table.ts'
import { counted, minute, span } from '../text.ts'

const GB = 1_000_000_000
const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`

const OUTCOMES: Record<string, string> = { interrupted: 'was interrupted' }

/** A failure in its own sentence: its name is for programs. */
const because = (why: Reason, say: Say): string => {
  const message = why.code === 'failure' ? why.values?.['message'] : undefined
  return typeof message === 'string' ? message : say(why)
}

export const alerts = {
  'alert-database-away': ({ why }: { why: Reason }, say: Say) =>
    `The database does not answer: ${because(why, say)}`,
  'alert-temporal-away': ({ why }: { why: Reason }, say: Say) =>
    `Temporal does not answer: ${because(why, say)}`,
  'alert-worker-away': 'No worker is running.',
  'alert-tables-differ': ({ applied, known }: { applied: number; known: number }) =>
    `The database holds ${counted(applied, 'migration')}, and this version knows ${known}.`,
  'alert-disk-low': ({ folder, freeBytes }: { folder: string; freeBytes: number }) =>
    `${folder} has ${gigabytes(freeBytes)} left on its disk.`,
  'alert-disk-filling': ({
    folder,
    freeBytes,
    fullOn,
  }: {
    folder: string
    freeBytes: number
    fullOn: string
  }) =>
    `The disk of ${folder} is full on ${fullOn} if it goes on like this; ${gigabytes(freeBytes)} are left.`,
  'alert-watch-away': ({ at }: { at: string }) => `The page and its watch give no sign since ${minute(at)}.`,
  'alert-watch-forgets': ({ why }: { why: Reason }, say: Say) =>
    `The watch cannot keep what it told: ${because(why, say)}`,
  'alert-schedule-gone': ({ pipeline }: { pipeline: string }) => `The schedule of ${pipeline} is gone.`,
  'alert-schedule-paused': ({ pipeline, why }: { pipeline: string; why: Reason }, say: Say) =>
    `The schedule of ${pipeline} is paused${because(why, say) === '' ? '' : `: ${because(why, say)}`}.`,
  'alert-run-late': ({ pipeline, dueAt }: { pipeline: string; dueAt: string }) =>
    `A run of ${pipeline} was due at ${minute(dueAt)} and did not start.`,
  'alert-run-long': ({ pipeline, since, usualMs }: { pipeline: string; since: string; usualMs: number }) =>
    `A run of ${pipeline} goes on since ${minute(since)}; 95 of 100 end within ${span(usualMs)}.`,
  'alert-runs-skipped': ({ pipeline, since }: { pipeline: string; since: string }) =>
    `Every run of ${pipeline} since ${minute(since)} found another one going on.`,
  'alert-run-failed': (
    { pipeline, outcome, why }: { pipeline: string; outcome: string; why: Reason | null; runId: string },
    say: Say,
  ) =>
    `The last run of ${pipeline} ${OUTCOMES[outcome] ?? outcome}${why === null ? '.' : `: ${because(why, say)}`}`,
  'alert-key-refused': (
    { pipeline, source, why }: { pipeline: string; source: string; why: Reason },
    say: Say,
  ) => `${source} (${pipeline}) refuses the key: ${because(why, say)}`,
  'alert-upstream-blocked': ({
    client,
    pipeline,
    status,
    until,
  }: {
    client: string
    pipeline: string
    status: number | null
    until: string
  }) =>
    `${client} (${pipeline}) ${status === null ? 'has no budget left' : `answered ${status}`}, and is not asked before ${minute(until)}.`,
  'alert-fields-vanished': ({
    client,
    pipeline,
    fields,
  }: {
    client: string
    pipeline: string
    fields: readonly string[]
  }) => `Answers of ${client} (${pipeline}) no longer have ${fields.join(', ')}.`,
  'alert-source-partial': (
    {
      pipeline,
      source,
      runs,
      why,
    }: { pipeline: string; source: string; runs: number; why: readonly Reason[] },
    say: Say,
  ) =>
    `${source} (${pipeline}) was incomplete in the last ${runs} runs${why.length === 0 ? '.' : `: ${why.map((one) => because(one, say)).join('; ')}`}`,
  'alert-data-old': ({
    pipeline,
    source,
    at,
    allowedMs,
  }: {
    pipeline: string
    source: string
    at: string
    allowedMs: number
  }) => `The newest data of ${source} (${pipeline}) is of ${minute(at)}, more than ${span(allowedMs)} old.`,
  'alert-unsound': (
    { pipeline, breaches, others }: { pipeline: string; breaches: readonly Reason[]; others: number },
    say: Say,
  ) =>
    `Stored rows of ${pipeline} are not as they must be: ${breaches.map(say).join('; ')}${others === 0 ? '' : `; and ${others} more`}.`,
  'alert-spool-waiting': ({ segments, oldestAt }: { segments: number; oldestAt: string }) =>
    `Rows wait in the spool since ${minute(oldestAt)}, though the database answers (${counted(segments, 'segment')}).`,
  'alert-dead-letters': ({ deadLetters }: { deadLetters: number }) =>
    `${counted(deadLetters, 'dead letter')} in the spool: rows that the database refused.`,
  'alert-backup-failed': ({ at, why }: { at: string; why: Reason }, say: Say) =>
    `The backup of ${minute(at)} does not count: ${because(why, say)}`,
  'alert-backup-damaged': ({ files }: { files: readonly string[] }) =>
    `${files.length === 1 ? 'A kept backup is' : 'Kept backups are'} no longer as written: ${files.join(', ')}`,
  'alert-backup-late': ({ at }: { at: string | null }) =>
    at === null ? 'There is no backup yet.' : `The newest backup is of ${minute(at)}.`,
  'alert-test': 'This is a test: the channel works.',

  'means-news': 'A summary; nothing is wrong.',
  'means-test': 'Messages of this stack arrive here.',
  'means-database-away':
    'Rows that are collected wait in the spool, and are loaded when it is back; pages show no data.',
  'means-temporal-away':
    'Nothing is collected until it is back; missed runs are then caught up where that is possible.',
  'means-worker-away':
    'Nothing is collected until one runs; missed runs are then caught up where that is possible.',
  'means-tables-differ': 'Runs fail until program and tables are of one version.',
  'means-disk-low': 'PostgreSQL stops when it cannot write.',
  'means-disk-filling': 'PostgreSQL stops when it cannot write.',
  'means-watch-away':
    'Runs go on, the page does not open, and no other fault is told. page.log says why it does not start.',
  'means-watch-forgets': 'It goes on; after a restart it tells again what stands.',
  'means-schedule-gone': 'The pipeline runs only when somebody starts it.',
  'means-schedule-paused': 'Until it is resumed the pipeline runs only when somebody starts it.',
  'means-run-late': 'Its newest data is missing.',
  'means-run-long': 'Runs that were due meanwhile do not start.',
  'means-runs-skipped': 'One run does not end, and no other can begin.',
  'means-run-failed': 'What it should have collected is missing.',
  'means-key-refused': 'Nothing is collected from there until the key is changed.',
  'means-upstream-blocked': 'What comes from there is missing until then.',
  'means-fields-vanished':
    'Their format may have changed: what is read there is missing from new rows, or the rows are rejected.',
  'means-source-partial': 'Rows are missing from each of these runs.',
  'means-data-old': 'What pages and files show of it is out of date.',
  'means-unsound': 'These rows may be wrong. They stay until a run or a person corrects them.',
  'means-spool-waiting': 'These rows are safe on disk, and not in the database.',
  'means-dead-letters': 'They are kept on disk, and are in no table until the cause is mended.',
  'means-backup-failed': 'The last good backup is kept; what came after it is in none.',
  'means-backup-damaged':
    'It cannot be restored. Remove it, and look at the disk: the others are as they were written.',
  'means-backup-late': 'With the disk, everything since then would be lost.',

  'message-began': ({ what }: { what: Reason }, say: Say) => say(what),
  'message-news': ({ what }: { what: Reason }, say: Say) => say(what),
  'message-worse': ({ what }: { what: Reason }, say: Say) => `More than before: ${say(what)}`,
  'message-still': ({ what }: { what: Reason }, say: Say) => `Still: ${say(what)}`,
  'message-over': ({ what, lastedMs }: { what: Reason; lastedMs: number }, say: Say) =>
    `Over after ${span(lastedMs)}. It was: ${say(what)}`,
  'message-since': ({ at }: { at: string }) => `Since ${minute(at)}`,
  'message-last-good': ({ at }: { at: string }) => `Last good: ${minute(at)}`,
  'message-next': ({ command }: { command: string }) => `Next: ${command}`,
} satisfies SentenceTable
