/**
 * The writer: every pipeline row enters the database here, so that all writes behave alike. One transaction holds the
 * rows, the raw bodies they were made from and the rejected rows. While the database is unavailable, the whole call
 * goes to the spool.
 */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sql, type SQL } from 'drizzle-orm'
import pMap from 'p-map'
import { ahead } from './ahead.ts'
import { refuseAhead } from './refuse-ahead.ts'
import { arrayParameter } from './array-literal.ts'
import { isDatabaseUnwritable } from './database-failure.ts'
import { notifyRows } from './changes.ts'
import { type Database } from './database.ts'
import { WaitEnded, withDatabaseRetry } from './database-retry.ts'
import type { Writable } from './writable.ts'
import { WRITABLE_TABLES, type WritableTable } from './writable-tables.ts'
import type { RawBody, RowsByTable, WriteOptions } from './write-call.ts'
import { cleanText, storable, storableJson } from '../core/foreign-text.ts'
import { textReason } from '../core/reason.ts'
import { redacted } from '../core/secrets.ts'

/** Rows per statement: large enough that the round trip does not matter, small enough for steady memory. */
const CHUNK_ROWS = 5_000

/** Node compresses in four threads; each body that waits for one already holds a quarter of a megabyte. */
const COMPRESSED_AT_ONCE = 4

/** Bytes of a body; takes 2 ms. Between two slices others run. */
const HASHED_AT_ONCE = 1024 * 1024

const compress = promisify(gzip)

/** Result of a call. */
export interface Written {
  /** Rows that this run stored or changed. */
  written: number
  /** Only if the database was unavailable and the call is in the spool: its rows, including rejected ones. */
  spooled?: number
}

/**
 * Stores rows of one moment, or puts the call into the spool if the database stays unavailable longer than the retry
 * budget. Time for which it has already been unavailable counts: after a while it is tried once without waiting. A
 * server that rejects everything for another reason (full, a wrong password) is not waited for; if the activity is
 * ended while it waits, the rows are spooled first. Throws the database's failure if there is no spool and for derived
 * rows, `DiskFull` or `Misconfigured` if the spool cannot take more.
 */
export async function writeRows(db: Database, rows: RowsByTable, options: WriteOptions): Promise<Written> {
  const retryBudgetMs = Math.max(0, options.retryBudget.ms - (db.spool?.unavailableForMs() ?? 0))
  try {
    const stored = await storeRows(db, rows, {
      ...options,
      retryBudget: { ...options.retryBudget, ms: retryBudgetMs },
    })
    db.spool?.databaseAnswered()
    return stored
  } catch (error) {
    const isEnded = error instanceof WaitEnded
    if (!isEnded && !isDatabaseUnwritable(error)) throw error
    // The last wait is not started if it would exceed the retry budget, which then counts as spent.
    db.spool?.databaseUnavailable(retryBudgetMs)
    if (db.spool === undefined || containsDerived(rows)) throw error
    if (isEnded) {
      await db.spool.writeRows(rows, options)
      throw error
    }
    const because = error.type === 'DatabaseUnavailable' ? undefined : textReason(error.message)
    const spooled = await db.spool.writeRows(rows, options, because)
    return { written: 0, spooled }
  }
}

/** They follow from stored rows, and are recomputed once those are stored. */
function containsDerived(rows: RowsByTable): boolean {
  return (Object.keys(rows) as WritableTable[]).some((name) => WRITABLE_TABLES[name].derived)
}

/**
 * Upserts rows on their natural keys, in one transaction, bypassing the spool. Returns how many rows this run stored or
 * changed. A row whose values did not change only moves its `observed_at`, so that a late, older row cannot win later.
 * Throws `DatabaseUnavailable` if the database stays unavailable longer than the retry budget, `ClockAhead` if the
 * observation lies ahead of the database's clock; nothing is half-written.
 */
