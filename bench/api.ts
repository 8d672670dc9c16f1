/** Page and API with a million rows in the tables: the overview under load, exports, event streams, the page in a browser. */
import { existsSync, readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type pg from 'pg'
import { applySchedules } from '../client/schedules.ts'
import { withClient } from '../db/database-client.ts'
import { freePort } from '../local/taken-port.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { newestBundle } from '../system/bundle.mjs'
import { packageRoot } from '../system/package-root.ts'
import { startBenchStack, type BenchStack } from './bench-stack.ts'
import { memoryMb, startCommand } from './command-process.ts'
import { drawnFigures, type ChartView } from './drawn.ts'
import type { Figure } from './figure.ts'
import { loadOf } from './load.ts'

/** Rows of a pipeline's table, and where the API has them. */
export interface BigTable {
  /** Address of the data set, `/api/data/…`. */
  address: string
  /** Adds this many rows. */
  fill(client: pg.Client, rows: number): Promise<void>
}

const ROWS = 1_000_000
/** Browsers that are open at once, each with a few connections. */
const CONNECTIONS = 50
const LOAD_SECONDS = 10
/** Loads until the code is compiled and the pool is full. */
const WARM_UP_SECONDS = 2
const STRIP_RUNS = 30
const STREAMS = 200
/** Changes that are told to every stream, one after the other. */
const TOLD = 5

const TARGET_PER_SECOND = 1_000
const TARGET_P99_MS = 100
const TARGET_CSV_SECONDS = 10
const TARGET_PARQUET_SECONDS = 20
const TARGET_GROWTH_MB = 150
/** The server gathers changes for half a second. */
const TARGET_TOLD_MS = 1_000
const TARGET_FIRST_VIEW_KB = 330

/** The benchmark over a table of a million rows, and of a view with charts. */
export const apiOver = (table: BigTable, view: ChartView) => async (): Promise<Figure[]> => {
  const stack = await startBenchStack({ tracked: () => ({}) })
  try {
    await applySchedules(stack.client, stack.config)
    await view.fill(stack)
    await fill(stack, table)
    const port = await freePort()
    const server = startCommand(['serve', '--port', String(port)], stack.env)
    try {
      await server.saw('page on')
      const origin = `http://127.0.0.1:${port}`
      return [
        ...(await overviewFigures(origin)),
        ...(await exportFigures(origin + table.address, 'csv', TARGET_CSV_SECONDS, server.pid)),
        ...(await exportFigures(origin + table.address, 'parquet', TARGET_PARQUET_SECONDS, server.pid)),
        ...(await streamFigures(origin, stack, server.pid)),
        firstViewFigure(),
        ...(await drawnFigures(origin, view)),
      ]
    } finally {
      await server.end('SIGTERM')
    }
  } finally {
    await stack.stop()
  }
}

async function fill({ servers }: BenchStack, table: BigTable): Promise<void> {
  const { adminUrl, url } = servers.postgres
  const database = new URL(adminUrl)
  database.pathname = new URL(url).pathname
  await withClient({ connectionString: database.href }, async (client) => {
    // Without triggers: nobody listens yet, and a million messages would take longer than the rows.
    await client.query('set session_replication_role = replica')
    await fillRuns(client)
    await table.fill(client, ROWS)
    await client.query('vacuum analyze')
  })
}

/** A million runs of all pipelines, one a minute, the last one an hour ago. */
async function fillRuns(client: pg.Client): Promise<void> {
  const ids = PIPELINES.map(({ id }) => id)
  const counts = {
    source: { outcome: 'complete', fetched: 120, written: 40, unchanged: 80, rejected: 0, why: [] },
  }
  await client.query(
    `insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, counts)
      select gen_random_uuid(), pipeline || '-' || n, pipeline, 'schedule', started_at, started_at + interval '20 s', 'complete', $2::json
      from generate_series(1, $3::int) n, lateral (select ($1::text[])[1 + n % $4::int] as pipeline,
        now() - interval '1 hour' - n * interval '1 min' as started_at) as one`,
    [ids, JSON.stringify(counts), ROWS, ids.length],
  )
}

/** What the overview asks for: the pipelines, and the last runs of each. */
async function overviewFigures(origin: string): Promise<Figure[]> {
  const addresses = [
    `${origin}/api/pipelines`,
    ...PIPELINES.map(({ id }) => `${origin}/api/runs?pipeline=${id}&limit=${STRIP_RUNS}`),
  ]
  await loadOf(addresses, { connections: CONNECTIONS, seconds: WARM_UP_SECONDS })
  const { perSecond, p99Ms, requests } = await loadOf(addresses, {
    connections: CONNECTIONS,
    seconds: LOAD_SECONDS,
  })
  const note = `${requests} requests on ${CONNECTIONS} connections, ${ROWS} runs stored`
  return [
    { what: 'overview data', value: perSecond, unit: 'requests/s', atLeast: TARGET_PER_SECOND, note },
    { what: '  99 of 100 within', value: p99Ms, unit: 'ms', atMost: TARGET_P99_MS },
  ]
}

async function exportFigures(
  address: string,
  format: string,
  atMost: number,
  pid: number,
): Promise<Figure[]> {
  const before = memoryMb(pid, 'VmRSS')
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryMb(pid, 'VmRSS'))
  }, 50)
  const startedAt = performance.now()
  const response = await opened(`${address}/export?format=${format}`)
  let bytes = 0
  for await (const chunk of response) bytes += (chunk as Buffer).length
  clearInterval(watch)
  const seconds = (performance.now() - startedAt) / 1000
  return [
    {
      what: `${ROWS} rows as ${format}`,
      value: seconds,
      unit: 's',
      atMost,
      note: `${(bytes / 1_000_000).toFixed(0)} MB`,
    },
    { what: "  the server's memory grew by", value: peak - before, unit: 'MB', atMost: TARGET_GROWTH_MB },
  ]
}

