/** A separate database for a test file: a copy of the migrated template, dropped at the end. */
import { randomBytes } from 'node:crypto'
import type { SQL } from 'drizzle-orm'
import pg from 'pg'
import { inject } from 'vitest'
import { openDatabase, type DatabaseHandle } from '../../db/database.ts'
import { TEMPLATE } from './global-setup.ts'

export interface TestDatabase extends DatabaseHandle {
  url: string
  /** Rows of a query; bigint columns come as text, times as text. */
  select<Row extends Record<string, unknown>>(query: SQL): Promise<Row[]>
  drop(): Promise<void>
}

export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  // Copied as files: through the log, the default, takes twice the computing, and dropping it, too.
  await admin(`create database ${name}${migrated ? ` template ${TEMPLATE} strategy file_copy` : ''}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  const handle = openDatabase(url.href, () => undefined)
  return {
    ...handle,
    url: url.href,
    select: async <Row extends Record<string, unknown>>(query: SQL) => {
      const result = await handle.db.execute<Row>(query)
      return result.rows as Row[]
    },
    async drop() {
      await handle.close()
      await admin(`drop database ${name} with (force)`)
    },
  }
}

async function admin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
