/** The words in which a run tells what it got. Pure: workflows, database and command line share them. */

/** `skipped` sources were not asked (no credentials); `partial` ones answered, but not with all, or not well. */
export type SourceOutcome = 'complete' | 'partial' | 'failed' | 'skipped'

/** What one source of a run gave. */
export interface SourceCounts {
  outcome: SourceOutcome
  /** Rows that the upstream gave. */
  fetched: number
  /** Rows that this run stored or changed. */
  written: number
  /** Rows refused by validation; they are in `quarantine`. */
  rejected: number
  /** One sentence for each thing that was not as it should be. */
  why: string[]
  /** Rows that lie in the spool because the database is away; they are loaded when it is back. */
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
  /** Only where the outcome is failed or skipped: a failure name and a sentence. */
  error?: { type: string; message: string }
}

/** A source of which nothing is known yet. */
export const NOTHING: SourceCounts = { outcome: 'complete', fetched: 0, written: 0, rejected: 0, why: [] }

/** A run lists at most this many reasons a source: five thousand mods must not fill the history. */
const WHY_LIMIT = 20

/** Adds two parts of one source; the worse outcome wins, a skipped part counts as nothing. */
export function addCounts(a: SourceCounts, b: SourceCounts): SourceCounts {
  const asked = [a, b].filter((part) => part.outcome !== 'skipped' || a.outcome === b.outcome)
  const spooled = (a.spooled ?? 0) + (b.spooled ?? 0)
  const why = [...new Set(asked.flatMap((part) => part.why))]
  const sum: SourceCounts = {
    outcome: worse(a.outcome, b.outcome),
    fetched: a.fetched + b.fetched,
    written: a.written + b.written,
    rejected: a.rejected + b.rejected,
    why: spooled === 0 ? why.slice(0, WHY_LIMIT) : why,
  }
  return spooled === 0 ? sum : withSpooled(sum, spooled)
}

/** The sentence of `withSpooled`: of two parts it is told once, with their sum. */
const SPOOLED_SENTENCE = /^spooled \d+ rows?: the database is away$/

/** Counts of a part of which so many rows went into the spool in place of the database: it is not complete yet. */
export function withSpooled(counts: SourceCounts, rows: number): SourceCounts {
  const others = counts.why.filter((sentence) => !SPOOLED_SENTENCE.test(sentence))
  return {
    ...counts,
    outcome: counts.outcome === 'failed' ? 'failed' : 'partial',
    spooled: rows,
    why: [`spooled ${rows} ${rows === 1 ? 'row' : 'rows'}: the database is away`, ...others].slice(
      0,
      WHY_LIMIT,
    ),
  }
}

function worse(a: SourceOutcome, b: SourceOutcome): SourceOutcome {
  if (a === b) return a
  if (a === 'skipped') return b
  if (b === 'skipped') return a
  return a === 'complete' && b === 'complete' ? 'complete' : 'partial'
}

/** Whether rows of a run lie in the spool: what is made of stored rows cannot be made yet. */
export function isSpooled(counts: RunCounts): boolean {
  return Object.values(counts).some(({ spooled }) => spooled !== undefined)
}

/** The outcome of a run from those of its sources: skipped sources do not spoil a complete run. */
export function outcomeOf(counts: RunCounts): RunOutcome {
  const asked = Object.values(counts).filter((source) => source.outcome !== 'skipped')
  if (asked.length === 0) return 'skipped'
  if (asked.every((source) => source.outcome === 'complete')) return 'complete'
  if (asked.every((source) => source.outcome === 'failed')) return 'failed'
  return 'partial'
}
