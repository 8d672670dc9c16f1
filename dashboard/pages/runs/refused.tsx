/** Rows that a run refused, and why. */
import { Link } from '@tanstack/react-router'
import { addressOf, useApi } from '../../api.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useWords } from '../../preferences.tsx'
import { RUN_WORDS } from './words/index.ts'

interface RefusedRow {
  id: number
  source: string
  reason: string
  row: string
}

const SET = '/api/data/stack/rejected-rows'
/** A fault of a source is mostly the same in every row; the data page has them all. */
const SHOWN_ROWS = 100

export function RefusedPanel({ runId }: { runId: string }) {
  const say = useWords(RUN_WORDS)
  const query = useApi<{ rows: RefusedRow[]; next: string | null }>(SET, { run_id: runId, limit: SHOWN_ROWS })
  const columns: TableColumn<RefusedRow>[] = [
    {
      key: 'source',
      title: say('sources.source'),
      value: ({ source }) => source,
      render: ({ id, source }) => (
        <Link to="/health" search={{ rejected: String(id) }}>
          {source}
        </Link>
      ),
    },
    {
      key: 'reason',
      title: say('run.reason'),
      isText: true,
      value: ({ reason }) => reason,
      render: ({ reason }) => <span lang="en">{reason}</span>,
    },
    {
      key: 'row',
      title: say('refused.row'),
      value: ({ row }) => row,
      render: ({ row }) => (
        <code className="cell" title={row}>
          {row}
        </code>
      ),
    },
  ]
  return (
    <Panel
      title={say('refused.title')}
      query={query}
      actions={
        <a href={addressOf(`${SET}/export`, { run_id: runId, format: 'csv' })} download>
          CSV
        </a>
      }
      isEmpty={({ rows }) => rows.length === 0}
      empty={say('refused.gone')}
    >
      {({ rows, next }) => (
        <>
          {next !== null && <p className="soft">{say('refused.first', { n: SHOWN_ROWS })}</p>}
          <DataTable
            caption={say('refused.title')}
            columns={columns}
            rows={rows}
            rowKey={({ id }) => String(id)}
            pageRows={10}
          />
        </>
      )}
    </Panel>
  )
}
