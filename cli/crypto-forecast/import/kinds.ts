/** The files of crypto-forecast: tables of the old collector, Fear & Greed as published, candles. */
import { basename } from 'node:path'
import { almanacCommand } from '../../../core/command-name.ts'
import { WrongUsage } from '../../../core/failures.ts'
import { dueScores } from '../../../db/queries/crypto-forecast/predictions.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { csvReader, type CsvRecord } from '../../../system/read-csv/csv-lines.ts'
import type { FileReport } from '../../import/file-report.ts'
import type { FileStart } from '../../../system/read-csv/file-start.ts'
import type { ImportKind } from '../../import/import-files.ts'
import { importRows } from '../../import/import-rows.ts'
import { dayOf, parseRecord, type Parsed } from '../../import/line-values.ts'
import { columnsOf } from '../../import/unused-columns.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import { klineKinds } from './kline-files.ts'
import { storeMonths, type ImportedTable } from './store-months.ts'
import { parseFearGreedLine, priceColumns, tableLines } from './table-lines.ts'
import type { TrackedCoins } from './tracked-coins.ts'

/** What a forecast must state to be scored: from when it was made, and for when. */
const FORECAST_COLUMNS = [
  'target_time',
  'crypto',
  'horizon',
  'model_version',
  'timestamp',
  'made_at',
  'predicted_price',
  'last_price',
  'decision',
]

/** The kinds, for an import at `now`. */
export function cryptoKinds(now: Date, coins: TrackedCoins): ImportKind<ImportTarget>[] {
  const linesOf = ({ notation }: FileStart) => tableLines(now, coins, notation)
  const fearGreed = (columns: string[]) =>
    table('fear_greed_index', columns, {
      into: 'fear_greed_index',
      reads: () => columns,
      parserOf: (file) => {
        const { fear_greed_index: schema } = linesOf(file)
        return (record) => parseFearGreedLine(schema, record)
      },
      notes: ({ written }) =>
        written > 0 ? ['the next run computes the features that these days change'] : [],
    })
  return [
    ...klineKinds(now, coins),
    {
      name: 'price_comparisons',
      columns: ['crypto', 'coingecko price', 'binance price'],
      reads: (file) => columnsOf(linesOf(file).price_comparisons),
      plan: (file) => {
        const timestamp = timeOfComparison(file.path)
        const { price_comparisons: schema } = linesOf(file)
        return async (target, task) => {
          await importRows(task, {
            read: csvReader(file),
            parse: (record) => parseRecord(schema, record),
            store: (rows) => {
              const compared = rows.map((row) => ({ ...row, timestamp }))
              return storeMonths(target, 'price_comparisons', compared)
            },
          })
          const time = timestamp.toISOString()
          task.report.notes.push(`compared at ${time}: the time in the file's name, taken as UTC`)
        }
      },
    },
    {
      name: 'forecasts',
      columns: FORECAST_COLUMNS,
      reads: (file) => columnsOf(linesOf(file).forecasts),
      plan: (file) => {
        const { forecasts: schema } = linesOf(file)
        return async (target, task) => {
          await importRows(task, {
            read: csvReader(file),
            parse: (record) => parseRecord(schema, record),
            store: (rows) => storeMonths(target, 'predictions', rows),
          })
          await scoreDue(target)
          task.report.notes.push(
            'stored under the name of their model with "imported/" before it, and scored as far as the prices are known',
          )
        }
      },
    },
    table('predictions', ['crypto', 'timestamp', 'predicted_price'], {
      into: 'imported_predictions',
      reads: (file) => columnsOf(linesOf(file).predictions),
      parserOf: (file) => {
        const { predictions: schema } = linesOf(file)
        return (record) => parseRecord(schema, record)
      },
      notes: () => [
        'kept in imported_predictions and not scored: the old model predicted a price that was already known',
      ],
    }),
    fearGreed(['date', 'value', 'classification']),
    fearGreed(['date', 'fear_greed_index', 'value_classification']),
    {
      name: 'prices',
      columns: ['timestamp', 'price'],
      plan: (file) => {
        const crypto = file.columns.includes('crypto') ? undefined : coinOfFeatures(file.path, coins)
        const { prices: schema } = linesOf(file)
        return async (target, task) => {
          const days = new Set<string>()
          await importRows(task, {
            read: csvReader(file, priceColumns),
            parse: (record) => parseRecord(schema, { crypto, ...record }),
            store: (rows) => {
              for (const { timestamp } of rows) days.add(dayOf(timestamp))
              return storeMonths(target, 'imported_prices', rows)
            },
          })
          task.report.notes.push(...notesOnPrices([...days].sort()))
        }
      },
    },
  ]
}

/** Scores what has come due, as each run does; prices that are not stored yet leave the rest to a later run. */
async function scoreDue({ db, retryBudget, runId }: ImportTarget): Promise<void> {
  const options = { observedAt: new Date(), runId, retryBudget }
  await writeRows(db, { prediction_scores: await dueScores(db) }, options)
}

/** A table whose rows are stored as they come. */
const table = <Table extends ImportedTable>(
  name: string,
  columns: string[],
  {
    into,
    reads,
    parserOf,
    notes,
  }: {
    into: Table
    reads: (file: FileStart) => readonly string[]
    parserOf: (file: FileStart) => (record: CsvRecord) => Parsed<WritableRows[Table]>
    notes: (report: FileReport) => string[]
  },
): ImportKind<ImportTarget> => ({
  name,
  columns,
  reads,
  plan: (file) => async (target, task) => {
    await importRows(task, {
      read: csvReader(file),
      parse: parserOf(file),
      store: (rows) => storeMonths(target, into, rows),
    })
    task.report.notes.push(...notes(task.report))
  },
})

function notesOnPrices(days: string[]): string[] {
  const [from, to] = [days.at(0), days.at(-1)]
  if (from === undefined || to === undefined) return []
  return [
    'kept as they were in imported_prices and no part of the hourly grid: the old rows mix days and moments',
    `real hours of the same time: ${almanacCommand(`backfill crypto-forecast --from ${from} --to ${to} --only-missing`)}`,
  ]
}

/** `bitcoin_features.csv`, `btc_prices_rsi_20250612-101010.csv` (as its archive names it). */
export function coinOfFeatures(path: string, coins: TrackedCoins): string {
  const name = /^(.+?)_(?:features|prices_rsi)(?![a-z])/i.exec(basename(path))?.[1]
  const crypto = coins.named(name ?? '')
  if (crypto !== undefined) return crypto
  const found = name === undefined ? 'its name begins with no coin' : `"${name}" is not in almanac.yaml`
  throw new WrongUsage(
    `${path} holds prices without a column crypto, so its name must say of which coin, and ${found}; expected COIN_features.csv or COIN_prices_rsi.csv with one of: ${coins.names}.`,
  )
}

/** Its name holds the only time there is, `%Y%m%d-%H%M%S`; the old collector ran on a machine in UTC. */
export function timeOfComparison(path: string): Date {
  const time = /_(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(?!\d)/.exec(basename(path))?.slice(1)
  const [year, month, day, hour, minute, second] = time ?? []
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const takenAt = new Date(`${iso}Z`)
  // Dates run over: the 31st of February would be a day in March.
  if (!Number.isNaN(takenAt.getTime()) && takenAt.toISOString().startsWith(iso)) return takenAt
  throw new WrongUsage(
    `${path} holds a comparison of prices, but its name holds no time; expected crypto_price_comparison_YYYYMMDD-HHMMSS.csv.`,
  )
}
