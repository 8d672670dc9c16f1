/** English: the codes that all pipelines share, and those of the pipelines. */
import type { CoreReasons, Reason } from '../core/reason.ts'
import type { Intersection } from '../core/intersection.ts'
import * as byPipeline from './by-pipeline.ts'
import { counted, minute, span } from './text.ts'
import { alerts } from './alerts/en.ts'
import { requests } from './requests/en.ts'
import type { Say, SentenceTable } from './table.ts'

/** The tables of the pipelines. */
export const PIPELINE_SENTENCES = Object.values(byPipeline).map(({ en }) => en)

interface ValueDoubted {
  measure: string
  of: string
  before: number
  now: number
  others: number
  days: number
}

interface SegmentOfRows {
  rows: number
  tables: readonly string[]
  observedAt: string
  runId: string
}

interface Breach {
  table: string
  means: Reason
  found: number
  of: readonly string[]
}

/** The first of what was found, and how many more there are. */
const listedFirst = (first: readonly string[], found: number) =>
  first.join(', ') + (found > first.length ? `, and ${found - first.length} more` : '')

const amount = (value: number) => value.toLocaleString('en-US')

export const shared = {
  ...requests,
  ...alerts,
  failure: ({ type, message }: CoreReasons['failure']) => `${type}: ${message}`,
  text: ({ text }: CoreReasons['text']) => text,
  spooled: ({ rows }: CoreReasons['spooled']) =>
    `spooled ${counted(rows, 'row')}: the database is unavailable`,
  source: ({ source, reasons }: CoreReasons['source'], say: Say) =>
    `${source}: ${reasons.map(say).join('; ')}`,
  RunFailed: ({ sources }: CoreReasons['RunFailed'], say: Say) => sources.map(say).join(' | '),
  AlreadyRunning: ({ workflowId, since }: { workflowId: string; since: string }) =>
    `already running: ${workflowId}, since ${since}`,
  NoBackfill: ({ pipeline, scheduledFor }: { pipeline: string; scheduledFor: string }) =>
    `no backfill: ${pipeline} stores what the upstreams count now, and ${scheduledFor} has passed`,
  Interrupted: 'the workflow ended without closing this record (it was terminated, or its server lost it)',
  RecordRefused: ({ message }: { message: string }) =>
    `the reasons of this run could not be stored: ${message}`,
  /** Marks an implausible response of an upstream: it is not believed. */
  suspicious: ({ finding }: { finding: Reason }, say: Say) => `suspicious: ${say(finding)}`,
  'no-credentials': ({ setting }: { setting: string }) => `no credentials: ${setting} is not set`,
  'key-missing': ({ upstream, setting, address }: { upstream: string; setting: string; address: string }) =>
    `${upstream} is not asked, since ${setting} is not set: a key is free at ${address}; write ${setting}='…' in .env, in single quotes, and start Almanac again.`,
  'replay-nobody': 'no pipeline reads its responses again',
  'rows-refused': ({ rows }: { rows: number }) => `${counted(rows, 'row')} rejected, see quarantine`,
  'replay-cut':
    'the replay was ended before it had read everything: what it wrote stays, and the same replay again reads the rest',
  'replay-nothing-stored': 'nothing is stored that could be read again',
  'replay-nothing-since': ({ since }: { since: string }) =>
    `nothing is stored that was observed since ${minute(since)} and could be read again`,
  'replay-nothing-read': ({ responses, rejected }: { responses: number; rejected: number }) =>
    `nothing could be read: ${counted(responses, 'stored response')} gave no row, ${counted(rejected, 'row')} rejected again`,
  /** Rows that break a check (db/data-check.ts): of which table, what is wrong, how many and the first of them. */
  breach: ({ table, means, found, of }: Breach, say: Say) =>
    `${table}: ${say(means)} (${listedFirst(of, found)})`,
  'breach-below': ({ column, from }: { column: string; from: number }) =>
    `${column} is below ${from}, or no number`,
  'breach-range': ({ column, from, to }: Record<'from' | 'to', number> & { column: string }) =>
    `${column} is not within ${from} to ${to}`,
  'breach-ahead': ({ column }: { column: string }) => `${column} is later than now`,
  'breach-count': ({ percent, days }: { percent: number; days: number }) =>
    `less than ${percent} % of the rows that a day usually has (median of ${days} days)`,
  'breach-groups': ({ least, days }: { least: number; days: number }) =>
    `no row, though it was collected and had some on ${least} or more of the last ${days} days`,
  'breach-total': ({ column, percent }: { column: string; percent: number }) =>
    `the total of ${column} fell by more than ${percent} % since the day before`,
  /** The first of the changes of one measure that are not believed (core/plausibility.ts), and how many others. */
  'value-doubted': ({ measure, of, before, now, others, days }: ValueDoubted) =>
    `${measure} of ${of} changed from ${amount(before)} to ${amount(now)}${others === 0 ? '' : ` (and ${others} more like it)`}: ` +
    `not stored, unless it is seen on ${days} days`,
  /** A segment of the spool that was not loaded: its rows with their tables, when they were observed, and by which run. */
  'segment-of-rows': ({ rows, tables, observedAt, runId }: SegmentOfRows) =>
    rows === 0
      ? `it holds responses without rows (${minute(observedAt)}, run ${runId})`
      : `it holds ${counted(rows, 'row')} of ${tables.join(', ')} (${minute(observedAt)}, run ${runId}), which the database lacks`,
  'segment-of-ending': ({ runId, endedAt }: { runId: string; endedAt: string }) =>
    `it holds the ending of run ${runId} (${minute(endedAt)}), whose record is closed as interrupted`,
  'left-to-next-run': ({ message }: { message: string }) => `left to the next run: ${message}`,
  /** A file in DATA_DIR that the next run writes. */
  'file-left': ({ file, reason }: { file: string; reason: Reason }, say: Say) =>
    `${file} was not written: ${say(reason)}`,
  /** The last step of a run failed: its record is closed without it. */
  'not-closed': ({ reason }: { reason: Reason }, say: Say) => `the last step failed: ${say(reason)}`,
  'clock-behind': ({ behindMs }: { behindMs: number }) =>
    `the clock of this machine is ${span(behindMs)} behind the database's: what was stored with a later time was kept. ` +
    'Correct one of the two (systemd: timedatectl set-ntp true)',
  /** Why a schedule is as it is; the first three are the notes of ours in Temporal's Web UI. */
  'schedule-on': 'On in almanac.yaml',
  'schedule-off': 'Off in almanac.yaml: set enabled to true there, and start again',
  'schedule-not-started': 'Left out of the last start (--only, or the collector alone)',
  'schedule-missing': ({ command }: { command: string }) => `run "${command}"`,
  /** Several reasons for one thing. */
  several: ({ reasons }: { reasons: readonly Reason[] }, say: Say) => reasons.map(say).join('; '),
} satisfies SentenceTable

export type English = typeof shared & Intersection<(typeof PIPELINE_SENTENCES)[number]>
