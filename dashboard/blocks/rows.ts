/** Searching and sorting rows of a table. */

export type CellValue = string | number | null

export interface Sorting {
  /** Column that is sorted by. */
  key: string
  isDescending: boolean
}

interface ValueColumn<Row> {
  key: string
  value: (row: Row) => CellValue
}

/** Without accents and case, so that "geant" finds "Géant". */
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The rows that hold every word of `sought`, sorted; rows without a value come last in both directions. */
export function matchingRows<Row>(
  rows: readonly Row[],
  columns: readonly ValueColumn<Row>[],
  sought: string,
  sorting: Sorting | undefined,
  locale: string,
): readonly Row[] {
  const words = plain(sought)
    .split(/\s+/)
    .filter((word) => word !== '')
  const holds = (row: Row) => {
    const text = plain(columns.map(({ value }) => value(row) ?? '').join(' '))
    return words.every((word) => text.includes(word))
  }
  const found = words.length === 0 ? rows : rows.filter(holds)
  const column = columns.find(({ key }) => key === sorting?.key)
  if (sorting === undefined || column === undefined) return found
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return found.toSorted((a, b) => {
    const [left, right] = [column.value(a), column.value(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : compare(String(left), String(right))
    return sorting.isDescending ? -order : order
  })
}
