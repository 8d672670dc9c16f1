/** How a run reports what it collected. Pure: shared by workflows, database and command line. */
import { asReason, distinctReasons, failureReason, type Reason } from './reason.ts'

/** `skipped` sources were not contacted (no credentials); `partial` ones answered incompletely or with faults. */
export type SourceOutcome = 'complete' | 'partial' | 'failed' | 'skipped'

/** What one source contributed to a run. */
export interface SourceCounts {
  outcome: SourceOutcome
  /** Rows that the upstream returned and that could be read. */
  fetched: number
  /** Rows that this run stored or changed. */
  written: number
  /** Rows that failed validation; they are in `quarantine`. */
  rejected: number
  /** One reason per fault. */
  why: Reason[]
  /** Rows in the spool because the database is unavailable; they are loaded when it is back. */
  spooled?: number
}

/** By source name, for example `modrinth`. */
export type RunCounts = Record<string, SourceCounts>

export const RUN_OUTCOMES = ['complete', 'partial', 'failed', 'skipped', 'cancelled', 'interrupted'] as const
export type RunOutcome = (typeof RUN_OUTCOMES)[number]

/** How a run ended, as stored in `pipeline_runs` and returned by its workflow. */
export interface RunEnding {
  outcome: RunOutcome
  counts: RunCounts
  /** Only if the outcome is failed, skipped or interrupted. */
  error?: Reason
}

/** Counts as they may be stored: before reasons were records, `why` was a list of sentences. */
export interface StoredCounts extends Omit<SourceCounts, 'why'> {
  why: readonly (Reason | string)[]
}

/** An ending as it may be stored: before reasons were records, `error` was a name and a sentence. */
export interface StoredEnding extends Pick<RunEnding, 'outcome'> {
  counts: Record<string, StoredCounts>
  error?: Reason | { type: string; message: string }
}

/** Reads counts that may have been stored before reasons were records. */
export function asCounts({ why, ...counts }: StoredCounts): SourceCounts {
  const reasons = why.map(asReason)
  // `withSpooled` has always put its own first.
  if (counts.spooled !== undefined && typeof why[0] === 'string') reasons[0] = spooledReason(counts.spooled)
  return { ...counts, why: reasons }
}

/** Reads the counts of a run; see `asCounts`. */
export function asRunCounts(stored: Record<string, StoredCounts>): RunCounts {
  return Object.fromEntries(Object.entries(stored).map(([source, counts]) => [source, asCounts(counts)]))
}

/** Reads an ending that may have been stored before reasons were records. */
export function asEnding({ outcome, counts, error }: StoredEnding): RunEnding {
  const ending = { outcome, counts: asRunCounts(counts) }
  if (error === undefined) return ending
  return { ...ending, error: 'code' in error ? error : failureReason(error) }
}

/** A source without any result yet. */
export const NOTHING: SourceCounts = { outcome: 'complete', fetched: 0, written: 0, rejected: 0, why: [] }

/** Where the counts of a run tell what the checks of its rows found: no source, though it stands among them. */
export const CHECKS = 'checks'

/** At most this many reasons per source: five thousand mods must not fill the history. */
const WHY_LIMIT = 20

/** Adds two parts of one source. The worse outcome wins; a skipped part counts as nothing. */
export function addCounts(a: SourceCounts, b: SourceCounts): SourceCounts {
  const asked = [a, b].filter((part) => part.outcome !== 'skipped' || a.outcome === b.outcome)
  const spooled = (a.spooled ?? 0) + (b.spooled ?? 0)
  const why = distinctReasons(asked.flatMap((part) => part.why))
  const sum: SourceCounts = {
    outcome: worse(a.outcome, b.outcome),
    fetched: a.fetched + b.fetched,
    written: a.written + b.written,
    rejected: a.rejected + b.rejected,
    why: spooled === 0 ? why.slice(0, WHY_LIMIT) : why,
  }
  return spooled === 0 ? sum : withSpooled(sum, spooled)
}

/** Returns the counts of a part with this many rows in the spool instead of the database: it is not complete yet. */
export function withSpooled(counts: SourceCounts, rows: number): SourceCounts {
  // Two parts report it once, with their sum.
  const others = counts.why.filter(({ code }) => code !== SPOOLED)
  return {
    ...counts,
    outcome: counts.outcome === 'failed' ? 'failed' : 'partial',
    spooled: rows,
    why: [spooledReason(rows), ...others].slice(0, WHY_LIMIT),
  }
}

const SPOOLED = 'spooled'
const spooledReason = (rows: number): Reason => ({ code: SPOOLED, values: { rows } })

function worse(a: SourceOutcome, b: SourceOutcome): SourceOutcome {
  if (a === b) return a
  if (a === 'skipped') return b
  if (b === 'skipped') return a
  return a === 'complete' && b === 'complete' ? 'complete' : 'partial'
}

/** Returns an ending in which one source or file lacks something, for these reasons: a complete run is then partial. */
export function lacking(ending: RunEnding, source: string, why: readonly Reason[]): RunEnding {
  if (why.length === 0) return ending
  const before = ending.counts[source] ?? { ...NOTHING, outcome: 'failed' as const }
  const outcome: SourceOutcome = before.outcome === 'failed' ? 'failed' : 'partial'
  const counts = { ...before, outcome, why: distinctReasons([...before.why, ...why]).slice(0, WHY_LIMIT) }
  return {
    ...ending,
    outcome: ending.outcome === 'complete' ? 'partial' : ending.outcome,
    counts: { ...ending.counts, [source]: counts },
  }
}

/** Whether rows of a run are in the spool: what is computed from stored rows cannot be computed yet. */
export function isSpooled(counts: RunCounts): boolean {
  return Object.values(counts).some(({ spooled }) => spooled !== undefined)
}

/** Returns the outcome of a run from those of its sources. Skipped sources do not make a complete run partial. */
export function outcomeOf(counts: RunCounts): RunOutcome {
  const asked = Object.values(counts).filter((source) => source.outcome !== 'skipped')
  if (asked.length === 0) return 'skipped'
  if (asked.every((source) => source.outcome === 'complete')) return 'complete'
  if (asked.every((source) => source.outcome === 'failed')) return 'failed'
  return 'partial'
}

/** Returns why a run with these counts failed; undefined if it did not. */
export function failureOf(counts: RunCounts): Reason | undefined {
  if (outcomeOf(counts) !== 'failed') return undefined
  const sources = Object.entries(counts).map(([source, { why }]) => ({
    code: 'source',
    values: { source, reasons: why },
  }))
  return { code: 'RunFailed', values: { sources } }
}