export async function storeRows(
  db: Database,
  rows: RowsByTable,
  options: WriteOptions,
): Promise<{ written: number }> {
  const bodies = await packBodies(options.raw)
  return withDatabaseRetry(options.retryBudget, () =>
    db.transaction(async (tx) => {
      await refuseAhead(tx, options.observedAt)
      return storeCall(tx, rows, options, bodies)
    }),
  )
}

/** Makes the call inside the caller's transaction; the caller has refused a time that lies ahead, and handles failures. */
export async function storeCall(
  tx: Database,
  rows: RowsByTable,
  options: Omit<WriteOptions, 'retryBudget'>,
  bodies?: PackedBody[],
): Promise<{ written: number }> {
  await storeRaw(tx, bodies ?? (await packBodies(options.raw)), options.runId)
  await storeRejected(tx, options)
  let written = 0
  for (const name of Object.keys(WRITABLE_TABLES) as WritableTable[]) {
    written += await upsertAll(tx, name, rows[name] ?? [], options)
  }
  return { written }
}

async function upsertAll(
  tx: Database,
  name: WritableTable,
  rows: readonly object[],
  options: Pick<WriteOptions, 'observedAt' | 'runId' | 'corrects'>,
): Promise<number> {
  const table = WRITABLE_TABLES[name]
  const unique = deduplicate(table, rows as Record<string, unknown>[])
  const statementOf = (start: number) =>
    upsertStatement(table, unique.slice(start, start + CHUNK_ROWS), options)
  let written = 0
  let statement = unique.length > 0 ? statementOf(0) : undefined
  for (let next = CHUNK_ROWS; statement !== undefined; next += CHUNK_ROWS) {
    const following = async () => {
      if (next >= unique.length) return undefined
      // The one before is sent first: this is made ready while the database works at it.
      await setImmediate()
      return statementOf(next)
    }
    const [stored, made] = await Promise.all([tx.execute<{ written: number }>(statement), following()])
    written += stored.rows[0]?.written ?? 0
    statement = made
  }
  return written
}

/** A statement cannot touch one row twice: of two rows with one key the later in the batch wins. */
function deduplicate(table: Writable, rows: Record<string, unknown>[]): Record<string, unknown>[] {
  const byKey = new Map(
    rows.map((row) => [
      table.key.map((column) => storable(String(row[column.property]))).join('\u0000'),
      row,
    ]),
  )
  return byKey.size === rows.length ? rows : [...byKey.values()]
}

/**
 * `insert … select from unnest … on conflict`: one array per column, so that any number of rows costs one plan. The
 * newest wins, but a stored time ahead of the database's clock counts as the oldest; `run_id` names the run that last
 * changed a value, and those rows count as written.
 */
export function upsertStatement(
  table: Writable,
  rows: Record<string, unknown>[],
  { observedAt, runId, corrects }: Pick<WriteOptions, 'observedAt' | 'runId' | 'corrects'>,
): SQL {
  const columns = [...table.key, ...table.data]
  const names = (list: { name: string }[]) => list.map(({ name }) => `"${name}"`).join(', ')
  const own = (list: { name: string }[], of: string) => list.map(({ name }) => `${of}."${name}"`).join(', ')
  const changed = `(${own(table.compared, 't')}) is distinct from (${own(table.compared, 'excluded')})`
  const arrays = columns.map(
    ({ property, type }) =>
      sql`${sql.param(
        arrayParameter(
          type,
          rows.map((row) => row[property] ?? null),
        ),
      )}::${sql.raw(type)}[]`,
  )
  const moment = observedAt.toISOString()
  const set = [
    ...table.data.map(({ name }) => `"${name}" = excluded."${name}"`),
    ...(table.followed ? ['followed_at = null'] : []),
  ]
  const update = `do update set
      ${set.join(', ')},
      observed_at = excluded.observed_at,
      run_id = case when ${changed} then excluded.run_id else t.run_id end
    where ${
      table.final
        ? `excluded.observed_at >= t.observed_at and ${changed}`
        : `excluded.observed_at > t.observed_at or ${ahead('t.observed_at')}
      or (excluded.observed_at = t.observed_at and ${changed})`
    }`
  return sql`with stored as (
    insert into ${sql.raw(`"${table.name}" as t (${names(columns)}, observed_at, run_id)`)}
    select ${sql.raw(own(columns, 'u'))}, ${moment}::timestamptz, ${runId}::text
    from unnest(${sql.join(arrays, sql`, `)}) as u(${sql.raw(names(columns))})
    on conflict (${sql.raw(names(table.key))}) ${sql.raw(table.final && !corrects ? 'do nothing' : update)}
    returning t.run_id
  ) select written, case when written > 0 then ${notifyRows(table.name, runId)}::text end
    from (select count(*) filter (where run_id = ${runId})::int as written from stored) counted`
}

