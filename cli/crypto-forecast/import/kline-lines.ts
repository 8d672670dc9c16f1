/**
 * Binance's candles as files: its public CSV with and without a header (https://data.binance.vision, times in
 * microseconds since 2025) and the API's JSON lists. Every row passes the door of the live candles. Pure.
 */
import { parse } from 'csv-parse/sync'
import { HOUR_MS } from '../../../core/durations.ts'
import { parseKlines, type HourCandle } from '../../../upstreams/binance/klines.ts'
import { columnNames, type Delimiter } from '../../import/csv-head.ts'
import type { Parsed } from '../../import/line-values.ts'

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
/** Lines in which the interval is looked for; one broken line should not decide for a file. */
const LINES_LOOKED_AT = 20
const OPEN_TIME = 0
const CLOSE_TIME = BARE_COLUMNS.indexOf('close_time')

/** Column names of a header as this importer calls them. */
export const klineColumns = (header: string[]): string[] =>
  columnNames(header).map((name) => ALIASES[name] ?? name)

/** Whether all needed columns are among the found ones. */
export const hasColumns = (found: string[], needed: readonly string[]): boolean => {
  const columns = new Set(klineColumns(found))
  return needed.every((name) => columns.has(name) || found.includes(name))
}

/** Whether a first line is a candle and no header. */
export const isBareKline = (line: string[]): boolean =>
  line.length === BARE_COLUMNS.length && line.every((value) => /^\d+(\.\d+)?$/.test(value.trim()))

/** What a file holds where the lines at its beginning are no hours, in words; undefined where they are, or where it has no line. */
export function refusedInterval(
  head: string,
  shape: 'header' | 'bare' | 'json',
  delimiter: Delimiter,
): string | undefined {
  const lines = shape === 'json' ? jsonCells(head) : csvCells(head, shape, delimiter)
  const spans = lines.map((cells) => milliseconds(cells[1]) - milliseconds(cells[0]) + 1)
  if (spans.length === 0 || spans.includes(HOUR_MS)) return undefined
  const span = spans.find((ms) => ms > 0)
  return span === undefined ? 'no open and close times' : `candles of ${inWords(span)}`
}

type Cells = [openTime: string | undefined, closeTime: string | undefined]

function csvCells(head: string, shape: 'header' | 'bare', delimiter: Delimiter): Cells[] {
  const lines = parse(head, {
    bom: true,
    delimiter,
    to: LINES_LOOKED_AT,
    skip_empty_lines: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_records_with_error: true,
  })
  const columns = shape === 'header' ? klineColumns(lines.shift() ?? []) : BARE_COLUMNS
  const [open, close] = [columns.indexOf('open_time'), columns.indexOf('close_time')]
  return lines.map((cells) => [cells[open], cells[close]])
}

/** The beginning of a file is no whole JSON, but the numbers of a list hold no bracket. */
const jsonCells = (head: string): Cells[] =>
  Array.from(head.matchAll(/\[([^[\]]+)\]/g))
    .slice(0, LINES_LOOKED_AT)
    .map(([, list = '']) => list.split(','))
    .map((cells) => [cells[OPEN_TIME], cells[CLOSE_TIME]])

function inWords(ms: number): string {
  const minutes = ms / 60_000
  const [count, unit] =
    minutes % (24 * 60) === 0
      ? [minutes / (24 * 60), 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** A candle, or nothing where it is still open. */
export type ImportedCandle = HourCandle | undefined

/** The parsers of a CSV line and of an entry of a JSON list, for an import at `nowMs`. */
export function klineLines(nowMs: number): {
  csv: (record: Record<string, string>) => Parsed<ImportedCandle>
  json: (entry: unknown) => Parsed<ImportedCandle>
} {
  return {
    csv: (record) => {
      const [openTime, open, high, low, close, volume, closeTime, quoteVolume, trades] = KLINE_COLUMNS.map(
        (name) => record[name]?.trim(),
      )
      const times = [milliseconds(openTime), milliseconds(closeTime)]
      const [openMs, closeMs] = times
      return parseKline([openMs, open, high, low, close, volume, closeMs, quoteVolume, Number(trades)], nowMs)
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

/** The parts that nobody stores, and that some dumps leave out. */
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
    (_, place: string) => BARE_COLUMNS[Number(place)] ?? 'the candle',
  )
  return { reason }
}

function milliseconds(text: string | undefined): number {
  const digits = /^\s*"?(\d+)"?\s*$/.exec(text ?? '')?.[1]
  return inMilliseconds(Number(digits ?? Number.NaN))
}

/** The last microsecond of an hour becomes its last millisecond; a first one that is not whole stays wrong. */
function inMilliseconds(time: number): number {
  if (!(time >= FIRST_MICROSECONDS)) return time
  return time % 1_000 === 999 ? Math.floor(time / 1_000) : time / 1_000
}
