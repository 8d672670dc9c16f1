/** A transaction that is always rolled back: the work inside behaves as on a separate database. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rolledBack } from '../../db/rolled-back.ts'
import type { Database } from '../../db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.db.execute(sql`create table numbers (value int primary key)`)
})
afterAll(() => database.drop())

const add = (db: Database, value: number) => db.execute(sql`insert into numbers values (${value})`)
const numbers = async (db: Database) =>
  (await db.execute<{ value: number }>(sql`select value from numbers order by value`)).rows.map(
    ({ value }) => value,
  )

it('a rolled-back transaction returns the result of its work, and keeps none of its rows', async () => {
  const seen = await rolledBack(database, async (db) => {
    await add(db, 1)
    await db.transaction(async (tx) => {
      await add(tx, 2)
      await tx.transaction((inner) => add(inner, 3))
    })
    return numbers(db)
  })
  expect(seen).toEqual([1, 2, 3])
  expect(await numbers(database.db)).toEqual([])
})

it('a failed inner transaction is undone, and no concurrent one', async () => {
  const seen = await rolledBack(database, async (db) => {
    const fails = db.transaction(async (tx) => {
      await add(tx, 1)
      await add(tx, 1)
    })
    const others = [2, 3, 4].map((value) => db.transaction((tx) => add(tx, value)))
    const results = await Promise.allSettled([fails, ...others])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
    return numbers(db)
  })
  expect(seen).toEqual([2, 3, 4])
  expect(await numbers(database.db)).toEqual([])
})

it('a rolled-back transaction throws the error of its work, and keeps none of its rows', async () => {
  const work = rolledBack(database, async (db) => {
    await add(db, 1)
    throw new Error('a defect')
  })
  await expect(work).rejects.toThrow('a defect')
  expect(await numbers(database.db)).toEqual([])
})
