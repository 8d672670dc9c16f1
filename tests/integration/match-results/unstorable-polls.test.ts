/**
 * A poll that cannot be followed, whatever the fault, blocks none of those after it: it is marked, reported and
 * skipped.
 */
import { words } from '../../support/ending-in-words.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Poll } from '../../../activities/match-results/follow.ts'
import type { Sighting } from '../../../upstreams/onexbet/onexbet.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { followPolls, storePolls, tablesOf } from '../../support/match-results/match-polls.ts'
import { startMatchMinutes } from '../../support/match-results/match-minutes.ts'
import { live, minute } from '../../unit/activities/match-results/lives.ts'

const FEED = 'onexbet'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

const poll = (at: number, ...told: Sighting[]): Poll => ({
  kind: 'feed',
  polledAt: minute(at),
  truncated: false,
  told,
})
/** More seconds than an integer column holds. */
const tooLong = (at: number): Poll => poll(at, live([0, 0], { status: 'odd', elapsedS: 3e12 }))
/** A value that no parsed response can have. */
const nonsense = (at: number): Poll => ({ ...poll(at), told: 'nothing' }) as unknown as Poll
const GOOD = [...Array(12).keys()].map((at) => poll(at, live([at, 0])))

const refused = () =>
  database.select<{ at: Date; refused: string }>(
    sql`select extract(epoch from polled_at)::int as at, refused from feed_polls where refused is not null order by 1`,
  )
const pending = () => database.select(sql`select 1 as one from feed_polls where followed_at is null`)

/** The tables of the good polls alone. */
async function undisturbed() {
  await storePolls(database, 'twin', GOOD)
  await followPolls(database, 'twin')
  return tablesOf(database, 'twin')
}

it('follows the polls before and after one that the tables cannot hold', async () => {
  await storePolls(database, FEED, [...GOOD.slice(0, 7), tooLong(6.5), ...GOOD.slice(7)])
  const followed = await followPolls(database, FEED)
  expect(words(followed.refused)).toEqual([
    'the poll of 2026-03-10T12:06:30.000Z cannot be followed and is skipped: value "3000000000000" is out of range for type integer',
  ])
  expect(followed.polls).toBe(GOOD.length)
  expect(await tablesOf(database, FEED)).toEqual(await undisturbed())
  expect(await refused()).toEqual([
    { at: minute(6.5) / 1_000, refused: 'value "3000000000000" is out of range for type integer' },
  ])
  expect(await pending()).toEqual([])
})

it('passes over a damaged poll and a late unstorable one, too', async () => {
  await storePolls(database, FEED, [...GOOD.slice(0, 9), nonsense(3.5)])
  expect((await followPolls(database, FEED)).refused).toHaveLength(1)
  await storePolls(database, FEED, [tooLong(2.5), nonsense(4.5), ...GOOD.slice(9)])
  expect((await followPolls(database, FEED)).refused).toHaveLength(2)
  expect(await tablesOf(database, FEED)).toEqual(await undisturbed())
  expect(await pending()).toEqual([])
})

it('follows a late poll among rejected ones', async () => {
  await storePolls(database, FEED, [...GOOD.filter((_, at) => at !== 4), nonsense(3.5), tooLong(11.5)])
  await followPolls(database, FEED)
  await storePolls(database, FEED, GOOD.slice(4, 5))
  expect((await followPolls(database, FEED)).refused).toEqual([])
  expect(await tablesOf(database, FEED)).toEqual(await undisturbed())
})

it('polls wait if very many cannot be followed, since the fault is ours', async () => {
  await storePolls(database, FEED, [...Array(7).keys()].map(nonsense))
  expect((await followPolls(database, FEED)).refused).toHaveLength(5)
  expect(await pending()).toHaveLength(2)
  expect((await followPolls(database, FEED)).refused).toHaveLength(2)
  expect(await pending()).toEqual([])
})

it('rejects no poll while the database is unavailable', async () => {
  await storePolls(database, FEED, GOOD)
  await database.db.execute(sql`alter table match_observations rename to elsewhere`)
  await expect(followPolls(database, FEED)).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
  expect(await refused()).toEqual([])
  expect(await pending()).toHaveLength(GOOD.length)
})

it('the run that meets an unstorable poll is partial and says why; the next one is not', async () => {
  const matches = await startMatchMinutes()
  try {
    await matches.minute()
    await storePolls(matches.database, FEED, [{ ...nonsense(0), polledAt: matches.now().getTime() + 1_000 }])
    const { outcome, counts } = await matches.minute()
    const why = counts['feed']?.why ?? []
    expect([outcome, why.length]).toEqual(['partial', 1])
    expect(why[0]).toContain('cannot be followed and is skipped')
    expect((await matches.minute()).outcome).toBe('complete')
  } finally {
    await matches.stop()
  }
})
