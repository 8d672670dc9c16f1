/** A year of minutes must not fill the disk: what is deleted, and what is kept forever. */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../core/durations.ts'
import type { Poll } from '../../../activities/match-results/follow.ts'
import { pruneMatches } from '../../../db/queries/match-results/matches.ts'
import { pruneQuarantine, pruneRawPayloads } from '../../../db/queries/raw-payloads.ts'
import { rollUpRuns } from '../../../db/queries/run-hours.ts'
import { closeRun } from '../../../db/queries/runs.ts'
import { storeRows } from '../../../db/write-rows.ts'
import type { RunOutcome } from '../../../core/run-outcome.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { followPolls, storePolls, tablesOf } from '../../support/match-results/match-polls.ts'
import { startMatchMinutes } from '../../support/match-results/match-minutes.ts'
import { before, live, minute, over, suspended } from '../../unit/activities/match-results/lives.ts'

const FEED = 'onexbet'
const LONG_AGO = new Date(0)
const A_DAY_AFTER = new Date(minute(0) + DAY_MS)

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

const odds = (one: number) => ({ odds: { one, x: 3, two: 4 } })
/** One match in which odds move before, between, beside and after everything that happens. */
const POLLS: Poll[] = [
  [before(odds(2))],
  [before(odds(2.1))],
  [live([0, 0], odds(1.9))],
  [live([0, 0], odds(1.8))],
  [live([0, 0], odds(1.7))],
  [live([1, 0], odds(1.2))],
  [live([1, 0], odds(1.1))],
  [suspended([1, 0], odds(1.15))],
  [live([1, 0], odds(1.3))],
  [live([1, 0], odds(1.4))],
  [live([1, 0], { ...odds(1.45), status: 'Prolongations' })],
  [live([1, 0], { ...odds(1.5), status: 'Prolongations', team2: 'Inter B' })],
  [over([1, 0])],
  [live([0, 0], { eventId: 800 })],
].map((told, at) => ({ kind: 'feed', polledAt: minute(at), truncated: false, told }))

const observed = async (eventId = 700) =>
  (
    await database.select<{ line: string }>(
      sql`select concat_ws(' ', source, state, score1, odds_1) as line from match_observations
        where event_id = ${eventId} order by at, source`,
    )
  ).map(({ line }) => line)

/** Minute of that poll. */
const OVER_AT = POLLS.length - 2
const clearOdds = (oddsBefore: Date) => pruneMatches(database.db, { pollsBefore: LONG_AGO, oddsBefore })

/** The results service states the score that the status had confirmed. */
async function resultPolled(score: number) {
  const game = { gameId: 700, leagueId: 5, league: 'L', team1: 'Ajax', team2: 'Inter', startsAt: null }
  const polledAt = minute(POLLS.length)
  const told: Poll = { kind: 'results', polledAt, truncated: false, told: [{ ...game, score: [score, 0] }] }
  await storePolls(database, FEED, [told])
  await followPolls(database, FEED)
}

async function followed() {
  await storePolls(database, FEED, POLLS)
  await followPolls(database, FEED)
}

describe('old observations', () => {
  it('old odds-only observations are deleted; changes of state, score, status, names and results stay', async () => {
    await followed()
    await resultPolled(1)
    const { matches } = await tablesOf(database, FEED)
    await clearOdds(A_DAY_AFTER)
    expect(await observed()).toEqual([
      'feed seen 2',
      'feed live 0 1.9',
      'feed live 1 1.2',
      'feed suspended 1 1.15',
      'feed live 1 1.3',
      'feed live 1 1.45',
      'feed live 1 1.5',
      'feed ended 1',
      'absence settled 1',
      'results settled 1',
    ])
    expect((await tablesOf(database, FEED)).matches).toEqual(matches)
  })

  it('keeps observations until their match is over for as long, and pruning again deletes nothing more', async () => {
    await followed()
    const all = await observed()
    await clearOdds(new Date(minute(OVER_AT)))
    expect(await observed()).toEqual(all)
    await clearOdds(new Date(minute(OVER_AT + 1)))
    const some = await observed()
    expect(all.filter((line) => !some.includes(line))).toHaveLength(5)
    await clearOdds(new Date(minute(OVER_AT + 1)))
    expect(await observed()).toEqual(some)
  })

  it('keeps observations of an open match, however old: a late poll needs them', async () => {
    await storePolls(database, FEED, POLLS.slice(0, OVER_AT))
    await followPolls(database, FEED)
    const all = await observed()
    await clearOdds(new Date(minute(0) + 400 * DAY_MS))
    expect(await observed()).toEqual(all)
  })

  it('deletes old observations even after months without pruning', async () => {
    await followed()
    await clearOdds(new Date(minute(0) + 200 * DAY_MS))
    expect(await observed()).toHaveLength(9)
  })
})

