/** Every data set shows what runs of the pipelines stored: as declared, whole, and in each format. */
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALL_DATA_SETS, type PlacedDataSet } from '../../../api/all-data-sets.ts'
import type { Column, ColumnType, DataSet } from '../../../api/data-set.ts'
import { pageStatement, type Selection } from '../../../api/data/statement.ts'
import { startRun } from '../../../client/runs.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { withoutMark } from '../../../system/csv.ts'
import { sectionsOfWays } from '../../replay/way.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { withoutBubblewrap } from '../../support/library-context/library-stack.ts'

/** Sizes at which these store rows within seconds; the others have the sections of their recorded runs. */
const SECTIONS = {
  'crypto-forecast': { history_days: 60, coins: [{ id: 'bitcoin', code: 'BTC' }] },
  'library-context': {
    domains: {
      finance: { description: 'Finance', source: { list: ['sim-finance/quant-lab'] } },
    },
  },
}

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ schedules: false, sections: { ...(await sectionsOfWays()), ...SECTIONS } })
  const { client, database } = api.stack
  const worker = await api.stack.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
  const endings = await Promise.all(
    PIPELINES.map(async (pipeline) => ({
      id: pipeline.id,
      ...(await endingOf(await startRun(client, pipeline, 'manual'))),
    })),
  )
  await worker.stop()
  expect(endings.filter(({ outcome }) => outcome !== 'complete')).toEqual([])
  // In one run no match comes to its end.
  await database.db.execute(sql`
    update matches set state = 'vanished', over_at = last_seen_at + event_id % 3 * interval '1 hour'`)
  const rejected = [{ source: 'some-source', reason: '"downloads" is no number', row: { downloads: '=1+1' } }]
  const retryBudget = { ms: 0, signal: new AbortController().signal }
  await writeRows(database.db, {}, { observedAt: new Date(), runId: 'a-run', retryBudget, rejected })
})
afterAll(() => api.stop())

type Row = Record<string, unknown>

/** All rows, read page by page. */
async function pagesOf({ address }: PlacedDataSet, limit: number): Promise<Row[]> {
  const rows: Row[] = []
  for (let next: string | null = ''; next !== null;) {
    const after: string = next === '' ? '' : `&after=${next}`
    const { status, body } = await api.get(`${address}?limit=${limit}${after}`)
    expect(status).toBe(200)
    const page = body as { rows: Row[]; next: string | null }
    rows.push(...page.rows)
    next = page.next
  }
  return rows
}

async function exported({ address }: PlacedDataSet, format: string): Promise<Response> {
  const response = await fetch(`${api.server.address}${address}/export?format=${format}`)
  expect(response.status).toBe(200)
  return response
}

const countOf = async ({ sql }: DataSet) => {
  const { rows } = await api.stack.database.pool.query<{ count: string }>(`select count(*) from (${sql}) d`)
  return Number(rows[0]?.count)
}

/** Types of PostgreSQL by their numbers. */
const TYPES: Record<number, ColumnType> = {
  16: 'boolean',
  20: 'integer',
  21: 'integer',
  23: 'integer',
  25: 'text',
  700: 'number',
  701: 'number',
  1082: 'date',
  1184: 'time',
  1700: 'integer',
}

/** A cell of a CSV file as JSON has it. */
function fromCell({ type }: Column, cell: string): unknown {
  if (cell === '') return null
  if (type === 'integer' || type === 'number') return Number(cell)
  if (type === 'boolean') return cell === 't'
  return type === 'text' ? withoutMark(cell) : cell
}

/** A value of a Parquet file as JSON has it. */
function fromParquet({ type }: Column, value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (type === 'integer') return Number(value)
  if (type === 'date') return (value as Date).toISOString().slice(0, 10)
  return type === 'time' ? (value as Date).toISOString() : value
}

const read = (set: DataSet, rows: Row[], from: (column: Column, value: never) => unknown): Row[] =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(set.columns).map(([name, column]) => [name, from(column, row[name] as never)]),
    ),
  )

/** Pages that a data set is read in: enough for each cursor to be used. */
const PAGES = 4

describe.each(ALL_DATA_SETS.map((placed) => [placed.address, placed] as const))('%s', (_address, placed) => {
  const { set } = placed
  const columns = Object.entries(set.columns)

  it('has the declared columns with their types, and no other', async () => {
    const { fields } = await api.stack.database.pool.query(`select * from (${set.sql}) d limit 0`)
    expect(fields.map(({ name, dataTypeID }) => [name, TYPES[dataTypeID] ?? dataTypeID])).toEqual(
      columns.map(([name, { type }]) => [name, type]),
    )
  })

  it('shows every row once, page by page and in each format', async () => {
    const count = await countOf(set)
    expect(count).toBeGreaterThan(0)
    const rows = await pagesOf(placed, Math.min(1_000, Math.ceil(count / PAGES)))
    expect(rows).toHaveLength(count)
    expect(new Set(rows.map((row) => set.order.map((name) => row[name]).join('\n'))).size).toBe(count)
    expect(Object.keys(rows[0] ?? {})).toEqual(columns.map(([name]) => name))

    const lines = (await (await exported(placed, 'ndjson')).text()).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(rows)
    const cells: Row[] = parse(await (await exported(placed, 'csv')).text(), { columns: true })
    expect(read(set, cells, fromCell)).toEqual(rows.map((row) => emptyAsNull(row)))
    const file = await (await exported(placed, 'parquet')).arrayBuffer()
    expect(read(set, await parquetReadObjects({ file }), fromParquet)).toEqual(rows)
  })

  it('counts every row in the series of each number', async () => {
    const numbers = columns.filter(([, { type }]) => type === 'integer' || type === 'number')
    if (set.time === undefined) return
    for (const [name] of numbers) {
      const { status, body } = await api.get(`${placed.address}/series?value=${name}&points=50`)
      expect(status).toBe(200)
      const { points } = body as { points: { rows: number }[] }
      expect(
        points.reduce((sum, { rows }) => sum + rows, 0),
        name,
      ).toBe(await countOf(set))
    }
  })

  it.skipIf(set.fewRows === true)('reads each page by an index', async () => {
    const [first = {}] = await pagesOf(placed, 1_000)
    const after = set.order.map((name) => String(first[name]))
    const begin = await pagePlan(set, { filters: {} })
    expect(begin).not.toContain('"Node Type":"Sort"')
    const next = await pagePlan(set, { filters: {}, after })
    expect(next).not.toContain('"Node Type":"Sort"')
    const bounds = [...next.matchAll(/"Index Cond":"((?:[^"\\]|\\.)*)"/g)].map(([, bound]) => bound)
    expect(bounds.join('\n')).toMatch(new RegExp(String.raw`\(\W*(ROW\(\W*)?${set.order[0] ?? ''}\W`))
  })
})

/** The plan of a page as JSON. The tables of a test are small: what large ones forbid is forbidden. */
async function pagePlan(set: DataSet, selection: Selection): Promise<string> {
  const client = await api.stack.database.pool.connect()
  try {
    await client.query('begin; set local enable_seqscan = off; set local enable_sort = off')
    const { rows } = await client.query<Row>(`explain (format json) ${pageStatement(set, selection, 10)}`)
    return JSON.stringify(rows[0]?.['QUERY PLAN'])
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** CSV has no difference between an empty text and none. */
function emptyAsNull(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === '' ? null : value]))
}
