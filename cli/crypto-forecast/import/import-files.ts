/** Imports recognised files of the old collector and of Binance, and reports on each. */
import { readFile } from 'node:fs/promises'
import { newReport, type FileReport } from '../../import/file-report.ts'
import { importEntries, importLines, type FileImport, type Stored } from '../../import/import-lines.ts'
import { parseJsonList } from '../../import/json-list.ts'
import { parseRecord } from '../../import/line-values.ts'
import { writePeriods, type ImportTarget } from '../../import/write-periods.ts'
import type { RecognisedFile } from './file-kinds.ts'
import { BARE_COLUMNS, klineColumns, klineLines, type ImportedCandle } from './kline-lines.ts'
import { parseFearGreedLine, priceColumns, tableLines } from './table-lines.ts'
import type { TrackedCoins } from './tracked-coins.ts'

/** What all files of an import share. */
export interface ImportContext extends ImportTarget {
  coins: TrackedCoins
  /** The time of the import: nothing can have been seen later. */
  now: Date
}

type Of<Kind extends RecognisedFile['kind']> = Extract<RecognisedFile, { kind: Kind }>
type Task<Kind extends RecognisedFile['kind']> = FileImport & { file: Of<Kind>; context: ImportContext }

/** Imports one file. Rows that stand already are not changed, so an import may be repeated or go on after a failure. */
export async function importFile(
  context: ImportContext,
  file: RecognisedFile,
  onProgress: FileImport['onProgress'],
): Promise<FileReport> {
  const { path, kind } = file
  const report = newReport(path, kind)
  const shared = { path, report, onProgress, context }
  switch (kind) {
    case 'prices':
      await importPrices({ ...shared, file })
      break
    case 'predictions':
      await importPredictions({ ...shared, file })
      break
    case 'fear_greed_index':
      await importFearGreed({ ...shared, file })
      break
    case 'price_comparisons':
      await importComparisons({ ...shared, file })
      break
    case 'klines':
      await importKlines({ ...shared, file })
      break
  }
  return report
}

async function importPrices(task: Task<'prices'>): Promise<void> {
  const { context, file, report } = task
  const schema = tableLines(context.now, context.coins).prices
  const days = new Set<string>()
  await importLines(task, {
    format: { delimiter: file.delimiter, columns: priceColumns },
    parse: (record) => parseRecord(schema, { crypto: file.crypto, ...record }),
    store: (rows) => {
      for (const { timestamp } of rows) days.add(dayOf(timestamp))
      return stored(writePeriods(context, 'imported_prices', rows, monthOf))
    },
  })
  const sorted = [...days].sort()
  const [from, to] = [sorted.at(0), sorted.at(-1)]
  if (from === undefined || to === undefined) return
  report.notes.push(
    'kept as they were in imported_prices and no part of the hourly grid: the old rows mix days and moments',
    `real hours of the same time: npx almanac backfill crypto-forecast --from ${from} --to ${to} --only-missing`,
  )
}

async function importPredictions(task: Task<'predictions'>): Promise<void> {
  const { context, file, report } = task
  const schema = tableLines(context.now, context.coins).predictions
  await importLines(task, {
    format: { delimiter: file.delimiter },
    parse: (record) => parseRecord(schema, record),
    store: (rows) => stored(writePeriods(context, 'imported_predictions', rows, monthOf)),
  })
  report.notes.push(
    'kept in imported_predictions and not scored: the old model predicted a price that was known already',
  )
}

async function importFearGreed(task: Task<'fear_greed_index'>): Promise<void> {
  const { context, file, report } = task
  const schema = tableLines(context.now, context.coins).fear_greed_index
  await importLines(task, {
    format: { delimiter: file.delimiter },
    parse: (record) => parseFearGreedLine(schema, record),
    store: (rows) =>
      stored(writePeriods(context, 'fear_greed_index', rows, ({ date }) => firstOfMonth(date))),
  })
  if (report.written > 0) report.notes.push('the next run computes the features that these days change')
}

async function importComparisons(task: Task<'price_comparisons'>): Promise<void> {
  const { context, file, report } = task
  const schema = tableLines(context.now, context.coins).price_comparisons
  const timestamp = file.takenAt
  await importLines(task, {
    format: { delimiter: file.delimiter },
    parse: (record) => parseRecord(schema, record),
    store: (rows) =>
      stored(
        writePeriods(
          context,
          'price_comparisons',
          rows.map((row) => ({ ...row, timestamp })),
          monthOf,
        ),
      ),
  })
  report.notes.push(`compared at ${timestamp.toISOString()}: the time in the file's name, taken as UTC`)
}

async function importKlines(task: Task<'klines'>): Promise<void> {
  const { context, file, report, path } = task
  const lines = klineLines(context.now.getTime())
  const store = (candles: ImportedCandle[]) => storeCandles(context, file.crypto, candles)
  if (file.shape === 'json') {
    const list = parseJsonList(await readFile(path, 'utf8'), path, 'a list of candles, each a list')
    await importEntries(report, list.map(lines.json), store)
  } else {
    const columns = file.shape === 'bare' ? BARE_COLUMNS : klineColumns
    await importLines(task, { format: { delimiter: file.delimiter, columns }, parse: lines.csv, store })
  }
  if (report.written > 0)
    report.notes.push(`candles of ${file.crypto}: the next run computes crypto_prices from them`)
}

/** Candles that a run has collected stand; imported ones fill what it does not have. */
async function storeCandles(
  context: ImportContext,
  crypto: string,
  candles: ImportedCandle[],
): Promise<Stored> {
  const closed = candles.filter((candle) => candle !== undefined)
  const rows = closed.map(({ openMs, open, high, low, close, volume }) => {
    const prices = { open, high, low, close }
    return {
      crypto,
      timestamp: new Date(openMs),
      source: 'binance' as const,
      ...prices,
      volume,
      volume24h: null,
    }
  })
  const written = await writePeriods(context, 'candles', rows, monthOf)
  return { written, skipped: { 'the hour is not over yet': candles.length - closed.length } }
}

const stored = async (written: Promise<number>): Promise<Stored> => ({ written: await written, skipped: {} })

/** Rows count as seen when their month began: a day each would be as right, and cost a transaction each. */
const monthOf = ({ timestamp }: { timestamp: Date }): string => firstOfMonth(timestamp.toISOString())
const firstOfMonth = (time: string): string => `${time.slice(0, 'YYYY-MM'.length)}-01`
const dayOf = (moment: Date): string => moment.toISOString().slice(0, 'YYYY-MM-DD'.length)
