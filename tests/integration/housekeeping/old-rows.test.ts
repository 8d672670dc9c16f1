/** Old rows go in small steps; whatever is not older than it is to be kept stays. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { removeOldRows } from '../../../db/queries/housekeeping/old-rows.ts'
import { rolledBack } from '../../../db/rolled-back.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.db.execute(sql`create table "Some things" (day date, at timestamptz, n int)`)
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.execute(sql`truncate "Some things"`)
  await database.db.execute(sql`
    insert into "Some things" select date '2026-01-01' + n % 100, timestamptz '2026-01-01 00:00Z' + n % 100 * interval '1 day', n
    from generate_series(0, 49999) n`)
})

const BEFORE = { before: new Date('2026-02-10T00:00:00.000Z'), signal: new AbortController().signal }
const table = 'Some things'
const left = async () =>
  (
    await database.select<{ rows: number; oldest: string }>(
      sql`select count(*)::int as rows, min(day)::text as oldest from "Some things"`,
    )
  )[0]

describe('old rows', () => {
  it.each(['day', 'at'])('go by their %s, all of them and no other', async (age) => {
    const removed = await removeOldRows(database.db, { table, age, where: undefined }, BEFORE)
    expect(removed).toMatchObject({ table, rows: 20_000 })
    expect(await left()).toEqual({ rows: 30_000, oldest: '2026-02-10' })
    expect(await removeOldRows(database.db, { table, age, where: undefined }, BEFORE)).toMatchObject({
      rows: 0,
    })
  })

  it('of old days are thinned to the newest of each thing, however many nights thin them', async () => {
    await database.db.execute(sql`truncate "Some things"`)
    // Two things every hour of four days; what is not older than two days stays whole.
    await database.db.execute(sql`
      insert into "Some things" select at::date, at, n from generate_series(timestamptz '2026-02-06 00:00Z',
        '2026-02-09 23:00Z', '1 hour') at, generate_series(1, 2) n`)
    const old = { table, age: 'at', where: undefined, daily: ['n'] }
    const before = { ...BEFORE, before: new Date('2026-02-08T00:00:00.000Z') }
    expect((await removeOldRows(database.db, old, before)).rows).toBe(2 * 2 * 23)
    expect((await removeOldRows(database.db, old, before)).rows).toBe(0)
    const kept = await database.select(sql`
      select to_char(at at time zone 'UTC', 'DD HH24') as at, n from "Some things" where at < '2026-02-08 00:00Z' order by 1, 2`)
    expect(kept).toEqual(['06 23', '07 23'].flatMap((at) => [1, 2].map((n) => ({ at, n }))))
    expect(await left()).toMatchObject({ rows: 4 + 96 })
  })

  it('stay if a condition of their table keeps them', async () => {
    const removed = await removeOldRows(
      database.db,
      { table, age: 'day', where: 'n < 100 or n = 49999' },
      BEFORE,
    )
    expect(removed.rows).toBe(40)
  })

  it('go in several transactions, so that none locks them all', async () => {
    const transactions = await transactionsOf(async () => {
      await removeOldRows(database.db, { table, age: 'day', where: undefined }, BEFORE)
    })
    expect(transactions).toBeGreaterThan(1)
  })

  it('stay all in a transaction that is rolled back', async () => {
    const { rows } = await rolledBack(database, (db) =>
      removeOldRows(db, { table, age: 'day', where: undefined }, BEFORE),
    )
    expect(rows).toBe(20_000)
    expect((await left())?.rows).toBe(50_000)
  })
})

/** How many transactions removed rows of the table. */
async function transactionsOf(work: () => Promise<void>): Promise<number> {
  await database.db.execute(sql`create table gone (xid xid8)`)
  await database.db.execute(sql`create function tell() returns trigger language plpgsql as
    $$ begin insert into gone values (pg_current_xact_id()); return null; end $$`)
  await database.db.execute(
    sql`create trigger tell after delete on "Some things" for each statement execute function tell()`,
  )
  await work()
  const [found] = await database.select<{ count: number }>(
    sql`select count(distinct xid)::int as count from gone`,
  )
  await database.db.execute(sql`drop trigger tell on "Some things"`)
  await database.db.execute(sql`drop function tell; drop table gone`)
  return found?.count ?? 0
}
