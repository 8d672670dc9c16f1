/** The data set that the page of libraries reads: each domain's newest list beside the one of a week before. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { storeAttempt, storeContext, storeLibraries, storeList } from './rows.ts'

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
  const { db } = api.database
  await storeLibraries(db, ['a/One', 'b/Two', 'c/Three', 'd/Left', 'e/Money'])
  await storeList(db, 1, ['a/One', 'c/Three'])
  await storeList(db, 3, ['b/Two', 'a/One', 'd/Left'])
  await storeList(db, 9, ['b/Two', 'a/One'])
  await storeList(db, 10, ['a/One', 'b/Two', 'c/Three'], { left: ['d/Left'] })
  await storeList(db, 9, ['e/Money'], { domain: 'finance' })
  await storeContext(db, 'a/One')
  await storeAttempt(db, 9, 'c/Three', { outcome: 'title-only', reason: 'no text' })
})
afterAll(() => api.stop())

async function rowsOf(query: string) {
  const response = await fetch(`${api.address}/api/data/library-context/leaderboard${query}`)
  return ((await response.json()) as { rows: Record<string, unknown>[] }).rows
}

it('is compared with the newest list that is at least a week older', async () => {
  const rows = await rowsOf('?domain=astronomy')
  expect(
    rows.map(({ rank, name, compared_with, rank_then, stars_then }) => [
      rank,
      name,
      compared_with,
      rank_then,
      stars_then,
    ]),
  ).toEqual([
    [1, 'a/One', '2026-11-03', 2, 98],
    [2, 'b/Two', '2026-11-03', 1, 99],
    [3, 'c/Three', '2026-11-03', null, null],
  ])
})

it('has the newest list of each domain, whose nights may differ', async () => {
  const rows = await rowsOf('?domain=finance')
  expect(rows.map(({ date, name, compared_with }) => [date, name, compared_with])).toEqual([
    ['2026-11-09', 'e/Money', null],
  ])
})

it('says which library has a context, and why another has none', async () => {
  const rows = await rowsOf('?domain=astronomy')
  expect(rows.map(({ file, last_attempt, attempt_reason }) => [file, last_attempt, attempt_reason])).toEqual([
    ['a__One-context.txt', null, null],
    [null, null, null],
    [null, 'title-only', 'no text'],
  ])
})
