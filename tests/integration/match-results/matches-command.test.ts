/** `almanac matches` and other commands about matches: a score is called a result only if it is one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { followStored } from '../../../activities/match-results/follow-stored.ts'
import { importer } from '../../../cli/match-results/import/index.ts'
import { lifeLines } from '../../../cli/match-results/life-table.ts'
import { confirmedLines } from '../../../cli/match-results/match-table.ts'
import { matchView, type MatchView, type ObservationView } from '../../../client/match-results/match-view.ts'
import { loadConfig } from '../../../config/load-config.ts'
import {
  matchCounts,
  matchWithLife,
  newestMatches,
  type MatchCounts,
} from '../../../db/queries/match-results/match-report.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { MatchResult } from '../../../upstreams/onexbet/onexbet-results.ts'
import type { Sighting } from '../../../upstreams/onexbet/onexbet.ts'
import { command } from '../../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const FEED = 'some-feed'
const retryBudget = { ms: 0, signal: new AbortController().signal }

/** Confirmed by its status / by an equal result / by another result / not confirmed / still on show. */
const [BY_STATUS, SEEN_RIGHT, SEEN_WRONG, VANISHED, LIVE, COMING, REMATCH] = [
  101, 102, 103, 104, 105, 106, 107,
]

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'almanac-matches-command-'))
  mkdirSync(join(folder, 'state'))
  const mods = [{ modrinth: 'createnuclear' }]
  writeFileSync(
    join(folder, 'almanac.yaml'),
    stringify({ 'mod-stats': { mods }, 'match-results': { feed: { name: FEED } } }),
  )
  await anEvening()
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const settings = (url = database.url) => ({
  DATABASE_URL: url,
  ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
  ALMANAC_STATE_DIR: join(folder, 'state'),
})
const almanac = (...args: string[]) => command(args, settings())

async function json<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await almanac(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Answer
}
interface Listed {
  matches: MatchView[]
  figures: MatchCounts
}
const list = (...args: string[]) => json<Listed>('matches', ...args)
const ids = ({ matches }: Listed) => matches.map(({ eventId }) => eventId)

/** The line of a match in a table. */
const lineOf = (stdout: string, eventId: number) =>
  stdout.split('\n').find((line) => line.startsWith(`${eventId} `)) ?? ''

const LEAGUE = 'FIFA. Ligue 50%'
function sight(eventId: number, teams: [string, string], more: Partial<Sighting>): Sighting {
  return {
    eventId,
    team1: teams[0],
    team2: teams[1],
    league: LEAGUE,
    leagueId: 1,
    startsAt: null,
    phase: 'live',
    status: '3 minutes',
    elapsedS: 180,
    score: [0, 0],
    odds: { one: null, x: null, two: null },
    ...more,
  }
}

async function storePoll(minute: number, told: Sighting[] | MatchResult[], kind = 'feed'): Promise<void> {
  const polledAt = new Date(Date.UTC(2026, 1, 3, 18, minute))
  const row = { feed: FEED, kind, collectedFor: polledAt, polledAt, truncated: false, told }
  await writeRows(database.db, { feed_polls: [row] }, { observedAt: polledAt, runId: 'live', retryBudget })
  const { signal } = retryBudget
  await followStored(database.db, { feed: FEED, runId: 'live', signal, clock: () => polledAt })
}

