/** A database that hangs, or whose network is gone: it ends no connection and answers nothing. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listenForChanges } from '../../db/changes.ts'
import { DatabaseClient } from '../../db/database-client.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { openDatabase } from '../../db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let proxy: DatabaseProxy
beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startDatabaseProxy(database.url)
})
afterAll(async () => {
  await proxy.goOffline()
  await database.drop()
})

it('counts as unavailable to who reads, and is read again when it speaks', async () => {
  const handle = openDatabase(proxy.url, () => undefined, { readOnly: { statementMs: 1_000 } })
  await handle.db.execute(sql`select 1`)
  proxy.fallSilent()
  const error: unknown = await handle.db.execute(sql`select 1`).catch((caught: unknown) => caught)
  expect(databaseFailure(error)?.type).toBe('DatabaseUnavailable')
  proxy.speakAgain()
  await handle.db.execute(sql`select 1`)
  await handle.close()
})

it('leaves who streams a long statement as much time as its reader takes', async () => {
  const readOnly = { statementMs: 60_000, isStreamed: true }
  const handle = openDatabase(proxy.url, () => undefined, { readOnly })
  expect(handle.pool.options.query_timeout).toBeUndefined()
  const { rows } = await handle.pool.query<{ statement_timeout: string }>('show statement_timeout')
  expect(rows).toEqual([{ statement_timeout: '1min' }])
  await handle.close()
})

it('is heard again by who listens to its changes', async () => {
  const limits = { connectionTimeoutMillis: 500, query_timeout: 500 }
  const stopping = new AbortController()
  let connections = 0
  let times = 0
  const listening = listenForChanges(
    () => {
      connections += 1
      return new DatabaseClient({ connectionString: proxy.url, ...limits })
    },
    { onChange: () => undefined, onListening: () => (times += 1), beatMs: 100 },
    stopping.signal,
  )
  await until(() => times >= 1)
  proxy.fallSilent()
  await until(() => connections >= 2)
  proxy.speakAgain()
  const before = times
  await until(() => times > before)
  stopping.abort()
  await listening
})
