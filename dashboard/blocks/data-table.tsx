/** A table that is searched, sorted and paged in the browser: thousands of rows are a list, not a wall. */
import { useMemo, useState, type ReactNode } from 'react'
import { useReader, useSharedWords } from '../preferences.tsx'
import { downloadText } from '../chart/download.ts'
import { csvOf } from '../chart/series.ts'
import { matchingRows, type CellValue, type Sorting } from './rows.ts'

export interface TableColumn<Row> {
  key: string
  title: string
  /** Shown when a person points at the title, and read to them with it. */
  help?: string
  /** Numbers stand at the right. */
  isNumber?: boolean
  /** Long texts wrap, so that the columns behind them stay in sight. */
  isText?: boolean
  /** What the column is sorted and searched by. */
  value: (row: Row) => CellValue
  /** What is shown. Default: the value. */
  render?: (row: Row) => ReactNode
}

interface DataTableProps<Row> {
  /** What the table holds, for those who cannot see what stands around it. */
  caption: string
  columns: readonly TableColumn<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Rows on a page. Default: 50. */
  pageRows?: number
  /** Whether a person can search and sort; not if the rows are one page of many. Default: yes. */
  isWhole?: boolean
  /** Sorting at first. Default: the order of `rows`. */
  sorting?: Sorting
  /** Whether each row is a card on a narrow screen, for rows that are too long to be read from side to side. Default: no. */
  isCards?: boolean
  /** Name of a CSV file with the rows that were found, as they are sorted. Default: none is offered. */
  file?: () => string
}

/** Below this a search box is in the way. */
const SEARCHED_ROWS = 10

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowKey, pageRows = 50, isWhole = true, isCards = false, file } = props
  const say = useSharedWords()
  const { format } = useReader()
  const [sought, setSought] = useState('')
  const [sorting, setSorting] = useState(props.sorting)
  const [page, setPage] = useState(1)
  const found = useMemo(
    () => (isWhole ? matchingRows(rows, columns, sought, sorting, format.locale) : rows),
    [rows, columns, sought, sorting, format.locale, isWhole],
  )
  const pages = Math.max(1, isWhole ? Math.ceil(found.length / pageRows) : 1)
  const current = Math.min(page, pages)
  const shown = isWhole ? found.slice((current - 1) * pageRows, current * pageRows) : found
  const isSearched = isWhole && rows.length > SEARCHED_ROWS
  const sort = (key: string) => {
    setSorting({ key, isDescending: sorting?.key === key && !sorting.isDescending })
    setPage(1)
  }
  return (
    <div className={isCards ? 'data-table row-cards' : 'data-table'}>
      {(isSearched || file !== undefined) && (
        <div className="tools">
          {isSearched && (
            <label>
              <span className="unseen">{say('table.search')}</span>
              <input
                type="search"
                placeholder={say('table.search')}
                value={sought}
                onChange={({ target }) => {
                  setSought(target.value)
                  setPage(1)
                }}
              />
            </label>
          )}
          {isSearched && <span role="status">{say('table.rows', { n: found.length })}</span>}
          {file !== undefined && (
            <button
              type="button"
              onClick={() => {
                const head = columns.map(({ title }) => title)
                const lines = found.map((row) => columns.map(({ value }) => value(row)))
                downloadText(`${file()}.csv`, csvOf([head, ...lines]), 'text/csv')
              }}
            >
              CSV
            </button>
          )}
        </div>
      )}
      <div className="scroll" tabIndex={0} role="region" aria-label={say('table.of', { of: caption })}>
        <table>
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head
                  key={column.key}
                  column={column}
                  sorting={sorting}
                  {...(isWhole && {
                    sort: () => {
                      sort(column.key)
                    },
                  })}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <Cell key={column.key} column={column} row={row} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && <Pages of={caption} current={current} last={pages} open={setPage} />}
    </div>
  )
}

function Cell<Row>({
  column: { title, isNumber, isText, render, value },
  row,
}: {
  column: TableColumn<Row>
  row: Row
}) {
  const { format } = useReader()
  const cell = value(row)
  const plain = typeof cell === 'number' ? format.number(cell) : (cell ?? '–')
  return (
    <td className={isNumber === true ? 'number' : isText === true ? 'text' : undefined} data-title={title}>
      {render === undefined ? plain : render(row)}
    </td>
  )
}

interface HeadProps<Row> {
  column: TableColumn<Row>
  sorting: Sorting | undefined
  sort?: () => void
}

function Head<Row>({ column: { key, title, help, isNumber }, sorting, sort }: HeadProps<Row>) {
  const isSorted = sorting?.key === key
  const direction = sorting?.isDescending === true ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      className={isNumber === true ? 'number' : undefined}
      aria-sort={isSorted ? direction : undefined}
      title={help}
    >
      {sort === undefined ? (
        title
      ) : (
        <button type="button" onClick={sort}>
          {title}
          <span aria-hidden="true">{isSorted ? (direction === 'ascending' ? ' ↑' : ' ↓') : ''}</span>
        </button>
      )}
    </th>
  )
}

interface PagesProps {
  /** Caption of the table. */
  of: string
  current: number
  /** Last page; undefined if that is not known, but there is one more. */
  last: number | undefined
  open: (page: number) => void
}

/** Buttons to the pages beside the current one. */
export function Pages({ of, current, last, open }: PagesProps) {
  const say = useSharedWords()
  const to = (page: number) => () => {
    open(page)
  }
  return (
    <nav className="pages" aria-label={say('pages.of-table', { of })}>
      <button type="button" disabled={current === 1} onClick={to(1)}>
        {say('pages.first')}
      </button>
      <button type="button" disabled={current === 1} onClick={to(current - 1)}>
        {say('pages.previous')}
      </button>
      <span>
        {last === undefined ? say('pages.page', { page: current }) : say('pages.of', { page: current, last })}
      </span>
      <button type="button" disabled={current === last} onClick={to(current + 1)}>
        {say('pages.next')}
      </button>
    </nav>
  )
}