/** How long a change takes to be heard by every one of many streams. */
async function streamFigures(origin: string, { database }: BenchStack, pid: number): Promise<Figure[]> {
  const before = memoryMb(pid, 'VmRSS')
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => opened(`${origin}/api/events`)))
  const slowest: number[] = []
  for (let turn = 0; turn < TOLD; turn++) {
    const runId = `told-${turn}`
    const heard = streams.map((stream) => hears(stream, runId))
    const startedAt = performance.now()
    await database.pool.query(`select pg_notify('almanac_rows', $1)`, [
      JSON.stringify({ table: 'bench', runId }),
    ])
    await Promise.all(heard)
    slowest.push(performance.now() - startedAt)
  }
  const growth = memoryMb(pid, 'VmRSS') - before
  for (const stream of streams) stream.destroy()
  return [
    {
      what: `a change is heard by ${STREAMS} streams within`,
      value: Math.max(...slowest),
      unit: 'ms',
      atMost: TARGET_TOLD_MS,
      note: `slowest of ${TOLD} changes`,
    },
    { what: "  the server's memory grew by", value: growth, unit: 'MB', atMost: TARGET_GROWTH_MB },
  ]
}

function hears(stream: IncomingMessage, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = ''
    const listen = (chunk: Buffer) => {
      seen += chunk.toString('utf8')
      if (!seen.includes(text)) return
      stream.off('data', listen)
      resolve()
    }
    stream.on('data', listen).once('close', () => {
      reject(new Error(`a stream was closed before ${text}`))
    })
  })
}

function opened(address: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(address, { agent: false }, (response) => {
      if (response.statusCode === 200) resolve(response)
      else reject(new Error(`${address} answered ${response.statusCode ?? ''}`))
    }).once('error', reject)
  })
}

/** What a browser loads before it shows the overview: index.html and all that it names, compressed. */
function firstViewFigure(): Figure {
  const built = newestBundle(packageRoot, 'dashboard')
  if (built === undefined) throw new Error('the page is not built; run "almanac prepare"')
  const folder = join(packageRoot, 'dist', built.folder)
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].flatMap(([, path]) => path ?? [])
  const sizes = ['index.html', ...named].map((path) => sentBytes(join(folder, path)))
  return {
    what: 'first view, compressed',
    value: sizes.reduce((sum, bytes) => sum + bytes, 0) / 1000,
    unit: 'kB',
    atMost: TARGET_FIRST_VIEW_KB,
    note: `${sizes.length} files`,
  }
}

const sentBytes = (path: string): number =>
  readFileSync(existsSync(`${path}.br`) ? `${path}.br` : path).length
