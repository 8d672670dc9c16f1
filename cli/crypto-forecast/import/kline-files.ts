/** Files of candles: their coin, whether they are hourly, and their target. */
import { candleRows } from '../../../activities/crypto-forecast/binance-candles.ts'
import { basename } from 'node:path'
import { HOUR_MS } from '../../../core/durations.ts'
import { WrongUsage } from '../../../core/failures.ts'
import { duration } from '../../output.ts'
import { csvReader } from '../../../system/read-csv/csv-lines.ts'
import { splitRecord } from '../../../system/read-csv/csv-record.ts'
import { parseStart, type FileStart } from '../../../system/read-csv/file-start.ts'
import type { ImportKind } from '../../import/import-files.ts'
import { importRows, type RowImport, type Stored } from '../../import/import-rows.ts'
import { jsonReader } from '../../import/json-list.ts'
import { plainDecimal } from '../../../system/read-csv/numbers.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import {
  BARE_COLUMNS,
  CLOSE_TIME,
  KLINE_COLUMNS,
  klineColumns,
  klineLines,
  milliseconds,
  OPEN_TIME,
  type ImportedCandle,
} from './kline-lines.ts'
import { storeMonths } from './store-months.ts'
import type { TrackedCoins } from './tracked-coins.ts'

/** Lines that are checked for the interval; one broken line should not decide for a file. */
const LINES_CHECKED = 20

/** Candles without a header, with one, and as a JSON list of lists, for an import at `now`. */
export function klineKinds(now: Date, coins: TrackedCoins): ImportKind<ImportTarget>[] {
  const lines = klineLines(now.getTime())
  return [
    {
      name: 'klines',
      recognises: ({ firstLine }) => firstLine.startsWith('['),
      expected: "Binance's hourly candles as a JSON list of lists",
      plan: (file) =>
        klineImport(file, coins, jsonCells(file.text), {
          read: jsonReader(file, 'a list of candles, each a list'),
          parse: lines.json,
        }),
    },
    {
      name: 'klines',
      recognises: ({ header, notation }) =>
        header.length === BARE_COLUMNS.length &&
        header.every((value) => plainDecimal(value, notation) !== undefined),
      expected: "Binance's hourly candles as CSV without a header",
      plan: (file) =>
        klineImport(file, coins, csvCells(file, BARE_COLUMNS), {
          read: csvReader(file, BARE_COLUMNS),
          parse: lines.csv(file.notation),
        }),
    },
    {
      name: 'klines',
      columns: KLINE_COLUMNS,
      recognises: ({ header }) => KLINE_COLUMNS.every((name) => klineColumns(header).includes(name)),
      plan: (file) =>
        klineImport(file, coins, csvCells(file, klineColumns(file.header)).slice(1), {
          read: csvReader(file, klineColumns),
          parse: lines.csv(file.notation),
        }),
    },
  ]
}

type Cells = [openTime: string | undefined, closeTime: string | undefined]

/** Looks at the file's name and first candles before anything is written. */
function klineImport<Value>(
  { path }: FileStart,
  coins: TrackedCoins,
  first: Cells[],
  rows: Pick<RowImport<Value, ImportedCandle>, 'read' | 'parse'>,
): ReturnType<ImportKind<ImportTarget>['plan']> {
  const crypto = coins.inFileName(basename(path))
  if (crypto === undefined)
    throw new WrongUsage(
      `${path} holds candles, but its name holds no trading pair of almanac.yaml; expected one of: ${coins.pairs}.`,
    )
  const interval = otherInterval(first)
  if (interval !== undefined)
    throw new WrongUsage(
      `${path} holds ${interval}; expected candles of one hour (interval 1h, close_time = open_time + 3599999 ms).`,
    )
  return async (target, task) => {
    await importRows(task, { ...rows, store: (candles) => storeCandles(target, crypto, candles) })
    if (task.report.written > 0)
      task.report.notes.push(`candles of ${crypto}: the next run computes crypto_prices from them`)
  }
}

function csvCells({ text, delimiter }: FileStart, columns: string[]): Cells[] {
  const [open, close] = [columns.indexOf('open_time'), columns.indexOf('close_time')]
  return parseStart(text, delimiter, LINES_CHECKED).map((cells) => [cells[open], cells[close]])
}

/** The beginning of a file is no whole JSON, but the numbers of a list hold no bracket. */
const jsonCells = (text: string): Cells[] =>
  Array.from(text.matchAll(/\[([^[\]]+)\]/g))
    .slice(0, LINES_CHECKED)
    .map(([, list = '']) => splitRecord(list, ',').values)
    .map((cells) => [cells[OPEN_TIME], cells[CLOSE_TIME]])

/** What candles are that are no hours, in words; undefined if one of them is an hour, or if there is none. */
function otherInterval(lines: Cells[]): string | undefined {
  const spans = lines.map(([open, close]) => milliseconds(close) - milliseconds(open) + 1)
  if (spans.length === 0 || spans.includes(HOUR_MS)) return undefined
  const span = spans.find((ms) => ms > 0)
  return span === undefined ? 'no open and close times' : `candles of ${duration(span)}`
}

/** Candles that a run has collected stay; imported ones fill its gaps. */
async function storeCandles(
  target: ImportTarget,
  crypto: string,
  candles: ImportedCandle[],
): Promise<Stored> {
  const closed = candles.filter((candle) => candle !== undefined)
  const { written } = await storeMonths(target, 'candles', candleRows(crypto, closed))
  return { written, skipped: { 'the hour has not ended yet': candles.length - closed.length } }
}
