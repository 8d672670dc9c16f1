/** Times ahead of the database's clock: refused when written, outranked where they are stored, found and mended; and clocks behind it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { closeRunOrSpool, openRecord } from '../../activities/run-record.ts'
import type { Poll } from '../../activities/match-results/follow.ts'
import { DAY_MS, SECOND_MS } from '../../core/durations.ts'
import { mendTimes, timesAhead } from '../../db/mend-times.ts'
import { namesOf, newestCandidates, newestList } from '../../db/queries/library-context/libraries.ts'
import { knownModpacks, modpacksAfter, nextDependentsTask } from '../../db/queries/mod-stats/modpacks.ts'
import { closeRun, lastCollected } from '../../db/queries/runs.ts'
import { drainSpool } from '../../db/spool/drain.ts'
import { damagedSegments, segmentNames } from '../../db/spool/folder.ts'
import { openSpool } from '../../db/spool/spool.ts'
import type { RowsByTable } from '../../db/write-call.ts'
import { writeRows } from '../../db/write-rows.ts'
import { sentence } from '../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { followPolls, storePolls, tablesOf } from '../support/match-results/match-polls.ts'
import { before, live, minute, over } from '../unit/activities/match-results/lives.ts'

const AHEAD_MS = 30 * DAY_MS
const ahead = () => new Date(Date.now() + AHEAD_MS)
const MONTH_AHEAD = sql`now() + interval '30 days'`
const { signal } = new AbortController()

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.execute(sql`truncate mods, fear_greed_index, pipeline_runs, libraries, library_catalogue,
    library_attempts, raw_payloads restart identity cascade`)
})

const write = (rows: RowsByTable, observedAt: Date, runId = 'run') =>
  writeRows(database.db, rows, { observedAt, runId, retryBudget: { ms: 0, signal } })
const index = (value: number): RowsByTable => ({
  fear_greed_index: [{ date: '2026-03-10', value, classification: 'Fear' }],
})
const values = async () =>
  (await database.select<{ value: number }>(sql`select value from fear_greed_index`)).map(
    ({ value }) => value,
  )

describe('a time ahead of the database', () => {
  it('is refused when it is written, and nothing of the call is stored', async () => {
    await expect(write(index(1), ahead())).rejects.toMatchObject({
      type: 'ClockAhead',
      message: expect.stringContaining('30 days ahead') as string,
    })
    expect(await values()).toEqual([])
  })

  it('of some seconds is another clock, and is stored', async () => {
    await write(index(1), new Date(Date.now() + 20 * SECOND_MS))
    expect(await values()).toEqual([1])
  })

  it('that is stored loses to a right observation, which counts as written', async () => {
    await write(index(1), new Date())
    await database.db.execute(sql`update fear_greed_index set observed_at = ${MONTH_AHEAD}`)
    expect(await write(index(2), new Date(), 'right')).toEqual({ written: 1 })
    expect(await values()).toEqual([2])
  })

  it('in the spool becomes a dead letter with the reason, and its neighbours are loaded', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'almanac-ahead-')), 'spool')
    try {
      const spool = openSpool({ folder, capBytes: 1e8, warn: () => undefined })
      await spool.writeRows(index(1), { observedAt: new Date('2026-03-10T10:00:00Z'), runId: 'right' })
      await spool.writeRows(index(2), { observedAt: ahead(), runId: 'wrong' })
      const { damaged, ended } = await drainSpool(database.db, folder, { signal })
      expect(ended).toBeUndefined()
      expect(damaged.map(({ reason }) => reason)).toEqual([expect.stringContaining('30 days ahead')])
      expect(damagedSegments(folder)).toHaveLength(1)
      expect(segmentNames(folder)).toEqual([])
      expect(await values()).toEqual([1])
    } finally {
      rmSync(join(folder, '..'), { recursive: true })
    }
  })
})

describe('a run that started ahead of the database', () => {
  const run = () => ({
    runId: 'ahead',
    workflowId: 'mod-stats-ahead',
    pipeline: 'mod-stats',
    trigger: 'schedule',
    startedAt: ahead().toISOString(),
  })

  it('does not begin', async () => {
    const ask = () => Promise.resolve({ alive: false as const })
    await expect(openRecord(database.db, ask, run())).rejects.toMatchObject({ type: 'ClockAhead' })
  })

  it('has a record that does not lie ahead', async () => {
    await closeRun(database.db, run(), { outcome: 'failed', counts: {} }, ahead())
    expect(
      await database.select(
        sql`select started_at <= now() as started, finished_at <= now() as finished from pipeline_runs`,
      ),
    ).toEqual([{ started: true, finished: true }])
  })

  it('that collected under an earlier version does not count as the last collection', async () => {
    await database.db
      .execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, outcome)
      values ('r', 'w', 'mod-stats', 'schedule', ${MONTH_AHEAD}, 'complete')`)
    expect(await lastCollected(database.db, 'mod-stats')).toBeUndefined()
  })
})

describe('what was asked at a time ahead is asked again', () => {
  const startedAt = new Date().toISOString()

  it('modpacks and lists of dependents', async () => {
    await database.db
      .execute(sql`insert into mods (modrinth, curseforge_id, curseforge_slug, tracked, dependents_read_at)
      values ('a-mod', 1, 'a-mod', true, ${MONTH_AHEAD})`)
    await database.db
      .execute(sql`insert into modpacks (mod_id, slug, curseforge_id, name, last_seen, observed_at, run_id)
      values (1, 'pack', 7, 'Pack', ${MONTH_AHEAD}, ${MONTH_AHEAD}, 'wrong')`)
    expect(await knownModpacks(database.db, startedAt, 0, 10)).toMatchObject([
      { curseforgeId: 7, modIds: [1] },
    ])
    expect(await modpacksAfter(database.db, startedAt, 0)).toBe(1)
    expect(await nextDependentsTask(database.db, startedAt)).toMatchObject({ modId: 1 })
  })

  it('libraries, and a list of a day that has not come is not the newest', async () => {
    await database.db
      .execute(sql`insert into libraries (library, name, stars, state, asked_at, observed_at, run_id)
      values ('a/b', 'a/b', 1, 'present', ${MONTH_AHEAD}, ${MONTH_AHEAD}, 'wrong')`)
    await database.db.execute(sql`insert into library_names (named, library, observed_at, run_id)
      values ('a/b', 'a/b', ${MONTH_AHEAD}, 'wrong')`)
    await database.db
      .execute(sql`insert into library_snapshots (date, domain, library, rank, stars, observed_at, run_id)
      values (current_date, 'd', 'a/b', 1, 5, now(), 'right'), (current_date + 30, 'd', 'a/b', 2, 1, ${MONTH_AHEAD}, 'wrong')`)
    await database.db
      .execute(sql`insert into library_catalogue (domain, named, name, source, seen_at, observed_at, run_id)
      values ('d', 'a/b', 'a/b', 'list', now(), now(), 'right'), ('d', 'c/d', 'c/d', 'list', ${MONTH_AHEAD}, now(), 'wrong')`)
    expect(await namesOf(database.db, new Date(0))).toEqual(new Map())
    expect((await newestList(database.db, 'd'))?.places).toEqual([{ library: 'a/b', rank: 1, stars: 5 }])
    expect((await newestCandidates(database.db, 'd')).map(({ named }) => named)).toEqual(['a/b'])
  })
})

describe('mending', () => {
  it('counts what lies ahead, removes rows of days to come, and sets other times to now', async () => {
    await database.db.execute(
      sql`insert into mods (modrinth, tracked, dependents_read_at) values ('m', true, ${MONTH_AHEAD})`,
    )
    await database.db
      .execute(sql`insert into daily_stats (date, platform, total_downloads, mod_id, observed_at, run_id)
      values (current_date, 'modrinth', 1, 1, ${MONTH_AHEAD}, 'wrong'), (current_date + 30, 'modrinth', 1, 1, ${MONTH_AHEAD}, 'wrong'),
        (current_date - 1, 'modrinth', 1, 1, now(), 'right')`)
    await database.db.execute(sql`insert into libraries (library, name, state, asked_at, observed_at, run_id)
      values ('a/b', 'a/b', 'present', ${MONTH_AHEAD}, ${MONTH_AHEAD}, 'wrong')`)
    // A next attempt lies ahead rightly.
    await database.db.execute(sql`insert into library_attempts
      (library, why, outcome, verdicts, failures, next_try_at, seconds, tried_at, observed_at, run_id)
      values ('a/b', 'new', 'failed', '[]', 1, ${MONTH_AHEAD}, 0, now(), now(), 'right')`)
    const expected = [
      { table: 'mods', removed: 0, reset: 1 },
      { table: 'daily_stats', removed: 1, reset: 1 },
      { table: 'libraries', removed: 0, reset: 1 },
    ]
    const found = await timesAhead(database.db)
    expect(found).toHaveLength(expected.length)
    expect(found).toEqual(expect.arrayContaining(expected))
    expect(await mendTimes(database.db)).toEqual(found)
    expect(await timesAhead(database.db)).toEqual([])
    const [left] = await database.select(sql`select (select count(*)::int from daily_stats) as days,
      (select max(observed_at) <= now() from daily_stats) as observed, (select asked_at <= now() from libraries) as asked,
      (select next_try_at > now() from library_attempts) as waits`)
    expect(left).toEqual({ days: 2, observed: true, asked: true, waits: true })
  })

  it('leaves forecasts of hours to come', async () => {
    await database.db
      .execute(sql`insert into predictions (crypto, horizon, target_time, model_version, "timestamp", made_at,
      predicted_price, last_price, decision, observed_at, run_id)
      values ('bitcoin', '24h', now() + interval '1 day', 'm', now(), now(), 1, 1, 'HOLD', now(), 'right')`)
    expect(await timesAhead(database.db)).toEqual([])
  })
})

describe('matches that a poll ahead was followed for', () => {
  const other = live([0, 0], { eventId: 701, team1: 'Lens', team2: 'Nice' })
  const late = live([0, 0], { eventId: 702, team1: 'Metz', team2: 'Brest' })
  const at = (minutes: number, ...told: Parameters<typeof live>[1][]): Poll =>
    ({ kind: 'feed', polledAt: minute(minutes), truncated: false, told }) as Poll
  const right = [at(0, before(), other), at(1, live([1, 0]), other)]
  const next = [at(4, live([2, 0]), other), at(5, over([2, 0]), other)]

  /** Moves what the poll of a minute left into the future, as a clock that was ahead would have dated it. */
  async function datedAhead(feed: string, from: number): Promise<void> {
    const since = new Date(minute(from)).toISOString()
    const later = sql.raw(`+ interval '${ahead().getTime() - minute(from)} milliseconds'`)
    await database.db
      .execute(sql`update feed_polls set polled_at = polled_at ${later}, collected_for = collected_for ${later},
      observed_at = observed_at ${later} where feed = ${feed} and polled_at >= ${since}`)
    await database.db
      .execute(sql`update match_observations set at = at ${later}, observed_at = observed_at ${later}
      where feed = ${feed} and at >= ${since}`)
    await database.db.execute(sql`update matches set observed_at = observed_at ${later},
      last_seen_at = case when last_seen_at >= ${since} then last_seen_at ${later} else last_seen_at end,
      over_at = case when over_at >= ${since} then over_at ${later} else over_at end
      where feed = ${feed} and observed_at >= ${since}`)
  }

  it.each([
    ['as it is', false],
    ['after mending', true],
  ])('are as without it, %s', async (name, isMended) => {
    const [feed, truth] = [`ahead ${name}`, `right ${name}`]
    for (const poll of [...right, at(2, live([5, 5]), late), at(3, late)]) {
      await storePolls(database, feed, [poll])
      await followPolls(database, feed)
    }
    await datedAhead(feed, 2)
    if (isMended) await mendTimes(database.db)
    for (const poll of next) {
      await storePolls(database, feed, [poll])
      const { ahead: passed } = await followPolls(database, feed)
      expect(passed).toBe(poll === next[0] && !isMended ? 2 : 0)
    }
    await storePolls(database, truth, [...right, ...next])
    await followPolls(database, truth)
    expect(await tablesOf(database, feed)).toEqual(await tablesOf(database, truth))
  })
})

