/** Stores rows of crypto-forecast's tables. */
import type { WritableRows } from '../../../db/writable-tables.ts'
import type { Stored } from '../../import/import-rows.ts'
import { writePeriods, type ImportTarget } from '../../import/write-periods.ts'

/** Tables that an import writes. */
export type ImportedTable =
  | 'candles'
  | 'fear_greed_index'
  | 'price_comparisons'
  | 'predictions'
  | 'imported_prices'
  | 'imported_predictions'

/** Rows count as seen when their month began: a day each would be as right, and cost a transaction each. */
export const storeMonths = <Table extends ImportedTable>(
  target: ImportTarget,
  table: Table,
  rows: WritableRows[Table][],
): Promise<Stored> => writePeriods(target, rows, firstOfMonth, (ofMonth) => ({ [table]: ofMonth }))

function firstOfMonth(row: WritableRows[ImportedTable]): string {
  const time = 'date' in row ? row.date : row.timestamp.toISOString()
  return `${time.slice(0, 'YYYY-MM'.length)}-01`
}
