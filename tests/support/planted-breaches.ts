/** Plants rows that break what a pipeline declares beside its tables, one check after another, on a real PostgreSQL. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKS_OF_TABLES } from '../../db/checks-of-tables.ts'
import { lookAtTables } from '../../db/queries/checks.ts'
import { pipelineOfTable } from '../../db/writable-tables.ts'
import type { Database } from '../../db/database.ts'
import { rolledBack } from '../../db/rolled-back.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

/** A row by SQL names; what may not be null and is not given is filled with something of its type. */
type Row = Readonly<Record<string, unknown>>

/** By table and check, rows of the table of which some break this check and no other. */
export type Planted = Readonly<Record<string, readonly Row[]>>

const FILLED: Record<string, string> = {
  bigint: '0',
  boolean: 'false',
  date: 'current_date - 1',
  'double precision': '1',
  integer: '0',
  json: `'{}'`,
  jsonb: `'{}'`,
  real: '0',
  text: `'x'`,
  'timestamp with time zone': 'now()',
}

/** Stores a row of a table. */
async function plant(db: Database, table: string, row: Row): Promise<void> {
  const { rows: columns } = await db.execute<{ name: string; type: string; filled: boolean }>(sql`
    select column_name as name, data_type as type,
      is_nullable = 'NO' and column_default is null and is_identity = 'NO' and is_generated = 'NEVER' as filled
    from information_schema.columns where table_name = ${table}`)
  const given = Object.keys(row)
  const others = columns.filter(({ name, filled }) => filled && !given.includes(name))
  const names = [...given, ...others.map(({ name }) => name)].map((name) => `"${name}"`)
  const values = [
    ...Object.values(row).map((value) => sql`${value}`),
    ...others.map(({ type }) => sql.raw(FILLED[type] ?? 'null')),
  ]
  await db.execute(
    sql`insert into ${sql.raw(`"${table}" (${names.join(', ')})`)} values (${sql.join(values, sql`, `)})`,
  )
}

/** The UTC day so many days ago. */
export const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
/** The moment so many minutes ago. */
export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()

/** Declares the tests of a pipeline's checks; `parents` stores what its rows refer to. */
export function testChecks(
  pipeline: string,
  { planted, parents = [] }: { planted: Planted; parents?: readonly [table: string, row: Row][] },
): void {
  const declared = Object.entries(CHECKS_OF_TABLES).flatMap(([table, checks]) =>
    typeof checks === 'string' || pipelineOfTable(table) !== pipeline
      ? []
      : checks.map(({ name }) => `${table} ${name}`),
  )

  describe(`the checks of ${pipeline}`, () => {
    let database: TestDatabase
    beforeAll(async () => {
      database = await createTestDatabase()
      for (const [table, row] of parents) await plant(database.db, table, row)
    })
    afterAll(async () => {
      await database.drop()
    })

    const broken = async (db: Database) =>
      (await lookAtTables(db, pipeline))
        .filter(({ found }) => found > 0)
        .map(({ table, name, of }) => ({ check: `${table} ${name}`, of }))

    it('are all of them tried here', () => {
      expect(Object.keys(planted).toSorted()).toEqual(declared.toSorted())
    })

    it('find nothing in empty tables', async () => {
      expect(await broken(database.db)).toEqual([])
    })

    it.each(Object.entries(planted))('find %s', async (check, rows) => {
      const [table = ''] = check.split(' ')
      const found = await rolledBack(database, async (db) => {
        for (const row of rows) await plant(db, table, row)
        return broken(db)
      })
      expect(found.map((one) => one.check)).toEqual([check])
      if (check.endsWith(' groups')) expect(found[0]?.of).toHaveLength(1)
      expect(found[0]?.of.every((name) => name.trim() !== '')).toBe(true)
    })
  })
}
