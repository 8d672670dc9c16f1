/** The writer against bare `pg` with the same statement: rows per second, new rows and changed ones, in turns. */
import { randomUUID } from 'node:crypto'
import { PgDialect } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import type { DatabaseHandle } from '../../db/database.ts'
import { WRITABLE_TABLES, type WritableRows } from '../../db/writable-tables.ts'
import { upsertStatement, writeRows } from '../../db/write-rows.ts'
import { withBenchDatabase } from '../bench-stack.ts'
import { median, spread, type Figure } from '../figure.ts'

const ROWS = 50_000
/** As the writer splits them. */
const CHUNK_ROWS = 5_000
/** Each repetition writes the rows twice on both sides. */
const REPETITIONS = 9
const TARGET_RATIO = 0.8
/** Retry budget of the writer: the database is present. */
const RETRY_BUDGET_MS = 1_000

type Row = WritableRows['version_stats']
type Write = (rows: Row[], observedAt: Date) => Promise<void>
type Case = 'insert' | 'update'

export const upserts = (): Promise<Figure[]> => withBenchDatabase(measure)

async function measure({ db, pool }: DatabaseHandle): Promise<Figure[]> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into mods (name, tracked) values ('bench', true) returning id`,
  )
  const modId = rows[0]?.id ?? 0
  const writers = {
    writer: async (rows: Row[], observedAt: Date) => {
      const retryBudget = { ms: RETRY_BUDGET_MS, signal: new AbortController().signal }
      await writeRows(db, { version_stats: rows }, { observedAt, runId: randomUUID(), retryBudget })
    },
    bare: (rows: Row[], observedAt: Date) => bareWrite(pool, rows, observedAt),
  }
  const seconds = {
    insert: { writer: [] as number[], bare: [] as number[] },
    update: { writer: [] as number[], bare: [] as number[] },
  }
  for (let round = 0; round <= REPETITIONS; round++) {
    // Who goes second finds warmer caches: they swap every round.
    const order = round % 2 === 0 ? (['writer', 'bare'] as const) : (['bare', 'writer'] as const)
    for (const name of order) {
      const times = await insertAndUpdate(pool, writers[name], modId)
      // The first round of each warms up.
      if (round === 0) continue
      seconds.insert[name].push(times.insert)
      seconds.update[name].push(times.update)
    }
  }
  return (['insert', 'update'] as const).flatMap((name) => caseFigures(name, seconds[name]))
}

/** Seconds for the same rows into an empty table, and again a moment later with other counts. */
async function insertAndUpdate(pool: pg.Pool, write: Write, modId: number): Promise<Record<Case, number>> {
  await pool.query('truncate version_stats')
  await pool.query('checkpoint')
  const observedAt = Date.now()
  return {
    insert: await timed(() => write(rowsOf(modId, 0), new Date(observedAt))),
    update: await timed(() => write(rowsOf(modId, 1), new Date(observedAt + 1))),
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

/** The writer's own statement, compiled beforehand as far as possible, sent by the bare driver in one transaction. */
async function bareWrite(pool: pg.Pool, rows: Row[], observedAt: Date): Promise<void> {
  const dialect = new PgDialect()
  const runId = randomUUID()
  const client = await pool.connect()
  try {
    await client.query('begin')
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      const chunk = rows.slice(start, start + CHUNK_ROWS)
      const { sql, params } = dialect.sqlToQuery(
        upsertStatement(WRITABLE_TABLES.version_stats, chunk, { observedAt, runId }),
      )
      await client.query(sql, params)
    }
    await client.query('commit')
  } finally {
    client.release()
  }
}

function rowsOf(modId: number, more: number): Row[] {
  return Array.from({ length: ROWS }, (_, index) => ({
    date: '2026-01-01',
    platform: 'modrinth',
    versionId: `version-${index}`,
    versionName: `Version ${index} for benchmarks`,
    versionNumber: `1.${index}`,
    downloads: index + more,
    datePublished: new Date(Date.UTC(2025, 0, 1, 0, 0, index)),
    modId,
  }))
}

function caseFigures(name: Case, { writer, bare }: { writer: number[]; bare: number[] }): Figure[] {
  const perSecond = (seconds: number[]) => ROWS / median(seconds)
  const what = name === 'insert' ? 'new rows' : 'changed rows'
  return [
    { what: `${what}, writeRows`, value: perSecond(writer), unit: 'rows/s', note: spread(writer, 's') },
    { what: `${what}, bare pg`, value: perSecond(bare), unit: 'rows/s', note: spread(bare, 's') },
    {
      what: '  ratio',
      value: median(writer.map((seconds, round) => (bare[round] ?? NaN) / seconds)),
      unit: '',
      atLeast: TARGET_RATIO,
      // Neighbours in time are compared: a busy disk then hits both.
      note: 'median of the ratios of each round',
    },
  ]
}
