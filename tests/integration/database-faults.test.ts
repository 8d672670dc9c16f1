/** Faults of a database other than being unavailable: the rows are kept, and the pool stays usable. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseFailure } from '../../db/database-failure.ts'
import { type RowsByTable } from '../../db/write-call.ts'
import { openDatabase, type DatabaseHandle } from '../../db/database.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { drainSpool } from '../../db/spool/drain.ts'
import { segmentNames } from '../../db/spool/folder.ts'
import { openSpool } from '../../db/spool/spool.ts'
import { writeRows } from '../../db/write-rows.ts'
import { NOTHING } from '../../core/run-outcome.ts'
import { spoolOrigin, withSpooledCounts } from '../../worker/spooled-counts.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { words } from '../support/ending-in-words.ts'

const DAY = '2026-03-10'
/** More than the pool has connections. */
const TRIES = 12

let database: TestDatabase
let proxy: DatabaseProxy
let folder: string
const handles: DatabaseHandle[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startDatabaseProxy(database.url)
})
afterAll(async () => {
  await proxy.goOffline()
  await database.drop()
})
beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'almanac-bad-day-')), 'spool')
  await database.db.execute(sql`truncate fear_greed_index`)
})
afterEach(async () => {
  proxy.breakAt(undefined)
  for (const handle of handles.splice(0)) await handle.close()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

/** The test's database by way of the proxy, with changes to its address, and a spool. */
function opened(change: (url: URL) => void = () => undefined): DatabaseHandle {
  const url = new URL(proxy.url)
  change(url)
  const spool = openSpool({ folder, capBytes: 1e8, warn: () => undefined, origin: spoolOrigin })
  const handle = openDatabase(url.href, () => undefined, { spool })
  handles.push(handle)
  return handle
}

const ROWS: RowsByTable = { fear_greed_index: [{ date: DAY, value: 5, classification: 'Fear' }] }
const write = ({ db }: DatabaseHandle, { ms = 0, signal = new AbortController().signal } = {}) =>
  writeRows(db, ROWS, {
    observedAt: new Date(`${DAY}T10:00:00Z`),
    runId: 'run-1',
    retryBudget: { ms, signal },
  })
const values = async () =>
  (await database.select<{ value: number }>(sql`select value from fear_greed_index`)).map(
    ({ value }) => value,
  )

describe('a connection', () => {
  it('a connection that breaks as a transaction begins is returned to the pool, however often', async () => {
    const handle = opened()
    proxy.breakAt('begin')
    for (let tried = 0; tried < TRIES; tried++) expect(await write(handle)).toMatchObject({ spooled: 1 })
    proxy.breakAt(undefined)
    expect(await write(handle)).toEqual({ written: 1 })
    expect(handle.pool.totalCount).toBeLessThanOrEqual(1)
  })

  it('ends a migration that it breaks in, and not the process', async () => {
    proxy.breakAt('pg_advisory_lock')
    await expect(migrateDatabase(proxy.url)).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
  })

  it('abandons a hanging statement with its transaction: nobody else commits what was left', async () => {
    const handle = opened((url) => {
      url.searchParams.set('query_timeout', '200')
    })
    const hanging = handle.db.transaction(async (tx) => {
      await tx.execute(sql`insert into fear_greed_index (date, value, classification, observed_at, run_id)
        values (${DAY}, 9, 'Greed', now(), 'hanging')`)
      await tx.execute(sql`select pg_sleep(2)`)
    })
    await expect(hanging).rejects.toSatisfy((error) => databaseFailure(error)?.type === 'DatabaseUnavailable')
    for (let tried = 0; tried < TRIES; tried++) await handle.db.transaction((tx) => tx.execute(sql`select 1`))
    await database.db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where query = 'select pg_sleep(2)' and datname = current_database()`)
    expect(await values()).toEqual([])
  })
})

describe('rows of an unavailable database', () => {
  const later = async (handle: DatabaseHandle) => {
    expect(await write(handle)).toEqual({ written: 0, spooled: 1 })
    expect(await drainSpool(database.db, folder, { signal: new AbortController().signal })).toMatchObject({
      segments: 1,
      damaged: [],
    })
    expect(await values()).toEqual([5])
    expect(segmentNames(folder)).toEqual([])
  }

  it('keeps rows while the database is read-only, as after a failover', async () => {
    await later(
      opened((url) => {
        url.searchParams.set('options', '-c default_transaction_read_only=on')
      }),
    )
  })

  it('keeps rows if the database is not the intended one, and the run says so', async () => {
    const wrong = opened((url) => {
      url.pathname = '/no_such_database'
    })
    const counted = await withSpooledCounts('mod-stats', async () => ({
      ...NOTHING,
      ...(await write(wrong)),
    }))
    expect(counted).toMatchObject({ outcome: 'partial', spooled: 1 })
    expect(words(counted.why).join()).toMatch(/does not exist\. Check DATABASE_URL/)
    expect(segmentNames(folder)).toHaveLength(1)
  })

  it('keeps rows if the user lost the permission to write', async () => {
    const role = `reader_${database.url.slice(-12)}`
    await database.db.execute(sql.raw(`create role ${role} login`))
    try {
      await later(
        opened((url) => {
          url.username = role
        }),
      )
    } finally {
      await handles.pop()?.close()
      await database.db.execute(sql.raw(`drop role ${role}`))
    }
  })

  it('keeps rows if the database grants no lock', async () => {
    const handle = opened((url) => {
      url.searchParams.set('options', '-c lock_timeout=50')
    })
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`lock table fear_greed_index`)
      expect(await write(handle)).toEqual({ written: 0, spooled: 1 })
    })
    expect(segmentNames(folder)).toHaveLength(1)
  })

  it('keeps rows if the socket file is gone', async () => {
    const handle = openDatabase('postgres://u@/d?host=/nonexistent', () => undefined, {
      spool: openSpool({ folder, capBytes: 1e8, warn: () => undefined }),
    })
    handles.push(handle)
    await later(handle)
  })
})

describe('an activity that is cancelled while it waits for the database', () => {
  it('keeps the rows of an activity that is cancelled while it waits for the database', async () => {
    const handle = opened()
    const step = new AbortController()
    await proxy.goOffline()
    try {
      const waiting = write(handle, { ms: 600_000, signal: step.signal })
      setTimeout(() => {
        step.abort()
      }, 100)
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    } finally {
      await proxy.comeBack()
    }
    expect(segmentNames(folder)).toHaveLength(1)
  })
})
