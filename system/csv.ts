/** The one writer of CSV: names in a file are strangers', and a spreadsheet would calculate some of them. */
import { stringify } from 'csv-stringify/sync'

export type Cell = string | number | null

/** What a spreadsheet calculates, in plain and in wide characters, behind any apostrophes. */
const FORMULA = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/**
 * Returns rows as CSV. A team named "=1+1" stays a name when a spreadsheet opens the file: an apostrophe marks it, one more
 * than the name has. Numbers stay as they are.
 */
export function csvOf(rows: readonly (readonly Cell[])[], { delimiter = ',' } = {}): string {
  const marked = (cell: Cell) => (typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell)
  return stringify(
    rows.map((row) => row.map(marked)),
    { delimiter },
  )
}

/** Returns the original of a cell of such a file. */
export const withoutMark = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
