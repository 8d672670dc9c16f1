/** What is read again without an upstream: stored responses, rejected rows, and what is stored of the rows they give. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { arrayParameter } from '../array-literal.ts'
import type { Database } from '../database.ts'
import type { RawBody } from '../write-call.ts'
import { WRITABLE_TABLES, type WritableTable } from '../writable-tables.ts'

const unpack = promisify(gunzip)

/** Keys of one statement. */
const CHUNK_ROWS = 5_000

/** What one run got from one source, as far as it is still stored. */
export interface StoredGroup {
  runId: string
  /** Of the run's record; undefined if it has none any more. */
  startedAt: Date | undefined
  finishedAt: Date | undefined
}

/** What is stored of a source: its rejected rows, and its responses under the names `from`. */
export interface StoredSource {
  source: string
  from: readonly string[]
  /** Only what was observed since this moment. */
  since: Date | undefined
}

/** The runs with responses or rejected rows of a source, oldest first. Doubted values are none: they were read. */
export async function storedGroups(
  db: Database,
  { source, from, since }: StoredSource,
): Promise<StoredGroup[]> {
  const { rows } = await db.execute(sql`
    select run_id as "runId", min(r.started_at) as "startedAt", min(r.finished_at) as "finishedAt"
    from (
      select run_id, observed_at from raw_payloads where source = any(${sql.param(from)}::text[])
      union all select run_id, observed_at from quarantine where source = ${source} and not "row" ? 'doubted'
    ) stored left join pipeline_runs r using (run_id)
    where ${since?.toISOString() ?? null}::timestamptz is null or observed_at >= ${since?.toISOString() ?? null}::timestamptz
    group by run_id order by min(observed_at), run_id`)
  const moment = (value: unknown) => (value === null ? undefined : new Date(value as string))
  return rows.map(({ runId, startedAt, finishedAt }) => ({
    runId: runId as string,
    startedAt: moment(startedAt),
    finishedAt: moment(finishedAt),
  }))
}

/** Sources with stored responses or rejected rows. */
export async function storedSources(db: Database): Promise<string[]> {
  const { rows } = await db.execute<{ source: string }>(
    sql`select source from raw_payloads union select source from quarantine where not "row" ? 'doubted' order by source`,
  )
  return rows.map(({ source }) => source)
}

/** The responses that a run got from sources, oldest first. */
export async function storedPayloads(
  db: Database,
  sources: readonly string[],
  runId: string,
): Promise<RawBody[]> {
  const { rows } = await db.execute<{ source: string; url: string; observed_at: string; body: Buffer }>(sql`
    select source, url, observed_at, body from raw_payloads
    where source = any(${sql.param(sources)}::text[]) and run_id = ${runId} order by observed_at, hash`)
  return Promise.all(
    rows.map(async ({ source, url, observed_at, body }) => ({
      source,
      url,
      observedAt: new Date(observed_at),
      body: (await unpack(body)).toString(),
    })),
  )
}

/** The rejected rows of one run and source. */
export async function rejectedOf(db: Database, source: string, runId: string) {
  const { rows } = await db.execute<{ id: string; row: unknown; row_hash: string; observed_at: string }>(sql`
    select id, "row", row_hash, observed_at from quarantine
    where source = ${source} and run_id = ${runId} and not "row" ? 'doubted' order by id`)
  return rows.map(({ id, row, row_hash, observed_at }) => ({
    id: Number(id),
    row,
    hash: row_hash,
    observedAt: new Date(observed_at),
  }))
}

/** What the table holds under the key of a row. */
export interface StoredRow {
  runId: string
  observedAt: Date
}

/** For each of these rows what its table holds now; undefined where there is nothing. */
export async function storedRows(
  db: Database,
  name: WritableTable,
  rows: readonly Record<string, unknown>[],
): Promise<(StoredRow | undefined)[]> {
  const { key } = WRITABLE_TABLES[name]
  const found: (StoredRow | undefined)[] = rows.map(() => undefined)
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const chunk = rows.slice(start, start + CHUNK_ROWS)
    const arrays = key.map(
      ({ property, type }) =>
        sql`${sql.param(
          arrayParameter(
            type,
            chunk.map((row) => row[property] ?? null),
          ),
        )}::${sql.raw(type)}[]`,
    )
    const names = key.map(({ name: column }) => `"${column}"`).join(', ')
    const result = await db.execute<{ at: string; run_id: string; observed_at: string }>(sql`
      select u.at, t.run_id, t.observed_at
      from unnest(${sql.join(arrays, sql`, `)}) with ordinality as u(${sql.raw(names)}, at)
      join ${sql.identifier(name)} t using (${sql.raw(names)})`)
    for (const { at, run_id, observed_at } of result.rows)
      found[start + Number(at) - 1] = { runId: run_id, observedAt: new Date(observed_at) }
  }
  return found
}
