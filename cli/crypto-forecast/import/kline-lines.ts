/**
 * Binance's candles as files: its public CSV with and without a header (https://data.binance.vision, times in
 * microseconds since 2025) and the API's JSON lists. Every row passes the checks of the live candles. Pure.
 */
import { parseKlines, type HourCandle } from '../../../upstreams/binance/klines.ts'
import type { CsvRecord } from '../../../system/read-csv/csv-lines.ts'
import { columnNames } from '../../../system/read-csv/file-start.ts'
import type { Parsed } from '../../import/line-values.ts'
import type { Notation } from '../../../system/read-csv/notation.ts'
import { plainDecimal, wholeIn } from '../../../system/read-csv/numbers.ts'

/** Columns of a file without a header, in their order (https://github.com/binance/binance-public-data#klines). */
export const BARE_COLUMNS = [
  'open_time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'close_time',
  'quote_volume',
  'trades',
  'taker_buy_base',
  'taker_buy_quote',
  'unused',
]
/** Columns that a header must have: those that are stored or show that the line is a candle. */
export const KLINE_COLUMNS = BARE_COLUMNS.slice(0, 9)

/** Other names of the same columns, in other dumps and programs. */
const ALIASES: Record<string, string> = {
  quote_asset_volume: 'quote_volume',
  count: 'trades',
  number_of_trades: 'trades',
}

/** Later than the year 5000 in milliseconds: what is larger counts microseconds. */
const FIRST_MICROSECONDS = 1e14
export const OPEN_TIME = 0
export const CLOSE_TIME = BARE_COLUMNS.indexOf('close_time')
const TIMES = new Set(['open_time', 'close_time'])

/** Column names of a header as this importer calls them. */
export const klineColumns = (header: string[]): string[] =>
  columnNames(header).map((name) => ALIASES[name] ?? name)

/** A candle, or nothing if it is still open. */
export type ImportedCandle = HourCandle | undefined

/** The parsers of a CSV line, by the notation of its file, and of an entry of a JSON list, for an import at `nowMs`. */
export function klineLines(nowMs: number): {
  csv: (notation: Notation) => (record: CsvRecord) => Parsed<ImportedCandle>
  json: (entry: unknown) => Parsed<ImportedCandle>
} {
  return {
    csv: (notation) => (record) => {
      const cells = KLINE_COLUMNS.map((name) => {
        const cell = record[name]?.trim() ?? ''
        if (TIMES.has(name)) return milliseconds(cell)
        return name === 'trades' ? wholeIn(cell) : (plainDecimal(cell, notation) ?? cell)
      })
      return parseKline(cells, nowMs)
    },
    json: (entry) => {
      if (!Array.isArray(entry)) return parseKline(entry, nowMs)
      const cells: unknown[] = [...(entry as unknown[])]
      for (const index of [OPEN_TIME, CLOSE_TIME])
        if (typeof cells[index] === 'number') cells[index] = inMilliseconds(cells[index])
      return parseKline(cells, nowMs)
    },
  }
}

/** The parts that are not stored, and that some dumps leave out. */
const UNSTORED = ['0', '0', '0']

function parseKline(cells: unknown, nowMs: number): Parsed<ImportedCandle> {
  const whole =
    Array.isArray(cells) && cells.length === KLINE_COLUMNS.length
      ? [...(cells as unknown[]), ...UNSTORED]
      : cells
  const { rows, rejected } = parseKlines(JSON.stringify([whole]), nowMs)
  const [wrong] = rejected
  if (wrong === undefined) return { row: rows[0] }
  // `1: not a decimal; (row): …`: places of the list by their names.
  const reason = wrong.reason.replaceAll(
    /(?<=^|; )(\d+|\(row\)):/g,
    (_, place: string) => BARE_COLUMNS[wholeIn(place) ?? -1] ?? 'the candle',
  )
  return { reason }
}

/** A time of a file in milliseconds; NaN if it is none. */
export function milliseconds(text: string | undefined): number {
  const digits = /^"?([^"]*)"?$/.exec((text ?? '').trim())?.[1] ?? ''
  return inMilliseconds(wholeIn(digits) ?? Number.NaN)
}

/** The last microsecond of an hour becomes its last millisecond; a first one that is not whole stays wrong. */
function inMilliseconds(time: number): number {
  if (!(time >= FIRST_MICROSECONDS)) return time
  return time % 1_000 === 999 ? Math.floor(time / 1_000) : time / 1_000
}
