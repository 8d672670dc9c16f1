/**
 * The spool on a real PostgreSQL: outage, recovery, drain; newest wins, nothing twice, damage affects only its own
 * segment.
 */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { closeRunOrSpool, finishRun } from '../../../activities/run-record.ts'
import { HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { openDatabase, type DatabaseHandle } from '../../../db/database.ts'
import { migrateDatabase } from '../../../db/migrate.ts'
import { type RunIdentity } from '../../../core/run.ts'
import { type RowsByTable, type WriteOptions } from '../../../db/write-call.ts'
import { closeRun } from '../../../db/queries/runs.ts'
import { drainSpool } from '../../../db/spool/drain.ts'
import { duePipelines, markDue } from '../../../db/spool/due.ts'
import { damagedSegments, segmentNames } from '../../../db/spool/folder.ts'
import { openSpool, type Spool } from '../../../db/spool/spool.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { RunEnding } from '../../../core/run-outcome.ts'
import { startDraining } from '../../../worker/drain.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { unbounded } from '../../support/mock-attempt.ts'
import { until } from '../../support/until.ts'

const DAY = '2026-03-10'
const TEN = new Date(`${DAY}T10:00:00Z`)
const NOON = new Date(`${DAY}T12:00:00Z`)
const NO_SIGNAL = { signal: new AbortController().signal }

let database: TestDatabase
let proxy: DatabaseProxy
let handle: DatabaseHandle
let spool: Spool
let folder: string
let warnings: string[]

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startDatabaseProxy(database.url)
})
afterAll(async () => {
  await proxy.goOffline()
  await database.drop()
})
beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'almanac-spool-')), 'spool')
  warnings = []
  spool = openSpool({ folder, capBytes: 1e8, warn: (_, message) => warnings.push(message) })
  handle = openDatabase(proxy.url, () => undefined, { spool })
  await database.db.execute(
    sql`truncate fear_greed_index, crypto_prices, candles, quarantine, raw_payloads, pipeline_runs`,
  )
})
afterEach(async () => {
  await handle.close()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

type Change = Partial<WriteOptions>
const write = (rows: RowsByTable, change: Change = {}) =>
  writeRows(handle.db, rows, {
    observedAt: TEN,
    runId: 'run-1',
    retryBudget: { ms: 0, ...NO_SIGNAL },
    ...change,
  })
const index = (value: number, date = DAY): RowsByTable => ({
  fear_greed_index: [{ date, value, classification: 'Fear' }],
})
const drain = () => drainSpool(handle.db, folder, NO_SIGNAL)

async function away<T>(work: () => Promise<T>): Promise<T> {
  await proxy.goOffline()
  try {
    return await work()
  } finally {
    await proxy.comeBack()
  }
}

const stored = () =>
  database.select<{ date: string; value: number; at: Date; run: string }>(
    sql`select date::text, value, observed_at as at, run_id as run from fear_greed_index order by date`,
  )
const values = async () => (await stored()).map(({ value }) => value)
const countOf = async (table: 'quarantine' | 'raw_payloads' | 'crypto_prices' | 'candles') =>
  Number((await database.select<{ n: string }>(sql`select count(*) as n from ${sql.raw(table)}`))[0]?.n)

describe('a call while the database is unavailable', () => {
  it('spools a call while the database is unavailable, and loads it unchanged when it is back', async () => {
    const raw = [{ source: 'a', url: 'https://a.test/', body: '{"é":1}', observedAt: TEN }]
    const rejected = [{ source: 'a', reason: 'no number', row: { value: '\u0000' } }]
    expect(await away(() => write(index(5), { raw, rejected }))).toEqual({ written: 0, spooled: 2 })
    expect(await stored()).toEqual([])
    expect(await drain()).toEqual({ segments: 1, rows: 2, runs: 0, damaged: [], skipped: [], pipelines: [] })
    expect(await stored()).toMatchObject([{ date: DAY, value: 5, run: 'run-1' }])
    expect(new Date((await stored())[0]?.at ?? 0)).toEqual(TEN)
    expect([await countOf('raw_payloads'), await countOf('quarantine')]).toEqual([1, 1])
    expect(segmentNames(folder)).toEqual([])
  })

  it('stores a call completely or not at all when the database breaks in the middle of its transaction', async () => {
    const rows = Array.from({ length: 40_000 }, (_, hour) => ({
      crypto: 'bitcoin',
      timestamp: new Date(hour * 3_600_000),
      source: 'binance' as const,
      close: 1,
      open: 1,
      high: 1,
      low: 1,
      volume: null,
      volume24h: null,
    }))
    const writing = write({ candles: rows })
    await until(async () => {
      const { rows: seen } = await database.db.execute(
        sql`select from pg_stat_activity where query like 'with stored as%' and datname = current_database()`,
      )
      return seen.length > 0
    })
    expect(await away(() => writing)).toEqual({ written: 0, spooled: rows.length })
    expect(await countOf('candles')).toBe(0)
    await drain()
    expect(await countOf('candles')).toBe(rows.length)
  })

  it('waits for the database once, then tries once per call until the database responds', async () => {
    let asked = 0
    const refusing = createServer((socket) => {
      asked++
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(refusing, 'listening')
    const { port } = refusing.address() as AddressInfo
    const deaf = openDatabase(`postgresql://nobody@127.0.0.1:${port}/nothing`, () => undefined, { spool })
    const askedFor = async (date: string) => {
      asked = 0
      const options = { observedAt: TEN, runId: 'run-1', retryBudget: { ms: 600, ...NO_SIGNAL } }
      expect(await writeRows(deaf.db, index(1, date), options)).toEqual({ written: 0, spooled: 1 })
      return asked
    }
    expect(await askedFor(DAY)).toBeGreaterThan(1)
    expect(await askedFor('2026-03-11')).toBe(1)
    expect(await askedFor('2026-03-12')).toBe(1)
    expect(await write(index(2, '2026-03-13'))).toEqual({ written: 1 })
    expect(spool.isDatabaseUnavailable).toBe(false)
    expect(await askedFor('2026-03-14')).toBeGreaterThan(1)
    await deaf.close()
    refusing.close()
  })

  it('refuses derived rows, and rows without a spool, while the database is unavailable', async () => {
    await away(async () => {
      const prices = {
        crypto_prices: [
          { crypto: 'bitcoin', timestamp: TEN, price: 1, source: 'binance' as const, formulas: 1 },
        ],
      }
      await expect(write(prices)).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
      await expect(write({ ...index(1), ...prices })).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
      const plain = openDatabase(proxy.url, () => undefined)
      const options = { observedAt: TEN, runId: 'run-1', retryBudget: { ms: 0, ...NO_SIGNAL } }
      await expect(writeRows(plain.db, index(1), options)).rejects.toMatchObject({
        type: 'DatabaseUnavailable',
      })
      await plain.close()
    })
    expect(segmentNames(folder)).toEqual([])
  })

  it('a call inside an existing transaction is part of it, and never spooled', async () => {
    const options = { observedAt: TEN, runId: 'run-1', retryBudget: { ms: 0, ...NO_SIGNAL } }
    const work = handle.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      await proxy.goOffline()
      await writeRows(tx, index(1), options)
    })
    await expect(work).rejects.toThrow()
    await proxy.comeBack()
    expect(segmentNames(folder)).toEqual([])
  })

  it('keeps a call while the tables do not exist yet, and the failure says what to do', async () => {
    const empty = await createTestDatabase({ migrated: false })
    const bare = openDatabase(empty.url, () => undefined, { spool })
    const options = { observedAt: TEN, runId: 'run-1', retryBudget: { ms: 0, ...NO_SIGNAL } }
    try {
      expect(await writeRows(bare.db, index(7), options)).toEqual({ written: 0, spooled: 1 })
      const { ended, ...rest } = await drainSpool(bare.db, folder, NO_SIGNAL)
      expect(rest).toEqual({ segments: 0, rows: 0, runs: 0, damaged: [], skipped: [], pipelines: [] })
      expect(ended).toMatchObject({ type: 'DatabaseUnavailable' })
      expect(ended?.message).toContain('almanac db migrate')
      await migrateDatabase(empty.url)
      expect(await drainSpool(bare.db, folder, NO_SIGNAL)).toMatchObject({
        segments: 1,
        rows: 1,
        damaged: [],
      })
    } finally {
      await bare.close()
      await empty.drop()
    }
  })
})

describe('newest wins', () => {
  it('the newest row wins over a segment that is loaded late', async () => {
    await away(() => write(index(4), { observedAt: TEN, runId: 'late' }))
    await write(index(5), { observedAt: NOON, runId: 'newer' })
    expect(await drain()).toMatchObject({ segments: 1 })
    expect(await stored()).toMatchObject([{ value: 5, run: 'newer' }])
  })

  it('the newest row wins over a segment that is loaded twice, with something newer in between', async () => {
    await away(() => write(index(4), { rejected: [{ source: 'a', reason: 'b', row: 1 }] }))
    const [name = ''] = segmentNames(folder)
    const bytes = readFileSync(join(folder, name))
    await drain()
    await write(index(5), { observedAt: NOON })
    writeFileSync(join(folder, name), bytes)
    expect(await drain()).toMatchObject({ segments: 1, rows: 2 })
    expect(await values()).toEqual([5])
    expect(await countOf('quarantine')).toBe(1)
  })

  it('the newest row wins among segments, in whatever order they were written', async () => {
    await away(async () => {
      await write(index(9), { observedAt: NOON })
      await write(index(4), { observedAt: TEN })
    })
    await drain()
    expect(await values()).toEqual([9])
  })
})

describe('a drain', () => {
  const damage = (name: string) => {
    const bytes = readFileSync(join(folder, name))
    writeFileSync(join(folder, name), bytes.subarray(0, -3))
  }
  const spoolDays = (days: number) =>
    away(async () => {
      for (let day = 1; day <= days; day++) await write(index(day, `2026-03-${String(day).padStart(2, '0')}`))
    })

  it('moves a damaged segment to the dead letters with the reason, and loads its neighbours', async () => {
    await spoolDays(5)
    const names = segmentNames(folder)
    damage(names[2] ?? '')
    const reason = 'the checksum does not match: bytes were changed or are missing'
    const head = expect.objectContaining({ tables: { fear_greed_index: 1 } }) as unknown
    const damaged = [{ name: names[2], reason, head }]
    expect(await drain()).toMatchObject({ segments: 4, rows: 4, damaged })
    expect(await values()).toEqual([1, 2, 4, 5])
    expect(damagedSegments(folder)).toEqual(damaged)
    expect(await drain()).toMatchObject({ segments: 0, damaged: [] })
  })

  it('moves what PostgreSQL refuses to the dead letters, and loads the rest of its group', async () => {
    await spoolDays(3)
    await away(async () => {
      const modOfNobody = { date: DAY, platform: 'modrinth', modId: 999_999, totalDownloads: 1 }
      await write({ daily_stats: [modOfNobody] })
      await write({ fear_greed_index: [{ date: 'someday', value: 1, classification: 'Fear' }] })
      await write(index(6, '2026-03-06'))
    })
    const names = segmentNames(folder)
    const { segments, damaged } = await drain()
    expect(segments).toBe(4)
    expect(damaged.map(({ name }) => name)).toEqual([names[3], names[4]])
    expect(damaged[0]?.reason).toContain('SQLSTATE 23503')
    expect(damaged[1]?.reason).toContain('invalid input syntax for type date')
    expect(await values()).toEqual([1, 2, 3, 6])
  })

  it('loads all rows of a call but those that PostgreSQL refuses', async () => {
    const raw = [{ source: 'a', url: 'https://a.test/', body: '{}', observedAt: TEN }]
    const modOfNobody = { date: DAY, platform: 'modrinth', modId: 999_999, totalDownloads: 1 }
    const days = [1, 2, 3, 4, 5].flatMap((day) => index(day, `2026-03-0${day}`).fear_greed_index ?? [])
    days.splice(3, 0, { date: 'someday', value: 9, classification: 'Fear' })
    await away(() => write({ fear_greed_index: days, daily_stats: [modOfNobody] }, { raw }))
    const [name] = segmentNames(folder)
    const tables = { fear_greed_index: 1, daily_stats: 1 }
    expect(await drain()).toMatchObject({ segments: 0, rows: 5, damaged: [{ name, head: { tables } }] })
    expect(await values()).toEqual([1, 2, 3, 4, 5])
    expect(await countOf('raw_payloads')).toBe(1)
    expect(segmentNames(folder)).toEqual([])
    expect(damagedSegments(folder)).toMatchObject([{ name, head: { tables } }])
  })

  it('a drain keeps everything while the database is unavailable, and says why', async () => {
    await spoolDays(3)
    const names = segmentNames(folder)
    const { ended, ...rest } = await away(drain)
    expect(ended).toMatchObject({ type: 'DatabaseUnavailable' })
    expect(rest).toEqual({ segments: 0, rows: 0, runs: 0, damaged: [], skipped: [], pipelines: [] })
    expect(segmentNames(folder)).toEqual(names)
    expect(await drain()).toMatchObject({ segments: 3 })
  })

  it('a drain removes nothing before it is committed', async () => {
    await spoolDays(2)
    const names = segmentNames(folder)
    const client = await database.pool.connect()
    await client.query('begin; lock table fear_greed_index in access exclusive mode')
    const draining = drain()
    await until(async () => {
      const { rows } = await client.query(
        "select from pg_locks where not granted and relation = 'fear_greed_index'::regclass",
      )
      return rows.length > 0
    })
    expect(segmentNames(folder)).toEqual(names)
    await client.query('rollback')
    client.release()
    expect(await draining).toMatchObject({ segments: 2 })
    expect(segmentNames(folder)).toEqual([])
  })

  it('a drain stops between two groups when aborted', async () => {
    await away(async () => {
      for (let group = 0; group < 3; group++) {
        const rejected = Array.from({ length: 4_000 }, (_, row) => ({
          source: 'a',
          reason: 'b',
          row: [group, row],
        }))
        await write({}, { rejected })
      }
    })
    const stopping = new AbortController()
    const onSegment = () => {
      stopping.abort()
    }
    expect(await drainSpool(handle.db, folder, { signal: stopping.signal, onSegment })).toMatchObject({
      segments: 1,
    })
    expect(segmentNames(folder)).toHaveLength(2)
  })

  it('a drain names the pipelines whose rows it loaded', async () => {
    const named = openSpool({
      folder,
      capBytes: 1e8,
      warn: () => undefined,
      origin: () => ({ pipeline: 'crypto-forecast' }),
    })
    await named.writeRows(index(1), { observedAt: TEN, runId: 'run-1' })
    await named.writeRows(index(2, '2026-03-11'), { observedAt: TEN, runId: 'run-1' })
    await named.writeEnding(identity, partial, NOON)
    expect(await drain()).toEqual({
      segments: 3,
      rows: 2,
      runs: 1,
      damaged: [],
      skipped: [],
      pipelines: ['crypto-forecast'],
    })
    expect(duePipelines(folder)).toEqual(['crypto-forecast'])
  })

  it('a drain skips a segment that cannot be read, says so, and loads its neighbours', async () => {
    await spoolDays(1)
    const name = '20260310T000000.000Z.segment'
    mkdirSync(join(folder, name))
    await spoolDays(2)
    const skipped = [{ name, reason: 'EISDIR: illegal operation on a directory, read' }]
    const { ended, ...rest } = await drain()
    expect(rest).toEqual({ segments: 3, rows: 3, runs: 0, damaged: [], skipped, pipelines: [] })
    expect(ended).toBeUndefined()
    expect(segmentNames(folder)).toEqual([name])
  })

  it('moves an invalid call to the dead letters, and loads the rest of its group', async () => {
    await spoolDays(1)
    const candle = { crypto: 'bitcoin', source: 'binance' as const, close: 1 }
    await away(() => write({ candles: [{ ...candle, timestamp: new Date(Number.NaN) }] }))
    await spoolDays(2)
    const [, name] = segmentNames(folder)
    const damaged = [{ name, reason: 'it cannot be written to the database: Invalid time value' }]
    expect(await drain()).toMatchObject({ segments: 3, damaged, skipped: [] })
    expect(segmentNames(folder)).toEqual([])
  })

  it('loads the neighbours of a damaged segment that cannot be moved', async () => {
    await spoolDays(3)
    const [name = ''] = segmentNames(folder)
    damage(name)
    writeFileSync(join(folder, 'damaged'), 'a file where the folder should be')
    const { segments, damaged, skipped } = await drain()
    expect([segments, damaged, skipped.map((one) => one.name)]).toEqual([2, [], [name]])
    expect(skipped[0]?.reason).toContain('the checksum does not match')
    expect(segmentNames(folder)).toEqual([name])
  })

  it('moves nothing to the dead letters if it cannot log in', async () => {
    await spoolDays(2)
    const withoutPassword = new URL(proxy.url)
    withoutPassword.password = ''
    const shut = openDatabase(withoutPassword.href, () => undefined)
    const { ended, ...rest } = await drainSpool(shut.db, folder, NO_SIGNAL)
    await shut.close()
    // The driver's own error, without a code.
    expect(ended?.message).toContain('SASL')
    expect(rest).toMatchObject({ segments: 0, damaged: [], skipped: [] })
    expect(segmentNames(folder)).toHaveLength(2)
  })

  it('a drain interrupted by the database returns what it has loaded, and marks that as due', async () => {
    const named = openSpool({
      folder,
      capBytes: 1e8,
      warn: () => undefined,
      origin: () => ({ pipeline: 'crypto-forecast' }),
    })
    const rejected = Array.from({ length: 5_000 }, (_, row) => ({ source: 'a', reason: 'b', row }))
    await named.writeRows({}, { observedAt: TEN, runId: 'run-1', rejected })
    await named.writeRows(index(1), { observedAt: TEN, runId: 'run-1' })
    const client = await database.pool.connect()
    await client.query('begin; lock table fear_greed_index in access exclusive mode')
    const draining = drain()
    await until(async () => {
      const { rows } = await client.query(
        "select from pg_locks where not granted and relation = 'fear_greed_index'::regclass",
      )
      return rows.length > 0
    })
    const { ended, ...rest } = await away(() => draining)
    await client.query('rollback')
    client.release()
    expect(ended).toMatchObject({ type: 'DatabaseUnavailable' })
    expect(rest).toMatchObject({ segments: 1, rows: 5_000, pipelines: ['crypto-forecast'] })
    expect(duePipelines(folder)).toEqual(['crypto-forecast'])
    expect(segmentNames(folder)).toHaveLength(1)
  })
})

const identity: RunIdentity = {
  runId: 'run-9',
  workflowId: 'match-results-9',
  pipeline: 'match-results',
  trigger: 'schedule',
  startedAt: TEN.toISOString(),
}
const partial: RunEnding = {
  outcome: 'partial',
  counts: {
    feed: {
      outcome: 'partial',
      fetched: 40,
      written: 0,
      rejected: 0,
      spooled: 40,
      why: [{ code: 'spooled', values: { rows: 40 } }],
    },
  },
}

const failed: RunEnding = {
  outcome: 'failed',
  counts: {},
  error: { code: 'DatabaseUnavailable', values: { message: 'It does not respond.' } },
}

describe('the ending of a run without a database', () => {
  const records = () =>
    database.select<Record<string, unknown>>(
      sql`select run_id, outcome, counts, finished_at at time zone 'UTC' as at from pipeline_runs`,
    )

  it('the end of a run without a database becomes its record when the database is back', async () => {
    expect(await away(() => closeRunOrSpool(handle.db, identity, partial, NOON))).toMatchObject({
      spooled: true,
    })
    expect(await drain()).toMatchObject({ segments: 1, runs: 1 })
    expect(await records()).toMatchObject([{ run_id: 'run-9', outcome: 'partial', counts: partial.counts }])
  })

  it('the spooled end of a run closes a record that is still open', async () => {
    await database.db
      .execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at)
      values ('run-9', 'match-results-9', 'match-results', 'schedule', ${TEN.toISOString()})`)
    await away(() => closeRunOrSpool(handle.db, identity, partial, NOON))
    await drain()
    expect(await records()).toMatchObject([{ outcome: 'partial' }])
  })

  it('the spooled end of a run never overwrites a record that was closed later', async () => {
    await away(() => closeRunOrSpool(handle.db, identity, partial, TEN))
    await closeRun(database.db, identity, { outcome: 'interrupted', counts: {} }, NOON)
    await drain()
    expect(await records()).toMatchObject([{ outcome: 'interrupted' }])
  })

  /** The last step of a run that began without the database, `leftMs` before its time is up. */
  const finished = (leftMs: number) => {
    const scheduledTimestampMs = Date.now() - (HOUR_MS - leftMs)
    const info = { ...unbounded(), scheduledTimestampMs }
    return new MockActivityEnvironment(info).run(() =>
      finishRun(handle.db, { run: identity, ending: failed, at: NOON }, async () => {
        await handle.db.execute(sql`select 1`)
        return failed
      }),
    )
  }

  it('the last step waits for the database while its time lasts, and then leaves the end of the run in the spool', async () => {
    await away(async () => {
      await expect(finished(2 * MINUTE_MS)).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
      expect(segmentNames(folder)).toEqual([])
      expect(await finished(MINUTE_MS / 2)).toMatchObject({
        outcome: 'failed',
        counts: { closing: { outcome: 'failed', why: [{ code: 'not-closed' }] } },
      })
    })
    expect(await drain()).toMatchObject({ segments: 1, runs: 1 })
    expect(await records()).toMatchObject([{ run_id: 'run-9', outcome: 'failed' }])
  })

  it('writes the end of a run at once if the database responds', async () => {
    expect(await closeRunOrSpool(handle.db, identity, partial, NOON)).toEqual({
      spooled: false,
      ending: partial,
    })
    expect(await records()).toMatchObject([{ outcome: 'partial' }])
  })
})

describe("the worker's loop", () => {
  it('the worker drains when the database is back, reports whose rows came, and retries a failed report', async () => {
    const reported: string[][] = []
    const named = openSpool({
      folder,
      capBytes: 1e8,
      warn: () => undefined,
      origin: () => ({ pipeline: 'crypto-forecast' }),
    })
    await proxy.goOffline()
    await named.writeRows(index(1), { observedAt: TEN, runId: 'run-1' })
    const startRecompute = (pipelines: string[]) => {
      reported.push(pipelines)
      return reported.length === 1 ? Promise.reject(new Error('Temporal is away, too')) : Promise.resolve()
    }
    const log = pino({ level: 'silent' })
    const draining = startDraining({ db: handle.db, folder, log, startRecompute, pollIntervalMs: 20 })
    await proxy.comeBack()
    await until(() => reported.length === 2)
    await draining.stop()
    expect(reported).toEqual([['crypto-forecast'], ['crypto-forecast']])
    expect(await values()).toEqual([1])
    expect(readdirSync(folder)).toEqual([])
  })

  it('the worker starts what an earlier process left due, as soon as no run of that pipeline is open', async () => {
    markDue(folder, ['crypto-forecast', 'match-results'])
    await database.db
      .execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at)
      values ('run-9', 'match-results-9', 'match-results', 'schedule', ${TEN.toISOString()})`)
    const reported: string[][] = []
    const startRecompute = (pipelines: string[]) => {
      reported.push(pipelines)
      return Promise.resolve()
    }
    const log = pino({ level: 'silent' })
    const draining = startDraining({ db: handle.db, folder, log, startRecompute, pollIntervalMs: 20 })
    await until(() => reported.length === 1)
    expect(reported).toEqual([['crypto-forecast']])
    await until(() => duePipelines(folder).length === 1)
    expect(duePipelines(folder)).toEqual(['match-results'])
    await closeRun(database.db, identity, partial, NOON)
    await until(() => reported.length === 2)
    await draining.stop()
    expect(reported).toEqual([['crypto-forecast'], ['match-results']])
    expect(readdirSync(folder)).toEqual([])
  })

  it('the worker reports a segment that it cannot read once', async () => {
    mkdirSync(join(folder, '0.segment'), { recursive: true })
    const reported: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => reported.push(line) })
    let polls = 0
    const db = new Proxy(handle.db, {
      get: (target, property, receiver) => {
        if (property === 'transaction') polls++
        return Reflect.get(target, property, receiver) as unknown
      },
    })
    const draining = startDraining({ db, folder, log, pollIntervalMs: 5 })
    await until(() => polls > 2)
    await draining.stop()
    expect(reported).toHaveLength(1)
    expect(reported[0]).toContain('0.segment: EISDIR')
  })

  it('the worker tries a database that lacks a table six times less often', async () => {
    markDue(folder, ['crypto-forecast'])
    const polls: number[] = []
    const missing = Object.assign(new Error('relation "pipeline_runs" does not exist'), { code: '42P01' })
    const db = new Proxy(handle.db, {
      get: () => {
        polls.push(performance.now())
        throw missing
      },
    })
    const startRecompute = () => Promise.resolve()
    const log = pino({ level: 'silent' })
    const draining = startDraining({ db, folder, log, startRecompute, pollIntervalMs: 20 })
    await until(() => polls.length === 2)
    await draining.stop()
    const [first = 0, second = 0] = polls
    expect(second - first).toBeGreaterThan(100)
  })
})
