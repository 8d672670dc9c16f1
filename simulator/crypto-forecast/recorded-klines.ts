/** Recorded candles in the place of a random walk. */
import * as z from 'zod'
import { HOUR_MS } from '../../core/durations.ts'
import { Failure } from '../../core/failures.ts'
import type { CoinSeries, Kline } from './kline.ts'

const decimal = z.string().regex(/^\d+(\.\d+)?$/)
const klineSchema: z.ZodType<Kline> = z.tuple([
  z.int().multipleOf(HOUR_MS),
  decimal,
  decimal,
  decimal,
  decimal,
  decimal,
  z.int(),
  decimal,
  z.int().min(0),
  decimal,
  decimal,
  z.string(),
])

/**
 * Serves recorded hourly rows, in the exchange's own shape, as they are; hours that are missing are gaps.
 * @throws Failure `Misconfigured` for no row at all or one of another shape.
 */
export function createRecorded(symbol: string, rows: readonly (readonly unknown[])[]): CoinSeries {
  const parsed = z.array(klineSchema).min(1).safeParse(rows)
  if (!parsed.success) {
    throw new Failure(
      'Misconfigured',
      `The recorded klines of ${symbol} are not hourly rows of Binance: ${z.prettifyError(parsed.error)}`,
    )
  }
  const sorted = [...parsed.data].sort(([a], [b]) => a - b)
  const byOpen = new Map(sorted.map((row) => [row[0], row]))
  const firstMs = sorted[0]?.[0] ?? 0
  return {
    firstMs,
    kline: (openMs, nowMs) => (openMs > nowMs ? undefined : byOpen.get(openMs)),
    priceAt: (ms, nowMs) => {
      const openMs = Math.floor(ms / HOUR_MS) * HOUR_MS
      const row = byOpen.get(openMs)
      if (row === undefined) return closeBefore(sorted, ms)
      // the hour that goes on stands at its recorded close, for the exchange and the market alike
      const done = nowMs < openMs + HOUR_MS ? 1 : (ms - openMs) / HOUR_MS
      return Number(row[1]) * (1 - done) + Number(row[4]) * done
    },
    quoteVolume: (openMs) => Number(byOpen.get(openMs)?.[7] ?? 0),
  }
}

/** Close of the newest row that opens before `ms`: in a gap, and after the last row, the price does not change. */
function closeBefore(sorted: readonly Kline[], ms: number): number | undefined {
  const row = sorted.findLast(([openMs]) => openMs < ms)
  return row === undefined ? undefined : Number(row[4])
}
