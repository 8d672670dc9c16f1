/** Where a history breaks: a model must not learn across a change of unit or a gap of months. */
import type { Reason } from '../../../core/reason.ts'
import { reason } from '../../../wording/reason.ts'
import { LONGEST_GAP_MS, LONGEST_WINDOW_DAYS } from '../candle-series.ts'
import { FEATURE_COLUMNS, type FeatureTable } from './feature-columns.ts'
import { isJump, shortly } from './plausible-price.ts'

/** A break between two neighbouring rows; times are when their candles opened. */
interface HistoryBreak {
  kind: 'gap' | 'jump'
  beforeMs: number
  afterMs: number
  /** Closes of the two. */
  before: number
  after: number
}

/** Rows without a break. */
export interface Stretch {
  /** A view of the whole table. */
  table: FeatureTable
  /** The break that it follows. */
  follows: HistoryBreak | undefined
}

/**
 * Splits a table at its breaks, oldest stretch first. Rows whose windows reach across a jump belong to none; after a gap
 * the features themselves begin again.
 */
export function stretchesOf(table: FeatureTable): [Stretch, ...Stretch[]] {
  const { openMs, columns } = table
  const stretches: Stretch[] = []
  let first = 0
  let follows: HistoryBreak | undefined
  const end = (row: number) => stretches.push({ table: rowsOf(table, Math.min(first, row), row), follows })
  for (let row = 1; row < openMs.length; row++) {
    const [beforeMs, afterMs] = [openMs[row - 1] ?? NaN, openMs[row] ?? NaN]
    const [before, after] = [columns.price[row - 1] ?? NaN, columns.price[row] ?? NaN]
    const isGap = afterMs - beforeMs > LONGEST_GAP_MS
    if (!isGap && !isJump(before, after)) continue
    end(row)
    follows = { kind: isGap ? 'gap' : 'jump', beforeMs, afterMs, before, after }
    first = isGap ? row : rowFrom(openMs, afterMs + LONGEST_GAP_MS)
  }
  end(openMs.length)
  return stretches as [Stretch, ...Stretch[]]
}

/** The stretch that holds the newest row; it has no rows while the newest ones reach across a jump. */
export function newestStretch(table: FeatureTable): Stretch {
  const stretches = stretchesOf(table)
  return stretches.at(-1) ?? stretches[0]
}

function rowFrom(openMs: Float64Array, fromMs: number): number {
  const row = openMs.findIndex((opened) => opened >= fromMs)
  return row < 0 ? openMs.length : row
}

function rowsOf(table: FeatureTable, from: number, to: number): FeatureTable {
  if (from === 0 && to === table.openMs.length) return table
  const columns = FEATURE_COLUMNS.map((name) => [name, table.columns[name].subarray(from, to)])
  return {
    stepMs: table.stepMs,
    openMs: table.openMs.subarray(from, to),
    columns: Object.fromEntries(columns) as FeatureTable['columns'],
  }
}

/** Says what broke the history, and how many rows that can be learned from came since. */
export function whyBroken(
  { kind, beforeMs, afterMs, before, after }: HistoryBreak,
  counts: { rows: number; needed: number },
): Reason {
  const times = { from: isoHour(beforeMs), to: isoHour(afterMs) }
  const prices = { before: shortly(before), after: shortly(after) }
  if (kind === 'gap') return reason('history-gap', { ...times, ...counts })
  return reason('history-jump', { at: times.to, ...prices, days: LONGEST_WINDOW_DAYS, ...counts })
}

const isoHour = (ms: number) => `${new Date(ms).toISOString().slice(0, 13)}:00Z`
