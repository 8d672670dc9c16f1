/** The kinds of findings: how bad each is, how long it may last unsaid, who must answer to know it, what explains it. */
import { DAY_MS, MINUTE_MS } from '../core/durations.ts'

export const SEVERITIES = ['warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Who was asked for what a finding says; while it does not answer, nobody knows whether the finding stands. */
export type Witness = 'database' | 'temporal' | 'files'

interface KindDeclaration {
  severity: Severity
  /** What heals itself within this time is not told, in milliseconds. */
  holdMs: number
  witnesses: readonly Witness[]
}

/** An embedded server that ended is started again within seconds, on a busy machine within a minute. */
const RESTART_MS = 3 * MINUTE_MS
/** A run that failed is followed by another within minutes, if its pipeline runs that often. */
const NEXT_RUN_MS = 10 * MINUTE_MS

export const KINDS = {
  'database-away': { severity: 'critical', holdMs: RESTART_MS, witnesses: [] },
  'temporal-away': { severity: 'critical', holdMs: RESTART_MS, witnesses: [] },
  /** Its own last sign is a minute old by then. */
  'worker-away': { severity: 'critical', holdMs: 0, witnesses: ['temporal'] },
  'tables-differ': { severity: 'critical', holdMs: RESTART_MS, witnesses: ['database'] },
  'disk-low': { severity: 'critical', holdMs: 0, witnesses: ['files'] },
  'disk-filling': { severity: 'warning', holdMs: 0, witnesses: ['files'] },
  /** Told by the guard, from beside the worker; a page that is started again looks within a minute. */
  'watch-away': { severity: 'critical', holdMs: 2 * MINUTE_MS, witnesses: [] },
  /** Its own state cannot be written: in this process it goes on. */
  'watch-forgets': { severity: 'warning', holdMs: 0, witnesses: [] },
  'schedule-gone': { severity: 'critical', holdMs: RESTART_MS, witnesses: ['temporal'] },
  'schedule-paused': { severity: 'warning', holdMs: DAY_MS, witnesses: ['temporal'] },
  'run-late': { severity: 'critical', holdMs: 0, witnesses: ['database', 'temporal'] },
  'run-long': { severity: 'warning', holdMs: 0, witnesses: ['database'] },
  'runs-skipped': { severity: 'warning', holdMs: 0, witnesses: ['database'] },
  'run-failed': { severity: 'critical', holdMs: NEXT_RUN_MS, witnesses: ['database'] },
  'key-refused': { severity: 'critical', holdMs: 0, witnesses: ['database'] },
  'upstream-blocked': { severity: 'warning', holdMs: NEXT_RUN_MS, witnesses: ['database'] },
  /** One answer may be odd; the next ones come within minutes, or in the next night. */
  'fields-vanished': { severity: 'warning', holdMs: NEXT_RUN_MS, witnesses: ['database'] },
  'source-partial': { severity: 'warning', holdMs: NEXT_RUN_MS, witnesses: ['database'] },
  'data-old': { severity: 'critical', holdMs: NEXT_RUN_MS, witnesses: ['database'] },
  unsound: { severity: 'critical', holdMs: NEXT_RUN_MS, witnesses: ['database'] },
  'spool-waiting': { severity: 'warning', holdMs: NEXT_RUN_MS, witnesses: ['files'] },
  'dead-letters': { severity: 'warning', holdMs: 0, witnesses: ['files'] },
  /** No fault: a summary for who asked for it. */
  news: { severity: 'warning', holdMs: 0, witnesses: [] },
  /** Sent on demand. */
  test: { severity: 'critical', holdMs: 0, witnesses: [] },
  /** Attempts follow each other within minutes while the database is away. */
  'backup-failed': { severity: 'warning', holdMs: NEXT_RUN_MS, witnesses: ['files'] },
  'backup-damaged': { severity: 'warning', holdMs: 0, witnesses: ['files'] },
  'backup-late': { severity: 'warning', holdMs: 0, witnesses: ['files'] },
} as const satisfies Record<string, KindDeclaration>

export type Kind = keyof typeof KINDS

/** What explains a kind: while one of these stands for everything, or for the same pipeline and sources, the kind itself is not told. */
export const CAUSES: Partial<Record<Kind, readonly Kind[]>> = {
  'worker-away': ['temporal-away'],
  'schedule-gone': ['temporal-away'],
  'run-late': [
    'database-away',
    'temporal-away',
    'worker-away',
    'schedule-gone',
    'schedule-paused',
    'run-long',
    'runs-skipped',
    'tables-differ',
  ],
  'run-long': ['database-away', 'temporal-away', 'worker-away', 'tables-differ'],
  'runs-skipped': ['run-long', 'worker-away', 'temporal-away'],
  'run-failed': ['database-away', 'disk-low', 'tables-differ', 'key-refused'],
  'source-partial': ['database-away', 'disk-low', 'key-refused', 'upstream-blocked', 'run-failed'],
  'data-old': [
    'database-away',
    'temporal-away',
    'worker-away',
    'schedule-gone',
    'schedule-paused',
    'run-late',
    'run-long',
    'runs-skipped',
    'run-failed',
    'key-refused',
    'upstream-blocked',
    'source-partial',
    'tables-differ',
  ],
  unsound: ['database-away', 'disk-low', 'run-failed', 'tables-differ'],
  'spool-waiting': ['database-away', 'temporal-away', 'worker-away', 'tables-differ'],
  'disk-filling': ['disk-low'],
  'watch-forgets': ['disk-low'],
  'backup-failed': ['database-away', 'disk-low'],
  'backup-late': ['backup-failed'],
}