async function anEvening(): Promise<void> {
  const derby: [string, string] = ['Lyon', 'Nice']
  const before = (eventId: number, one: number) =>
    sight(eventId, derby, {
      phase: 'before',
      status: 'Début dans 2 minutes',
      elapsedS: null,
      score: null,
      odds: { one, x: 3.4, two: 4.25 },
    })
  const live = (eventId: number, name: string, score: [number, number]) =>
    sight(eventId, [`${name} one`, `${name} two`], { score })
  const result = (gameId: number, name: string, score: [number, number]): MatchResult => ({
    gameId,
    leagueId: 1,
    league: LEAGUE,
    team1: `${name} one`,
    team2: `${name} two`,
    startsAt: null,
    score,
  })
  await storePoll(0, [before(BY_STATUS, 1.8)])
  await storePoll(1, [before(BY_STATUS, 1.85), live(SEEN_RIGHT, 'Right', [2, 0])])
  await storePoll(2, [
    sight(BY_STATUS, derby, { score: [1, 0], odds: { one: 1.2, x: 5, two: 9 } }),
    live(SEEN_WRONG, 'Wrong', [1, 1]),
    live(VANISHED, 'Vanished', [2, 1]),
  ])
  const ended = sight(BY_STATUS, derby, { phase: 'over', status: 'Match terminé', score: [3, 1] })
  await storePoll(3, [ended])
  await storePoll(4, [
    live(LIVE, 'Live', [0, 1]),
    before(COMING, 2.5),
    sight(REMATCH, derby, { score: [0, 0], league: 'Coupe', team1: 'Lyon\u001b[31m' }),
  ])
  const results = [result(SEEN_RIGHT, 'Right', [2, 0]), result(SEEN_WRONG, 'Wrong', [1, 2])]
  await storePoll(5, results, 'results')
}

describe('almanac matches', () => {
  it('"matches" calls a score a result only if something confirmed it', async () => {
    const { code, stdout } = await almanac('matches')
    expect(code).toBe(0)
    expect(lineOf(stdout, BY_STATUS)).toMatch(
      /Lyon - Nice +3-1 +settled +confirmed +1 +1\.85 \/ 3\.4 \/ 4\.25$/,
    )
    expect(lineOf(stdout, SEEN_WRONG)).toMatch(/Wrong one - Wrong two +1-2 +settled +confirmed +2$/)
    expect(lineOf(stdout, VANISHED)).toMatch(
      /Vanished one - Vanished two +2-1 last seen +vanished +last-seen$/,
    )
    expect(lineOf(stdout, LIVE)).toMatch(/Live one - Live two +0-1 so far +live$/)
    expect(lineOf(stdout, COMING)).toMatch(/Lyon - Nice +seen +2\.5 \/ 3\.4 \/ 4\.25$/)
  })

  it('"matches" states below the table how many are confirmed, and how often last-seen scores were right', async () => {
    const { stdout } = await almanac('matches', '--limit', '1')
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      '7 matches: 3 confirmed (1 by status, 2 by results), 1 vanished and not confirmed, 3 on show',
      'last-seen scores: 1 of the 2 that were later checked by results were right (50 %)',
    ])
  })

  it('"matches" lists the newest first, up to the limit', async () => {
    expect(ids(await list())).toEqual([REMATCH, COMING, LIVE, VANISHED, SEEN_WRONG, SEEN_RIGHT, BY_STATUS])
    expect(ids(await list('--limit', '2'))).toEqual([REMATCH, COMING])
  })

  it('"matches --json" calls no live or last-seen score a result', async () => {
    const { matches, figures } = await list()
    const results = matches.map(({ eventId, result, lastSeenScore, confidence, outcome }) => ({
      eventId,
      result,
      lastSeenScore,
      confidence,
      outcome,
    }))
    expect(results.slice(2)).toEqual([
      { eventId: LIVE, result: null, lastSeenScore: [0, 1], confidence: null, outcome: null },
      { eventId: VANISHED, result: null, lastSeenScore: [2, 1], confidence: 'last-seen', outcome: null },
      { eventId: SEEN_WRONG, result: [1, 2], lastSeenScore: [1, 1], confidence: 'confirmed', outcome: '2' },
      { eventId: SEEN_RIGHT, result: [2, 0], lastSeenScore: [2, 0], confidence: 'confirmed', outcome: '1' },
      { eventId: BY_STATUS, result: [3, 1], lastSeenScore: [3, 1], confidence: 'confirmed', outcome: '1' },
    ])
    expect(figures).toEqual({
      matches: 7,
      confirmed: 3,
      confirmedByStatus: 1,
      confirmedByResults: 2,
      vanished: 1,
      onShow: 3,
      lastSeenJudged: 2,
      lastSeenRight: 1,
    })
  })

  it.each([
    ['a part of its team, in any case', { team: 'VANISHED' }, [VANISHED]],
    ['a part of its league, read as it stands', { league: '50%' }, [COMING, LIVE, VANISHED, 103, 102, 101]],
    ['its state', { state: 'vanished' }, [VANISHED]],
    ['being a result', { onlyConfirmed: true }, [SEEN_WRONG, SEEN_RIGHT, BY_STATUS]],
    ['all of these', { onlyConfirmed: true, team: 'lyon', league: 'ligue' }, [BY_STATUS]],
    ['a pattern that no name holds', { team: '%' }, []],
  ])('"matches" finds a match by %s', async (_, filter, found) => {
    const rows = await newestMatches(database.db, { feed: FEED, limit: 20, ...filter })
    expect(rows.map(({ eventId }) => eventId)).toEqual(found)
  })

  it('"matches" applies all filters at once, and counts figures over the selected leagues and teams', async () => {
    const lyon = await list('--team', 'lyon', '--league', 'ligue', '--state', 'settled', '--confirmed')
    expect(ids(lyon)).toEqual([BY_STATUS])
    expect(lyon.figures).toMatchObject({ matches: 2, confirmed: 1, onShow: 1 })
  })

  it('"matches" prints no control characters of a team name to the terminal', async () => {
    const { stdout } = await almanac('matches')
    expect(stdout).not.toContain('\u001b')
    expect(lineOf(stdout, REMATCH)).toContain('Lyon [31m - Nice')
  })

  it('"matches" refuses an unknown state', async () => {
    const { code, stderr } = await almanac('matches', '--state', 'finished')
    expect(code).toBe(2)
    expect(stderr).toContain('Allowed choices are seen, live, suspended, ended, vanished, settled')
  })
})