type PackedBody = RawBody & { hash: string; packed: Buffer }

const packBodies = (raw: RawBody[] = []) => pMap(raw, compressed, { concurrency: COMPRESSED_AT_ONCE })

async function compressed(raw: RawBody): Promise<PackedBody> {
  const bytes = Buffer.from(raw.body)
  const hash = createHash('sha256').update(raw.url).update('\u0000')
  for (let start = 0; start < bytes.length; start += HASHED_AT_ONCE) {
    if (start > 0) await setImmediate()
    hash.update(bytes.subarray(start, start + HASHED_AT_ONCE))
  }
  return { ...raw, hash: hash.digest('hex'), packed: await compress(bytes) }
}

async function storeRaw(tx: Database, bodies: PackedBody[], runId: string): Promise<void> {
  if (bodies.length === 0) return
  const column = <T>(pick: (body: (typeof bodies)[number]) => T) => sql.param(bodies.map(pick))
  await tx.execute(sql`insert into raw_payloads (hash, source, url, observed_at, run_id, bytes, body)
    select distinct on (hash) hash, source, url, observed_at, ${runId}, bytes, body
    from unnest(${column((b) => b.hash)}::text[], ${column((b) => b.source)}::text[], ${column((b) => b.url)}::text[],
      ${column((b) => b.observedAt.toISOString())}::timestamptz[], ${column((b) => b.packed.length)}::int[],
      ${column((b) => b.packed)}::bytea[]) as u(hash, source, url, observed_at, bytes, body)
    on conflict (hash) do update set observed_at = excluded.observed_at, run_id = excluded.run_id
    where excluded.observed_at > raw_payloads.observed_at or ${sql.raw(ahead('raw_payloads.observed_at'))}`)
}

/** A rejected row as `quarantine` keeps it, as JSON without secrets, and the hash by which it is found again. */
export function keptRow(row: unknown): { text: string; hash: string } {
  const text = redacted(storableJson(row ?? null))
  return { text, hash: createHash('sha256').update(text).digest('hex') }
}

async function storeRejected(
  tx: Database,
  { rejected = [], observedAt, runId }: Omit<WriteOptions, 'retryBudget'>,
): Promise<void> {
  if (rejected.length === 0) return
  const rows = rejected.map(({ source, reason, row }) => ({
    source,
    reason: cleanText(reason),
    ...keptRow(row),
  }))
  await tx.execute(sql`insert into quarantine (source, reason, "row", row_hash, observed_at, run_id)
    select source, reason, "row"::jsonb, row_hash, ${observedAt.toISOString()}::timestamptz, ${runId}
    from unnest(${sql.param(rows.map((r) => r.source))}::text[], ${sql.param(rows.map((r) => r.reason))}::text[],
      ${sql.param(rows.map((r) => r.text))}::text[], ${sql.param(rows.map((r) => r.hash))}::text[])
      as u(source, reason, "row", row_hash)
    on conflict (run_id, source, row_hash) do nothing`)
}
