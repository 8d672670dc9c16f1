/** Reads Binance's hourly candles; pure. */
import * as z from 'zod'
import { HOUR_MS } from '../../core/durations.ts'
import { count, parseBody, parseRows, type RejectedRow } from '../payload.ts'

export interface HourCandle {
  /** Milliseconds since 1970, a full hour. */
  openMs: number
  open: number
  high: number
  low: number
  close: number
  /** Traded in the quote currency. */
  volume: number
  trades: number
}

/** A number as Binance sends it: as text, so that no digits are lost. */
export const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'not a non-negative decimal')
  .transform(Number)
  .pipe(z.number())
const price = decimal.pipe(z.number().positive())

const klineSchema = z
  .tuple(
    // openMs, open, high, low, close, base volume, closeMs, quote volume, trades, taker base, taker quote, unused
    [count, price, price, price, price, decimal, count, decimal, count, z.string(), z.string(), z.string()],
    z.unknown(),
  )
  .transform(([openMs, open, high, low, close, , closeMs, volume, trades]) => ({
    closeMs,
    candle: { openMs, open, high, low, close, volume, trades } satisfies HourCandle,
  }))
  .refine(({ candle }) => candle.openMs % HOUR_MS === 0, 'does not open on a full hour')
  .refine(({ candle, closeMs }) => closeMs === candle.openMs + HOUR_MS - 1, 'is not an hour long')
  .refine(
    ({ candle: { open, high, low, close } }) => low <= Math.min(open, close) && Math.max(open, close) <= high,
    'low and high do not enclose open and close',
  )

const rowsSchema = z.array(z.unknown())

/** When a refused row says that it opened, milliseconds since 1970; undefined if it does not. */
export function openingOf(row: unknown): number | undefined {
  return z.tuple([count], z.unknown()).safeParse(row).data?.[0]
}

/**
 * Reads the body of `GET /api/v3/klines?interval=1h`. A candle that closes at `nowMs` or later is still open and left
 * out: its numbers are not final. Throws `PayloadInvalid` if the body is no list.
 */
export function parseKlines(body: string, nowMs: number): { rows: HourCandle[]; rejected: RejectedRow[] } {
  const { rows, rejected } = parseRows(klineSchema, parseBody(rowsSchema, body, 'binance GET /api/v3/klines'))
  const closed = rows.filter(({ closeMs }) => closeMs < nowMs).map(({ candle }) => candle)
  return { rows: closed.sort((a, b) => a.openMs - b.openMs), rejected }
}