describe('old polls', () => {
  it('deletes old polls once they were followed; an unfollowed one waits', async () => {
    await followed()
    await storePolls(database, FEED, [{ ...POLLS[0], polledAt: minute(-1) } as Poll])
    await pruneMatches(database.db, { pollsBefore: new Date(minute(6)), oddsBefore: LONG_AGO })
    const left = await database.select<{ at: string }>(
      sql`select extract(epoch from polled_at)::bigint as at from feed_polls order by 1`,
    )
    expect(left.map(({ at }) => (Number(at) * 1_000 - minute(0)) / 60_000)).toEqual([
      -1, 6, 7, 8, 9, 10, 11, 12, 13,
    ])
  })

  it('deleting polls preserves the evidence of their matches when another poll comes late, which is reported', async () => {
    await followed()
    const tables = await tablesOf(database, FEED)
    await pruneMatches(database.db, { pollsBefore: new Date(minute(6)), oddsBefore: LONG_AGO })
    const late = [live([7, 7]), live([0, 1], { eventId: 900, team1: 'Lens', team2: 'Nice' })]
    await storePolls(database, FEED, [
      { kind: 'feed', polledAt: minute(3) + 30_000, truncated: false, told: late },
    ])
    const { tooLate } = await followPolls(database, FEED)
    expect(tooLate).toBe(1)
    const then = await tablesOf(database, FEED)
    const isNew = (line: string) => line.includes('"event_id": 900')
    expect(then.matches.filter((line) => !isNew(line))).toEqual(tables.matches)
    expect(then.observations.filter((line) => !isNew(line))).toEqual(tables.observations)
    expect(await observed(900)).toEqual(['feed live 0', 'absence vanished 0'])
  })
})