describe('almanac matches show', () => {
  it('"matches show" prints the life of one match and not of its rematch', async () => {
    const { code, stdout } = await almanac('matches', 'show', String(BY_STATUS))
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe(`${LEAGUE}: Lyon - Nice (event ${BY_STATUS} of ${FEED})`)
    expect(lines[1]).toBe('settled, confirmed by status: 3-1, outcome 1')
    expect(lines[2]).toContain('seen playing from 2026-02-03 18:02:00 UTC, over 2026-02-03 18:03:00 UTC')
    expect(lines[3]).toBe('odds 1 / X / 2 before the start: opening 1.8 / 3.4 / 4.25, last 1.85 / 3.4 / 4.25')
    const observations = lines.slice(6).map((line) => line.split(/ {2,}/))
    expect(observations).toEqual([
      ['2026-02-03 18:00:00 UTC', 'feed', 'seen', 'Début dans 2 minutes', '1.8 / 3.4 / 4.25'],
      ['2026-02-03 18:01:00 UTC', 'feed', 'seen', 'Début dans 2 minutes', '1.85 / 3.4 / 4.25'],
      ['2026-02-03 18:02:00 UTC', 'feed', 'live', '3 minutes', '3 min', '1-0', '1.2 / 5 / 9'],
      ['2026-02-03 18:03:00 UTC', 'feed', 'ended', 'Match terminé', '3 min', '3-1'],
      ['2026-02-03 18:04:00 UTC', 'absence', 'settled', 'Match terminé', '3-1'],
    ])
  })

  it.each([
    [VANISHED, 'vanished: 2-1 last seen, not a result'],
    [LIVE, 'live: 0-1 so far, not a result'],
    [COMING, 'seen, no score'],
    [SEEN_RIGHT, 'settled, confirmed by results: 2-0, outcome 1'],
  ])('"matches show" states the status of match %i', async (eventId, expected) => {
    const found = await matchWithLife(database.db, FEED, eventId)
    if (found === undefined) throw new Error(`match ${eventId} is not there`)
    expect(lifeLines(matchView(found.match), [])[1]).toBe(expected)
  })

  it('"matches show --json" prints the same as JSON', async () => {
    const shown = await json<MatchView & { observations: ObservationView[] }>(
      'matches',
      'show',
      `${VANISHED}`,
    )
    expect(shown).toMatchObject({ eventId: VANISHED, result: null, lastSeenScore: [2, 1] })
    expect(shown.observations.map(({ source, state, score }) => ({ source, state, score }))).toEqual([
      { source: 'feed', state: 'live', score: [2, 1] },
      { source: 'absence', state: 'vanished', score: [2, 1] },
    ])
  })

  it.each([
    ['999', 'There is no match 999 of some-feed; "./almanac matches" lists them.'],
    ['Lyon', '"Lyon" is not an event id; expected a whole number'],
  ])('"matches show" exits with 2 and one sentence for %s', async (event, sentence) => {
    const { code, stdout, stderr } = await almanac('matches', 'show', event)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('at the end of a demo', () => {
  it('the demo shows the newest results and the figures at its end', async () => {
    const lines = await confirmedLines(database.db, FEED, 2)
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['event', '103', '102', '7', 'last-seen'])
  })

  it('the demo does not mention a feed without a match', async () => {
    expect(await confirmedLines(database.db, 'another-feed', 2)).toEqual([])
  })
})

describe('another feed', () => {
  let empty: TestDatabase
  beforeAll(async () => {
    empty = await createTestDatabase()
  })
  afterAll(() => empty.drop())

  it('a feed without a match says how to collect one, and imported matches are not judged', async () => {
    const first = await command(['matches'], settings(empty.url))
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toBe('no matches yet; "./almanac run match-results --wait" polls the feed\n')
    const path = join(folder, 'old.csv')
    const header =
      'timestamp_utc,event_id,league,team1,team2,odds_1,odds_x,odds_2,score1,score2,status,outcome'
    const lines = ['2026-01-01T10:00:00,,L,A,B,,,,1,0,5 minutes,1', '2026-01-01T11:00:00,2,L,A,B,,,,1,0,FT,1']
    writeFileSync(path, `${[header, ...lines].join('\n')}\n`)
    await importer.run(loadConfig({ env: settings(empty.url), root: folder }), { files: [path] })
    expect(await matchCounts(empty.db, { feed: FEED })).toEqual({
      matches: 2,
      confirmed: 1,
      confirmedByStatus: 1,
      confirmedByResults: 0,
      vanished: 1,
      onShow: 0,
      lastSeenJudged: 0,
      lastSeenRight: 0,
    })
    const { stdout } = await command(['matches'], settings(empty.url))
    expect(stdout).toContain('so their quality is unknown')
    // The match had no event id: the import made one, below zero.
    const id = /^-\d+/m.exec(stdout)?.[0] ?? ''
    const shown = await command(['matches', 'show', id], settings(empty.url))
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toContain('vanished: 1-0 last seen, not a result')
  })
})

describe('almanac runs', () => {
  beforeAll(async () => {
    await database.db
      .execute(sql`insert into pipeline_run_hours (pipeline, hour, runs, fetched, written, rejected)
      values ('match-results', '2026-02-01 10:00Z', 1000, 0, 0, 0), ('match-results', '2026-02-01 11:00Z', 60, 0, 0, 0)`)
    await database.db
      .execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, outcome,
      finished_at) values ('r', 'mod-stats-1', 'mod-stats', 'manual', '2026-02-03 10:00Z', 'complete', '2026-02-03 10:01Z')`)
  })

  it('"runs match-results" shows the runs that were aggregated by the hour', async () => {
    const { code, stdout } = await almanac('runs', 'match-results')
    expect(code).toBe(0)
    expect(stdout).toBe('and 1,060 complete runs before 2026-02-01 12:00:00 UTC, aggregated by hour\n')
  })

  it('"runs" names the pipeline of aggregated runs below the table', async () => {
    const { stdout } = await almanac('runs')
    const lines = stdout.trimEnd().split('\n')
    expect(lines[1]).toContain('mod-stats-1')
    expect(lines[2]).toBe(
      'and 1,060 complete runs of match-results before 2026-02-01 12:00:00 UTC, aggregated by hour',
    )
  })

  it('"runs" of a pipeline without aggregated runs does not mention them, and its JSON is a list of records', async () => {
    expect((await almanac('runs', 'mod-stats')).stdout).not.toContain('aggregated')
    expect((await almanac('runs', 'crypto-forecast')).stdout).toBe(
      'no runs yet; start one with "./almanac run mod-stats"\n',
    )
    expect(await json<unknown[]>('runs')).toMatchObject([{ workflowId: 'mod-stats-1' }])
    expect(await json<unknown[]>('runs', 'match-results')).toEqual([])
  })
})