describe('the clock of a worker', () => {
  afterEach(() => vi.restoreAllMocks())

  const counts = { modrinth: { outcome: 'complete' as const, fetched: 1, written: 1, rejected: 0, why: [] } }
  const close = async (behindMs: number) => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() - behindMs)
    const run = {
      runId: `behind-${behindMs}`,
      workflowId: 'w',
      pipeline: 'mod-stats',
      trigger: 'manual' as const,
      startedAt: new Date().toISOString(),
    }
    const closed = await closeRunOrSpool(database.db, run, { outcome: 'complete', counts }, new Date())
    const [record] = await database.select(
      sql`select outcome, counts from pipeline_runs where run_id = ${run.runId}`,
    )
    expect(record).toEqual(closed.ending)
    return closed.ending
  }

  it('that is behind makes its runs partial, for their rows may have lost to older ones', async () => {
    const { outcome, counts: found } = await close(2 * DAY_MS)
    expect(outcome).toBe('partial')
    expect(found['closing']?.why.map((reason) => sentence(reason))).toEqual([
      expect.stringMatching(/^the clock of this machine is 48 h behind the database's: what was stored with/),
    ])
  })

  it('that is some seconds behind is another clock', async () => {
    expect(await close(20 * SECOND_MS)).toEqual({ outcome: 'complete', counts })
  })
})