describe('records of runs', () => {
  const hour = (at: number, minutes = 0) => new Date(minute(0) + at * 3_600_000 + minutes * 60_000)
  async function ran(
    startedAt: Date,
    more: { outcome?: RunOutcome; trigger?: string; pipeline?: string } = {},
  ) {
    const { outcome = 'complete', trigger = 'schedule', pipeline = 'match-results' } = more
    const run = {
      runId: randomUUID(),
      workflowId: 'w',
      pipeline,
      trigger,
      startedAt: startedAt.toISOString(),
    }
    const feed = { outcome: 'complete' as const, fetched: 10, written: 3, rejected: 1, why: [] }
    const results = { outcome: 'complete' as const, fetched: 5, written: 0, rejected: 0, why: [] }
    await closeRun(database.db, run, { outcome, counts: { feed, results } }, startedAt)
  }
  const rollUpTwice = async () => {
    await rollUpRuns(database.db, 'match-results', hour(1))
    await rollUpRuns(database.db, 'match-results', hour(1))
  }
  const hours = () =>
    database.select(
      sql`select extract(epoch from hour - '2026-03-10T12:00:00Z')::int / 3600 as hour, runs, fetched::int, written::int, rejected::int
        from pipeline_run_hours order by 1`,
    )
  const records = async () =>
    (
      await database.select<{ line: string }>(
        sql`select concat_ws(' ', pipeline, outcome, trigger) as line from pipeline_runs order by 1`,
      )
    ).map(({ line }) => line)

  it('aggregates records of complete runs into one row an hour; all others keep their record', async () => {
    for (const at of [0, 20, 59]) await ran(hour(0, at))
    await ran(hour(1, 30))
    await ran(hour(0, 5), { outcome: 'partial' })
    await ran(hour(0, 6), { outcome: 'failed' })
    await ran(hour(0, 7), { trigger: 'manual' })
    await ran(hour(0, 8), { pipeline: 'mod-stats' })
    await ran(hour(2, 10))
    // In the middle of an hour: that hour waits until it is whole.
    await rollUpRuns(database.db, 'match-results', hour(2, 30))
    expect(await hours()).toEqual([
      { hour: 0, runs: 3, fetched: 45, written: 9, rejected: 3 },
      { hour: 1, runs: 1, fetched: 15, written: 3, rejected: 1 },
    ])
    expect(await records()).toEqual([
      'match-results complete manual',
      'match-results complete schedule',
      'match-results failed schedule',
      'match-results partial schedule',
      'mod-stats complete schedule',
    ])
  })

  it('adds late records to their hour, and adds none twice', async () => {
    await ran(hour(0, 1))
    await rollUpTwice()
    expect(await hours()).toEqual([{ hour: 0, runs: 1, fetched: 15, written: 3, rejected: 1 }])
    await ran(hour(0, 2))
    await rollUpTwice()
    expect(await hours()).toEqual([{ hour: 0, runs: 2, fetched: 30, written: 6, rejected: 2 }])
  })

  it('keeps records of open runs', async () => {
    await database.db
      .execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at)
      values ('open', 'w', 'match-results', 'schedule', ${hour(0).toISOString()}::timestamptz)`)
    await rollUpRuns(database.db, 'match-results', hour(5))
    expect([await hours(), await records()]).toEqual([[], ['match-results running schedule']])
  })
})

describe('raw responses', () => {
  it('deletes raw responses of the feed and of results after their own days, those of other sources later', async () => {
    const now = new Date(minute(0))
    const caps = { days: 30, bytesPerSource: 1_000_000 }
    const retryBudget = { ms: 0, signal: new AbortController().signal }
    for (const source of ['onexbet', 'onexbet-results', 'modrinth'])
      for (const days of [1, 3, 31]) {
        const observedAt = new Date(now.getTime() - days * DAY_MS)
        const raw = [{ source, url: `https://${source}/${days}`, body: '{}', observedAt }]
        await storeRows(database.db, {}, { observedAt, runId: 'r', raw, retryBudget })
      }
    await pruneRawPayloads(database.db, caps, now, { onexbet: 2, 'onexbet-results': 2 })
    const left = await database.select<{ url: string }>(sql`select url from raw_payloads order by url`)
    expect(left.map(({ url }) => url)).toEqual([
      'https://modrinth/1',
      'https://modrinth/3',
      'https://onexbet-results/1',
      'https://onexbet/1',
    ])
  })
})

describe('refused rows', () => {
  it('deletes rejected rows of the feed after their days, and keeps those of other sources', async () => {
    for (const source of ['onexbet', 'modrinth'])
      for (const at of [0, 10]) {
        const options = { observedAt: new Date(minute(at)), runId: `run ${at}` }
        const retryBudget = { ms: 0, signal: new AbortController().signal }
        await storeRows(
          database.db,
          {},
          { ...options, rejected: [{ source, reason: 'x', row: at }], retryBudget },
        )
      }
    await pruneQuarantine(database.db, ['onexbet', 'onexbet-results'], new Date(minute(5)))
    const left = await database.select(sql`select source, "row" from quarantine order by source, "row"`)
    expect(left).toEqual([
      { source: 'modrinth', row: 0 },
      { source: 'modrinth', row: 10 },
      { source: 'onexbet', row: 10 },
    ])
  })
})

describe('a worker', () => {
  let hours: Awaited<ReturnType<typeof startMatchMinutes>>
  beforeAll(async () => {
    hours = await startMatchMinutes({ startAt: '2026-03-10T12:27:00Z' })
  })
  afterAll(() => hours.stop())

  it('a worker prunes with its first run and then once an hour', async () => {
    const old = () =>
      hours.database.select(sql`select source from raw_payloads where url = 'https://old' union all
        select pipeline from pipeline_runs where run_id = 'old'`)
    const leaveOld = async () => {
      await hours.database.db.execute(sql`insert into raw_payloads values
        ('old', 'onexbet', 'https://old', '2026-03-08T12:00:00Z', 'r', 1, '\\x00')`)
      await hours.database.db
        .execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
        values ('old', 'w', 'match-results', 'schedule', '2026-03-08T10:00:00Z', '2026-03-08T10:00:00Z', 'complete')`)
    }
    await leaveOld()
    await hours.minute()
    expect(await old()).toEqual([])
    await leaveOld()
    hours.pass(58)
    await hours.minute()
    expect(await old()).toHaveLength(2)
    await hours.minute()
    expect(await old()).toEqual([])
  })
})
