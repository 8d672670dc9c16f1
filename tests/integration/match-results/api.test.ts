/**
 * The routes of match-results: those that clients of an older collector call (what the feed shows, how many there are,
 * whether it goes on), and how sure the scores are.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Poll } from '../../../activities/match-results/follow.ts'
import { HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { textReason } from '../../../core/reason.ts'
import type { RunEnding } from '../../../core/run-outcome.ts'
import { rollUpRuns } from '../../../db/queries/run-hours.ts'
import { closeRun } from '../../../db/queries/runs.ts'
import type { Sighting } from '../../../upstreams/onexbet/onexbet.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { followPolls, storePolls } from '../../support/match-results/match-polls.ts'
import { before, live, minute, over } from '../../unit/activities/match-results/lives.ts'

const PIPELINE = 'match-results'
const FEED = 'some-feed'

let api: DatabaseApi
beforeEach(async () => {
  api = await startDatabaseApi({ [PIPELINE]: { enabled: true, feed: { name: FEED } } })
})
afterEach(() => api.stop())

async function get(path: string) {
  const response = await fetch(`${api.address}${path}`)
  const body: unknown = await response.json()
  return { status: response.status, body }
}

/** Stores polls, one a minute, and follows them. */
async function poll(...polls: Sighting[][]): Promise<void> {
  const told = polls.map((sightings, at): Poll => {
    return { kind: 'feed', polledAt: minute(at), truncated: false, told: sightings }
  })
  await storePolls(api.database, FEED, told)
  await followPolls(api.database, FEED)
}

/** Records a run that began so long ago: complete, or failed with this error. */
async function recordRun(agoMs: number, error?: string): Promise<void> {
  const startedAt = new Date(Date.now() - agoMs)
  const run = {
    runId: `run-${agoMs}`,
    workflowId: PIPELINE,
    pipeline: PIPELINE,
    trigger: 'schedule',
  } as const
  const ending: RunEnding =
    error === undefined
      ? { outcome: 'complete', counts: {} }
      : { outcome: 'failed', counts: {}, error: textReason(error) }
  await closeRun(api.database.db, { ...run, startedAt: startedAt.toISOString() }, ending, startedAt)
}

const COMING = before({ eventId: 702, team1: '<b>Lens</b>', team2: 'Nice', odds: { one: 1.5, x: 4, two: 6 } })
const IN_PLAY = live([2, 1], { odds: { one: 1.2, x: null, two: 9 } })
const OTHER = live([0, 0], { eventId: 701, team1: 'Celta', team2: 'Porto' })

describe('GET /api/matches', () => {
  it('lists the matches that the feed shows, with their newest odds and what the score is worth', async () => {
    await poll(
      [IN_PLAY, OTHER],
      [IN_PLAY, OTHER, COMING],
      [live([3, 1]), over([0, 0], { ...OTHER, phase: 'over', status: 'Match terminé' }), COMING],
    )
    const { status, body } = await get('/api/matches')
    expect(status).toBe(200)
    const matches = body as { age_seconds: number }[]
    const [coming, ended, playing] = matches
    expect(coming).toEqual({
      id: 702,
      feed: FEED,
      league: 'Ligue des champions',
      team1: '<b>Lens</b>',
      team2: 'Nice',
      odds_1: 1.5,
      odds_x: 4,
      odds_2: 6,
      score1: null,
      score2: null,
      status: 'Début dans 5 minutes',
      state: 'seen',
      score_confidence: null,
      starts_at: new Date(minute(10)).toISOString(),
      last_seen_at: new Date(minute(2)).toISOString(),
      age_seconds: coming?.age_seconds,
    })
    expect(Math.abs(Date.now() - minute(2) - (coming?.age_seconds ?? 0) * 1000)).toBeLessThan(MINUTE_MS)
    expect(ended).toMatchObject({ id: 701, score1: 0, state: 'ended', score_confidence: 'confirmed' })
    expect(playing).toMatchObject({
      id: 700,
      odds_1: 1.2,
      odds_x: null,
      odds_2: 9,
      score1: 3,
      score2: 1,
      state: 'live',
      score_confidence: null,
    })
    expect(matches).toHaveLength(3)
  })

  it('leaves out what the feed no longer shows', async () => {
    await poll([IN_PLAY, OTHER, COMING], [OTHER, COMING])
    const { body } = await get('/api/matches')
    expect((body as { id: number }[]).map(({ id }) => id)).toEqual([702, 701])
  })

  it('lists nothing before the first poll', async () => {
    expect(await get('/api/matches')).toEqual({ status: 200, body: [] })
  })
})

