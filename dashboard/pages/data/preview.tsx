/** The rows of a data set, page by page, and the links that take all of them away. */
import type { Parameters } from '../../api.ts'
import { DataTable, Pages, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { RunLink } from '../../blocks/run-link.tsx'
import { usePage } from '../../data-page.ts'
import { useReader, useSharedWords } from '../../preferences.tsx'
import type { CellValue } from '../../blocks/rows.ts'
import { exportAddress, FORMATS, isId, type DataColumn, type DataSetEntry } from './selection.ts'

type Row = Record<string, CellValue | boolean>

/** Rows on a page. */
const PAGE_ROWS = 25

interface PreviewProps {
  set: DataSetEntry
  selection: Parameters
  page: number
  open: (page: number) => void
}

export function Preview({ set, selection, page, open }: PreviewProps) {
  const say = useSharedWords()
  const query = usePage<Row>(set.address, selection, { page, rows: PAGE_ROWS })
  const columns = useColumns(set)
  const links = (
    <span className="links">
      {say('data.export')}{' '}
      {Object.entries(FORMATS).map(([format, name]) => (
        <a key={format} href={exportAddress(set, selection, format)} download>
          {name}
        </a>
      ))}
    </span>
  )
  return (
    <Panel
      title={say('data.rows')}
      query={query}
      actions={links}
      isEmpty={({ rows }) => rows.length === 0}
      empty={say('data.none')}
    >
      {({ rows, next }) => (
        <>
          <DataTable
            caption={set.name}
            columns={columns}
            rows={rows}
            rowKey={(row) => JSON.stringify(row)}
            isWhole={false}
          />
          {(page > 1 || next !== null) && (
            <Pages of={set.name} current={page} last={next === null ? page : undefined} open={open} />
          )}
        </>
      )}
    </Panel>
  )
}

function useColumns(set: DataSetEntry): TableColumn<Row>[] {
  const { format } = useReader()
  const say = useSharedWords()
  const written = ({ name, type }: DataColumn, value: Row[string] | undefined): string => {
    if (value === null || value === undefined) return '–'
    if (type === 'time') return format.clock(String(value))
    if (typeof value === 'boolean') return say(value ? 'data.yes' : 'data.no')
    return typeof value === 'number' && !isId(name) ? format.number(value) : String(value)
  }
  return set.columns.map((column) => ({
    key: column.name,
    title: titleOf(column, format.timeZone),
    help: column.meaning,
    isNumber: column.type === 'integer' || column.type === 'number',
    value: (row) => String(row[column.name] ?? ''),
    render: (row) => {
      const value = row[column.name]
      return (
        <span className="cell">
          {column.is_run && typeof value === 'string' ? <RunLink id={value} /> : written(column, value)}
        </span>
      )
    },
  }))
}

const titleOf = ({ name, type }: DataColumn, zone: string) =>
  type === 'time' ? `${name} (${zone})` : type === 'date' ? `${name} (UTC)` : name
