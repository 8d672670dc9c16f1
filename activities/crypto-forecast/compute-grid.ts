/** Indicators and features of every coin whose inputs changed, from its first changed hour on, stored in one go. */
import { withPatience } from '../../db/patience.ts'
import { computeFrom, fearGreedColumns } from '../../db/queries/prices.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../run-outcome.ts'
import type { Run } from '../../workflows/recorded-run.ts'
import { FORMULAS, gridSeries, type GridSeries } from './grid-series.ts'
import type { StepContext } from './index.ts'

/** Computes what must be; a coin is one transaction, so that a step killed between two finds its work again. */
export async function computeGrid(
  { db, settings, signal, patience, clock }: StepContext,
  run: Run,
): Promise<SourceCounts> {
  const fearGreed = await withPatience(patience, () => fearGreedColumns(db))
  let written = 0
  for (const { id: crypto } of settings.coins) {
    signal.throwIfAborted()
    const fromMs = await withPatience(patience, () => computeFrom(db, crypto, FORMULAS))
    if (fromMs === undefined) continue
    const grid = await withPatience(patience, () => gridSeries(db, crypto, fearGreed))
    const rows = { crypto_prices: rowsOf(crypto, grid, fromMs) }
    written += (await writeRows(db, rows, { observedAt: clock(), runId: run.runId, patience })).written
  }
  return { outcome: 'complete', fetched: 0, written, rejected: 0, why: [] }
}

/** The rows from an hour on; what is not warmed up yet is null, never NaN. */
function rowsOf(
  crypto: string,
  { candles, indicators, features }: GridSeries,
  fromMs: number,
): WritableRows['crypto_prices'][] {
  const { openMs, source, open, high, low, close, volume } = candles
  const columns = Object.entries({ open, high, low, volume, ...indicators, ...features })
  const first = openMs.findIndex((opened) => opened >= fromMs)
  return Array.from(openMs.subarray(first), (opened, offset) => {
    const index = first + offset
    const row: WritableRows['crypto_prices'] & Record<string, unknown> = {
      crypto,
      timestamp: new Date(opened),
      source: source[index] ?? 'binance',
      formulas: FORMULAS,
      price: close[index] ?? NaN,
    }
    for (const [name, column] of columns) {
      const value = column[index] ?? NaN
      row[name] = Number.isNaN(value) ? null : value
    }
    return row
  })
}
