/** Indicators and features of every coin whose inputs changed, from its first changed hour on, stored together. */
import pMap from 'p-map'
import { DAY_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { computeFrom, fearGreedColumns, type IndexOfDays } from '../../db/queries/crypto-forecast/prices.ts'
import { rowsOfRun } from '../../db/queries/rows-of-run.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import { indexFeatures, type DailyIndex } from './features.ts'
import { COINS_AT_ONCE, FORMULAS, gridSeries, type GridSeries } from './grid-series.ts'

/** Rows older than this are a history and not the last hours: one coin of it at a time, because of its memory. */
const HISTORY_MS = 30 * DAY_MS

/** Computes what is due. Each coin is one transaction, so that an activity killed in between resumes with the rest. */
export async function computeGrid(context: ActivityContext, run: Run): Promise<SourceCounts> {
  const { db, settings, signal, retryBudget, clock } = context
  const fearGreed = await withDatabaseRetry(retryBudget, () => fearGreedColumns(db))
  const index = indexOfDays(fearGreed, clock().getTime())
  const coins = settings.coins.map(({ id }) => id)
  const due = await pMap(
    coins,
    async (crypto) => ({
      crypto,
      fromMs:
        (await withDatabaseRetry(retryBudget, () =>
          computeFrom(db, crypto, { formulas: FORMULAS, index }),
        )) ?? Infinity,
    }),
    { concurrency: COINS_AT_ONCE, signal },
  )
  const isHistory = due.some(({ fromMs }) => clock().getTime() - fromMs > HISTORY_MS)
  await pMap(
    due.filter(({ fromMs }) => fromMs < Infinity),
    ({ crypto, fromMs }) => computeCoin(context, run, { crypto, fromMs, fearGreed }),
    { concurrency: isHistory ? 1 : COINS_AT_ONCE, signal },
  )
  // Counts all attempts of this activity: an earlier one may have been killed between two coins.
  const written = await withDatabaseRetry(retryBudget, () => rowsOfRun(db, run.runId, ['crypto_prices']))
  return { outcome: 'complete', fetched: 0, written, rejected: 0, why: [] }
}

/**
 * What every day from the index's first on has of it. A row reads up to 30 days: comparing its own day alone would miss a
 * late one for which the grid has no hour.
 */
function indexOfDays(fearGreed: DailyIndex, nowMs: number): IndexOfDays {
  const today = Math.floor(nowMs / DAY_MS)
  const first = fearGreed.day[0] ?? today + 1
  const day = Int32Array.from({ length: Math.max(0, today - first + 1) }, (_, place) => first + place)
  return {
    day,
    columns: indexFeatures(
      Float64Array.from(day, (number) => number * DAY_MS),
      fearGreed,
    ),
  }
}

async function computeCoin(
  { db, retryBudget, clock }: ActivityContext,
  run: Run,
  { crypto, fromMs, fearGreed }: { crypto: string; fromMs: number; fearGreed: DailyIndex },
): Promise<void> {
  const grid = await withDatabaseRetry(retryBudget, () => gridSeries(db, crypto, fearGreed))
  const rows = { crypto_prices: rowsOf(crypto, grid, fromMs) }
  await writeRows(db, rows, { observedAt: clock(), runId: run.runId, retryBudget })
}

/** Returns the rows from an hour on; values that are not warmed up are null, never NaN. */
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
