/** The same event, minute and poll, repeated or from several workers at once: everything is stored once. */
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { followStored } from '../../../activities/match-results/follow-stored.ts'
import type { Poll } from '../../../activities/match-results/follow.ts'
import { markFollowed, oldestPending, pollsFrom } from '../../../db/queries/match-results/matches.ts'
import { sqlState } from '../../../db/sql-state.ts'
import { openDatabase, type DatabaseHandle } from '../../../db/database.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import {
  followPolls,
  storedPolls,
  storePolls,
  tablesOf,
  type Tables,
} from '../../support/match-results/match-polls.ts'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'
import { before, live, minute } from '../../unit/activities/match-results/lives.ts'

const FEED = 'onexbet'
const MINUTES = 25

let hour: MatchMinutes
let polls: Poll[]
let expected: Tables
beforeAll(async () => {
  hour = await startMatchMinutes({ simulator: { seed: 3 } })
  for (let at = 0; at < MINUTES; at++) await hour.minute()
  polls = await storedPolls(hour.database, FEED)
  expected = await hour.tables()
})
afterAll(() => hour.stop())

let database: TestDatabase
let others: DatabaseHandle[]
beforeEach(async () => {
  database = await createTestDatabase()
  others = [1, 2].map(() => openDatabase(database.url, () => undefined))
})
afterEach(async () => {
  await Promise.all(others.map((other) => other.close()))
  await database.drop()
})

const followAll = () =>
  Promise.all(
    others.map(({ db }, at) => {
      const signal = new AbortController().signal
      return followStored(db, { feed: FEED, runId: `run ${at}`, signal, clock: () => new Date() })
    }),
  )

describe('the same event', () => {
  it('an event twice in a response is one match: the later row counts', async () => {
    const told = [before({ team1: 'Ajax B' }), live([0, 0]), live([1, 0])]
    await storePolls(database, FEED, [{ kind: 'feed', polledAt: minute(0), truncated: false, told }])
    await followPolls(database, FEED)
    const rows = await database.select(sql`select team1, state, score1 from matches`)
    expect(rows).toEqual([{ team1: 'Ajax', state: 'live', score1: 1 }])
    expect((await tablesOf(database, FEED)).observations).toHaveLength(1)
  })

  it('an hour of responses with occasional duplicates has each match once', () => {
    const ids = expected.matches.map((line) => (JSON.parse(line) as { event_id: number }).event_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(15)
  })

  it('the database itself refuses a second row of an event; another feed has its own', async () => {
    await storePolls(database, FEED, [
      { kind: 'feed', polledAt: minute(0), truncated: false, told: [live([0, 0])] },
    ])
    await followPolls(database, FEED)
    const again = (feed: string) =>
      database.db
        .execute(sql`insert into matches (feed, event_id, timestamp_utc, league, team1, team2, state, last_seen_at, observed_at, run_id)
        select ${feed}, event_id, timestamp_utc, league, team1, team2, state, last_seen_at, observed_at, run_id from matches limit 1`)
    await expect(again(FEED)).rejects.toSatisfy((error) => sqlState(error) === '23505')
    await again('another')
    expect(await database.select(sql`select feed from matches order by 1`)).toHaveLength(2)
  })
})

describe('two collections', () => {
  it('two collections of the same minute leave one poll, the first one', async () => {
    const told = (score: [number, number]): Poll[] => [
      { kind: 'feed', polledAt: minute(0), truncated: false, told: [live(score)] },
    ]
    await storePolls(database, FEED, told([1, 0]))
    await followPolls(database, FEED)
    await storePolls(database, FEED, told([9, 9]))
    expect((await followPolls(database, FEED)).polls).toBe(0)
    expect(await database.select(sql`select score1, score2 from matches`)).toEqual([{ score1: 1, score2: 0 }])
  })

  it('two collections that store the same polls at once leave each once, and the tables of one', async () => {
    const handles = others.map(({ db }) => ({ ...database, db }))
    await Promise.all(handles.map((handle) => storePolls(handle, FEED, polls)))
    await followAll()
    expect(await storedPolls(database, FEED)).toHaveLength(polls.length)
    expect(await tablesOf(database, FEED)).toEqual(expected)
  })
})

describe('two followers at once', () => {
  it('two concurrent followers of the same polls store each transition once', async () => {
    await storePolls(database, FEED, polls)
    const followed = await followAll()
    expect(followed.map((one) => one.polls).toSorted((a, b) => a - b)).toEqual([0, polls.length])
    expect(await tablesOf(database, FEED)).toEqual(expected)
  })

  it('a poll stored while two followers work stays pending', async () => {
    const [first, second, third] = polls.filter(({ kind }) => kind === 'feed')
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few polls')
    await storePolls(database, FEED, [first, third])
    const from = new Date(first.polledAt)
    const read = await pollsFrom(database.db, { feed: FEED, from, onlyPending: true, limit: 10 })
    await storePolls(database, FEED, [second])
    await markFollowed(database.db, read, new Date())
    expect(await oldestPending(database.db, FEED)).toEqual({ from: new Date(second.polledAt), isLate: true })
  })

  it('followers leave the same tables while polls arrive in any order', async () => {
    const mixed = [...polls.filter((_, at) => at % 3 === 2), ...polls.filter((_, at) => at % 3 !== 2)]
    for (const poll of mixed) await Promise.all([storePolls(database, FEED, [poll]), followAll()])
    await followAll()
    expect(await tablesOf(database, FEED)).toEqual(expected)
  })

  it('followers of two feeds do not interfere: the same event id is a match of each', async () => {
    await Promise.all(['one', 'two'].map((feed) => storePolls(database, feed, polls)))
    await Promise.all(['one', 'two'].map((feed) => followPolls(database, feed)))
    expect(await tablesOf(database, 'one')).toEqual(expected)
    expect(await tablesOf(database, 'two')).toEqual(expected)
  })
})
