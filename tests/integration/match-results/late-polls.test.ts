/** Late polls, in any order and in any batches: the tables are those of polls in sequence. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import type { Poll } from '../../../activities/match-results/follow.ts'
import type { MatchResult } from '../../../upstreams/onexbet/onexbet-results.ts'
import type { Sighting } from '../../../upstreams/onexbet/onexbet.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import {
  followPolls,
  storedPolls,
  storePolls,
  tablesOf,
  type Tables,
} from '../../support/match-results/match-polls.ts'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'
import { before, live, minute, over } from '../../unit/activities/match-results/lives.ts'

const MINUTES = 60
const START = Date.parse('2026-03-10T12:00:00Z')
const FEED = 'onexbet'

let database: TestDatabase
let feeds = 0
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** The tables of polls that arrive in these batches, followed after each. */
async function derived(batches: readonly (readonly Poll[])[]): Promise<Tables> {
  const feed = `feed ${++feeds}`
  for (const batch of batches) {
    await storePolls(database, feed, batch)
    await followPolls(database, feed)
  }
  return tablesOf(database, feed)
}

/** Polls as places in a list; each batch is a list of places. */
const places = (count: number, batches: number) =>
  fc
    .tuple(
      fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
      fc.array(fc.integer({ min: 1, max: Math.max(1, count - 1) }), { maxLength: batches - 1 }),
    )
    .map(([order, cuts]) => {
      const ends = [...new Set(cuts), count].toSorted((a, b) => a - b)
      return ends.map((end, at) => order.slice(at === 0 ? 0 : ends[at - 1], end))
    })

const batchesOf = (polls: readonly Poll[], order: number[][]): Poll[][] =>
  order.map((batch) => batch.flatMap((place) => polls[place] ?? []))

describe('an hour of the league', () => {
  let hour: MatchMinutes
  let polls: Poll[]
  let expected: Tables
  beforeAll(async () => {
    hour = await startMatchMinutes({ simulator: { seed: 11 } })
    for (let run = 0; run < MINUTES; run++) await hour.minute()
    polls = await storedPolls(hour.database, FEED)
    expected = await hour.tables()
  })
  afterAll(() => hour.stop())

  it('polls that arrive shuffled in a few batches give the same hour', { tags: 'long' }, async () => {
    expect(polls.map(({ kind }) => kind)).toContain('results')
    await fc.assert(
      fc.asyncProperty(places(polls.length, 8), async (order) => {
        expect(await derived(batchesOf(polls, order))).toEqual(expected)
      }),
      { numRuns: 4 },
    )
  })

  it('polls that arrive all at once, or one by one from newest to oldest, give the same hour', async () => {
    expect(await derived([polls])).toEqual(expected)
    const newest = polls.slice(-15)
    const inOrder = await derived([newest])
    expect(await derived(newest.toReversed().map((poll) => [poll]))).toEqual(inOrder)
  })
})

const NO_ODDS = { one: null, x: null, two: null }
const score = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 }))
const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...others) })
const sighting = (eventId: number): fc.Arbitrary<Sighting> =>
  fc.record({
    // Mostly the same; names and leagues change and are left out, starts shake by a countdown's rounding, and move.
    eventId: fc.constant(eventId),
    team2: fc.constant('B'),
    team1: mostly(`A${eventId % 2}`, 'C'),
    league: mostly('L', 'M', ''),
    leagueId: mostly<number | null>(5, 6, null),
    startsAt: mostly<number | null>(0, 60, 120, 130, 260, null).map((seconds) =>
      seconds === null ? null : new Date(START + eventId * 2 * MINUTE_MS + seconds * 1_000).toISOString(),
    ),
    phase: fc.constantFrom('before', 'live', 'suspended', 'over'),
    status: fc.constantFrom(null, '3 minutes', '4 minutes', 'Mi-temps', 'Match terminé'),
    elapsedS: fc.constant(null),
    score: fc.option(score, { nil: null }),
    odds: fc.constantFrom(NO_ODDS, { one: 1.5, x: null, two: null }, { one: 2, x: 3, two: 4 }),
  })
const feedPoll = fc.record({
  kind: fc.constant('feed' as const),
  truncated: fc.boolean(),
  told: fc
    .tuple(...[1, 2, 3].map((id) => fc.option(sighting(id), { nil: undefined, freq: 2 })))
    .map((told) => told.filter((one) => one !== undefined)),
})
const resultsPoll = fc.record({
  kind: fc.constant('results' as const),
  truncated: fc.constant(false),
  told: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean(), score), { maxLength: 2 })
    .map((games) =>
      games.map(([id, isSameId, result]) => ({
        gameId: isSameId ? id : 1_000 + id,
        leagueId: 5,
        league: 'L',
        team1: `A${id % 2}`,
        team2: 'B',
        startsAt: new Date(START + id * 2 * MINUTE_MS).toISOString(),
        score: result,
      })),
    ),
})
/** Minutes between polls; a poll of results may have the same time as the poll of the feed before it. */
const gap = fc.constantFrom(1, 1, 1, 2, 5, 16, 200)
const anyPolls: fc.Arbitrary<Poll[]> = fc
  .array(
    fc.tuple(
      gap,
      fc.oneof({ weight: 4, arbitrary: feedPoll }, { weight: 1, arbitrary: resultsPoll }),
      fc.boolean(),
    ),
    { minLength: 2, maxLength: 9 },
  )
  .map((steps) => {
    let at = START
    let kind: Poll['kind'] = 'results'
    return steps.map(([minutes, poll, isSameMoment]): Poll => {
      if (!(isSameMoment && poll.kind === 'results' && kind === 'feed')) at += minutes * MINUTE_MS
      kind = poll.kind
      return { ...poll, polledAt: at }
    })
  })

