import { sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'

/**
 * Keeps the rows of these tables in a schema of their own. The returned function puts them back into the tables, which must
 * be empty then: for tests that begin after the same run, which takes seconds. A table that refers to another comes after it.
 */
export async function keepRows(db: Database, tables: readonly string[]): Promise<() => Promise<void>> {
  const each = (statement: (table: string) => string) => db.execute(sql.raw(tables.map(statement).join(';')))
  await db.execute(sql`create schema kept`)
  await each((table) => `create table kept.${table} as table public.${table}`)
  return async () => {
    await each((table) => `insert into public.${table} overriding system value table kept.${table}`)
  }
}