describe('GET /api/stats', () => {
  it('counts matches and collections, among them those whose records were summed', async () => {
    await poll([IN_PLAY, OTHER, COMING], [over([1, 1], { ...OTHER, phase: 'over' }), COMING])
    await recordRun(50 * HOUR_MS)
    await recordRun(2 * MINUTE_MS)
    await recordRun(MINUTE_MS, 'no answer')
    await rollUpRuns(api.database.db, PIPELINE, new Date(Date.now() - 48 * HOUR_MS))
    const { status, body } = await get('/api/stats')
    expect(status).toBe(200)
    const { data, scheduler } = body as { data: unknown; scheduler: { collect: { last_time: string } } }
    expect(data).toEqual({ matches_count: 2, confirmed: 1, vanished: 1, on_show: 1 })
    expect(scheduler).toEqual({
      running: true,
      collect: { count: 2, last_time: scheduler.collect.last_time, last_error: 'no answer' },
    })
    expect(Date.now() - Date.parse(scheduler.collect.last_time)).toBeGreaterThanOrEqual(2 * MINUTE_MS)
  })

  it('counts nothing before the first collection', async () => {
    const { body } = await get('/api/stats')
    expect(body).toEqual({
      data: { matches_count: 0, confirmed: 0, vanished: 0, on_show: 0 },
      scheduler: { running: false, collect: { count: 0, last_time: null, last_error: null } },
    })
  })
})

describe('GET /api/health', () => {
  it('is ok after a collection of this minute', async () => {
    await recordRun(10_000)
    const { status, body } = await get('/api/health')
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 'ok', scheduler_running: true })
    expect((body as { age_seconds: number }).age_seconds).toBeGreaterThanOrEqual(10)
  })

  it('is late if only failed runs are that recent', async () => {
    await recordRun(HOUR_MS)
    await recordRun(10_000, 'no answer')
    expect((await get('/api/health')).body).toMatchObject({ status: 'late', scheduler_running: false })
  })

  it('is late before the first collection', async () => {
    expect((await get('/api/health')).body).toEqual({
      status: 'late',
      scheduler_running: false,
      last_time: null,
      age_seconds: null,
    })
  })

  it('says that almanac.yaml does not enable it', async () => {
    const disabled = await startDatabaseApi({})
    try {
      const response = await fetch(`${disabled.address}/api/health`)
      expect(await response.json()).toMatchObject({ status: 'disabled', scheduler_running: false })
    } finally {
      await disabled.stop()
    }
  })
})

describe('GET /api/match-results/reliability', () => {
  const shown = { kind: 'feed', truncated: false } as const
  const ago = (days: number, minutes: number) => Date.now() - days * 24 * HOUR_MS + minutes * MINUTE_MS

  /** A match that leaves the feed at 1-0 beside one that stays. */
  const vanishing = (eventId: number, days: number): Poll[] => [
    { ...shown, polledAt: ago(days, 0), told: [live([1, 0], { eventId }), OTHER] },
    { ...shown, polledAt: ago(days, 1), told: [OTHER] },
  ]

  it('says how many scores of the last days are sure, and how often a last-seen score was right', async () => {
    const { team1, team2, league, leagueId, startsAt } = live([0, 0])
    const game = { gameId: 9, team1, team2, league, leagueId, startsAt, score: [1, 0] as const }
    await storePolls(api.database, FEED, [
      ...vanishing(710, 20),
      ...vanishing(711, 2),
      { kind: 'results', truncated: false, polledAt: ago(2, 2), told: [{ ...game, score: [1, 0] }] },
      ...vanishing(712, 1),
    ])
    await followPolls(api.database, FEED)
    expect((await get('/api/match-results/reliability')).body).toMatchObject({
      days: 7,
      matches: 2,
      last_seen_judged: 1,
      last_seen_right: 1,
    })
  })
})

it('fails while the database is away', async () => {
  await api.proxy.goOffline()
  for (const path of ['/api/matches', '/api/stats', '/api/health', '/api/match-results/reliability']) {
    const { status, body } = await get(path)
    expect(status, path).toBe(503)
    expect(body).toMatchObject({ status: 503, title: 'Service Unavailable' })
  }
})