describe('a late poll', () => {
  const at = (minutes: number, ...told: Sighting[]): Poll => ({
    kind: 'feed',
    polledAt: minute(minutes),
    truncated: false,
    told,
  })
  const other = live([0, 0], { eventId: 701, team1: 'Lens', team2: 'Nice' })
  const text = (status: string) => live([0, 0], { status })
  const starting = (seconds: number) =>
    before({ startsAt: new Date(minute(60) + seconds * 1_000).toISOString(), odds: { one: 2, x: 3, two: 4 } })
  const result: Poll = {
    kind: 'results',
    polledAt: minute(1),
    truncated: false,
    told: [
      {
        gameId: 700,
        leagueId: 5,
        league: 'L',
        team1: 'Ajax',
        team2: 'Inter',
        startsAt: null,
        score: [2, 0],
      },
    ],
  }

  it.each<[string, Poll[], Poll]>([
    [
      'between the end of a match and its absence',
      [at(0, live([1, 0]), other), at(1, over([1, 0]), other), at(3, other)],
      at(2, other),
    ],
    [
      'and is empty, when a match was not news for long',
      [at(0, live([1, 0])), at(14, live([1, 0])), at(17), at(18, live([1, 0]))],
      at(16),
    ],
    [
      'shortly before a match vanished, whose newest text was no news',
      [at(0, text('3 minutes'), other), at(1, text('4 minutes'), other), at(3, other)],
      at(2, text('5 minutes'), other),
    ],
    [
      'and of which nothing follows but when a match was last seen',
      [at(0, live([1, 0]), other), at(1, over([1, 0]), other), result, at(4, other)],
      at(3, over([1, 0]), other),
    ],
    ['at the moment of a result that was followed', [at(0, live([1, 0]), other), result], at(1, other)],
    ['before everything', [at(1, live([1, 0])), at(2, other)], at(0, before())],
    [
      'between starts that shake and move',
      [at(0, starting(0)), at(2, starting(150)), at(3, starting(60))],
      at(1, starting(260)),
    ],
    [
      'with a result, before its match has another name',
      [at(0, live([1, 0]), other), at(1, other), at(3, live([1, 0], { team1: 'Ajax B' }), other)],
      { ...result, polledAt: minute(2) },
    ],
  ])('a late poll gives the tables of polls in order: %s', async (_, polls, late) => {
    const order = { feed: 0, results: 1 }
    const inOrder = [...polls, late].toSorted(
      (a, b) => a.polledAt - b.polledAt || order[a.kind] - order[b.kind],
    )
    expect(await derived([polls, [late]])).toEqual(await derived(inOrder.map((poll) => [poll])))
  })

  it('a late poll that shows two matches under one id to be one leaves one', async () => {
    const pair = { team1: 'Lens', team2: 'Nice' }
    const shown = at(1, before({ ...pair, startsAt: new Date(minute(4)).toISOString() }), other)
    const gone = at(3, over(null, { ...pair, startsAt: null }), other)
    const renamed = at(6, before({ startsAt: new Date(minute(5)).toISOString() }), other)
    const inOrder = await derived([[shown], [gone], [renamed]])
    const two = await derived([[gone, renamed]])
    expect([inOrder.matches.length, two.matches.length]).toEqual([2, 3])
    expect(await derived([[gone, renamed], [shown]])).toEqual(inOrder)
  })

  it('a result can still settle matches after a late poll', async () => {
    const [seen, gone] = [at(0, live([1, 0]), other), at(1, other)]
    expect(await derived([[gone], [seen], [result]])).toEqual(await derived([[seen], [gone], [result]]))
  })
})

describe('more polls than are read at once', () => {
  /** A match every seven minutes, each in the feed for twenty; its result comes ten minutes later. */
  const long: Poll[] = [...Array(260).keys()].flatMap((at): Poll[] => {
    const shown = [...Array(40).keys()].filter((id) => at >= id * 7 && at < id * 7 + 20)
    const told = shown.map((id) => {
      const score: [number, number] = [Math.floor((at - id * 7) / 9), 0]
      return live(score, { eventId: 700 + id, startsAt: null, odds: { one: 1 + (at % 3), x: 3, two: 4 } })
    })
    const id = (at - 30) / 7
    const named = { leagueId: 5, league: 'L', team1: 'Ajax', team2: 'Inter', startsAt: null }
    const game: MatchResult = { ...named, gameId: 700 + id, score: [3, 0] }
    const hasResult = Number.isInteger(id) && id >= 0
    const common = { polledAt: minute(at), truncated: false }
    return [
      { ...common, kind: 'feed', told },
      ...(hasResult ? [{ ...common, kind: 'results' as const, told: [game] }] : []),
    ]
  })

  it('more polls than one read returns give the same tables, in order or not', { tags: 'long' }, async () => {
    const inOrder = await derived(long.map((poll) => [poll]))
    const byResults = inOrder.matches.filter((line) => line.includes('"settled_by": "results"'))
    expect(byResults.length).toBeGreaterThan(20)
    expect(await derived([long])).toEqual(inOrder)
    expect(await derived([long.slice(0, 20), long.slice(25), long.slice(20, 25)])).toEqual(inOrder)
  })
})

describe('any polls', () => {
  it('any polls give the same tables in whatever order they come', { tags: 'long' }, async () => {
    const shuffled = anyPolls.chain((polls) => fc.tuple(fc.constant(polls), places(polls.length, 5)))
    await fc.assert(
      fc.asyncProperty(shuffled, async ([polls, order]) => {
        const inOrder = await derived(polls.map((poll) => [poll]))
        expect(await derived(batchesOf(polls, order))).toEqual(inOrder)
      }),
      { numRuns: 40 },
    )
  })
})
