/** Import of what the old collector stored as results, with its true confidence. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { followStored } from '../../../activities/match-results/follow-stored.ts'
import { lineOf, matchesFile, writeMatchesCsv } from '../../../activities/match-results/matches-csv.ts'
import type { FileReport } from '../../../cli/import/file-report.ts'
import { importer } from '../../../cli/match-results/import/index.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { MatchResult } from '../../../upstreams/onexbet/onexbet-results.ts'
import type { Sighting } from '../../../upstreams/onexbet/onexbet.ts'
import { command } from '../../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { SHARED } from '../../support/shared-folder.ts'
import { describeRecorded } from '../../unit/upstreams/recordings.ts'

const CSV_HEADER =
  'timestamp_utc,event_id,league,team1,team2,odds_1,odds_x,odds_2,score1,score2,status,outcome'
/** As SQLAlchemy creates the table. */
const TABLE_HEADER = `id,${CSV_HEADER},created_at,updated_at`
const NOW = new Date('2026-03-01T00:00:00Z')
const retryBudget = { ms: 0, signal: new AbortController().signal }

let database: TestDatabase
let folder: string
beforeEach(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'almanac-import-matches-'))
  mkdirSync(join(folder, 'state'))
  const mods = [{ modrinth: 'createnuclear' }]
  writeFileSync(
    join(folder, 'almanac.yaml'),
    stringify({ 'mod-stats': { mods }, 'match-results': { feed: { name: 'old-feed' } } }),
  )
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const settings = () => ({
  DATABASE_URL: database.url,
  ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
  ALMANAC_STATE_DIR: join(folder, 'state'),
})

/** The real command, as a person starts it. */
const almanac = (...args: string[]) => command(['import', 'match-results', ...args], settings())

/** The same import in this process; starting the command costs a second. */
async function imported(...files: string[]): Promise<FileReport[]> {
  const config = loadConfig({ env: settings(), root: folder })
  return (await importer.run(config, { files, now: NOW })).files
}

/** Every value of every table that the import may touch. */
async function contents(): Promise<unknown> {
  const tables = ['matches', 'match_observations', 'quarantine'].map(async (name) => {
    const { rows } = await database.db.execute(
      sql`select * from ${sql.identifier(name)} as t order by to_jsonb(t)::text`,
    )
    return [name, rows] as const
  })
  return Object.fromEntries(await Promise.all(tables))
}

const stored = () =>
  database.select(sql`select event_id, feed, team1, score1, score2, status, state, confidence, settled_by, outcome,
    odds_1, odds_x, odds_2, opening_odds_1, run_id from matches order by timestamp_utc, event_id`)

const at = (time: string) => `2025-12-06T${time}`
const over = `${at('10:30:45')},724955365,FIFA. Ligue,Lyon,Nice,1.001,13,21.5,3,1,Match terminé,1`

describe('a matches.csv of the old collector', () => {
  it('confirms an imported match only if its status says that it was over', async () => {
    const path = file(
      'matches.csv',
      CSV_HEADER,
      over,
      `${at('10:31:00')},2,L,Live,B,1.2,,,3,1,3 minutes,1`,
      `${at('10:32:00')},3,L,Pause,B,,,,0,0,Mi-temps,N`,
      `${at('10:33:00')},4,L,Unsaid,B,,,,1,2,,2`,
      `${at('10:34:00')},5,L,Scoreless,B,,,,,,Match terminé,`,
      `${at('10:35:00')},6,L,Ended,B,,,,2,2,Full time,N`,
    )
    expect(await imported(path)).toMatchObject([{ kind: 'matches', read: 6, written: 6, skipped: {} }])
    const rows = await stored()
    const pick = ['team1', 'score1', 'score2', 'state', 'confidence', 'settled_by', 'outcome']
    expect(rows.map((row) => pick.map((name) => row[name]))).toEqual([
      ['Lyon', 3, 1, 'settled', 'confirmed', 'status', '1'],
      ['Live', 3, 1, 'vanished', 'last-seen', null, null],
      ['Pause', 0, 0, 'vanished', 'last-seen', null, null],
      ['Unsaid', 1, 2, 'vanished', 'last-seen', null, null],
      ['Scoreless', null, null, 'vanished', null, null, null],
      ['Ended', 2, 2, 'settled', 'confirmed', 'status', 'N'],
    ])
    expect(new Set(rows.map(({ feed, run_id }) => `${String(feed)} ${String(run_id)}`))).toEqual(
      new Set(['old-feed import-match-results']),
    )
  })

  it('reports how many imported matches are confirmed, how many are not, and why', async () => {
    const path = file('m.csv', CSV_HEADER, over, `${at('10:31:00')},2,L,A,B,,,,3,1,3 minutes,1`)
    const { code, stdout } = await almanac(path)
    expect(code).toBe(0)
    expect(stdout).toContain(
      'lines confirmed: 1 (their status says that the match was over); last-seen: 1 (the old',
    )
    expect(stdout).toContain('odds of the old collector are those at the end of a match')
  })

  it('imports the odds of the end as an observation, never as odds before the start', async () => {
    await imported(file('m.csv', CSV_HEADER, over))
    expect(await stored()).toMatchObject([{ odds_1: null, odds_x: null, odds_2: null, opening_odds_1: null }])
    expect(
      await database.select(sql`select event_id, at::text, source, state, status, score1, score2, odds_1, odds_x,
        odds_2 from match_observations`),
    ).toEqual([
      {
        event_id: '724955365',
        at: '2025-12-06 10:30:45+00',
        source: 'import',
        state: 'settled',
        status: 'Match terminé',
        score1: 3,
        score2: 1,
        odds_1: 1.001,
        odds_x: 13,
        odds_2: 21.5,
      },
    ])
  })

  it('reads times without a zone as UTC, and others by their zone', async () => {
    const path = file(
      'm.csv',
      CSV_HEADER,
      `2025-12-06 10:30:45.123456,1,L,A,B,,,,1,0,,1`,
      `2025-12-06T10:30:45+02:00,2,L,C,D,,,,1,0,,1`,
    )
    await imported(path)
    expect(
      await database.select(sql`select timestamp_utc::text as at from matches order by event_id`),
    ).toEqual([{ at: '2025-12-06 10:30:45.123+00' }, { at: '2025-12-06 08:30:45+00' }])
  })

  it('reads numbers and empty values that pandas wrote', async () => {
    const path = file('m.csv', CSV_HEADER, `${at('10:00:00')},77.0,L,A,B,nan,NaN,,2.0,0.0,None,1.0`)
    expect(await imported(path)).toMatchObject([{ written: 1, problems: [] }])
    expect(await stored()).toMatchObject([{ event_id: '77', score1: 2, score2: 0, confidence: 'last-seen' }])
  })

  it('reports wrong lines by number and reason, and imports the others', async () => {
    const path = file(
      'm.csv',
      CSV_HEADER,
      `${at('10:00:00')},1,L,,B,,,,1,0,,1`,
      `yesterday,2,L,A,B,,,,1,0,,1`,
      `2027-01-01T00:00:00,3,L,A,B,,,,1,0,,1`,
      `${at('10:00:00')},4,L`,
      `${at('10:00:00')},5,L,A,B,cheap,,,1,0,,1`,
      `${at('10:00:00')},6,L,A,B,,,,-1,0,,`,
      `${at('10:00:00')},7,L,A,B,,,,1,0,,1`,
    )
    const [report] = await imported(path)
    expect(report?.problems.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 team1 is empty (found "")',
      '3 timestamp_utc is not a date and time (found "yesterday")',
      '4 timestamp_utc is in the future (found "2027-01-01T00:00:00")',
      '5 the number of values differs from the header',
      '6 odds_1 is not a number above 0 (found "cheap")',
      '7 score1 is not a whole number from 0 to 99999 (found "-1")',
    ])
    expect(report).toMatchObject({ read: 7, written: 1 })
    expect(await stored()).toMatchObject([{ event_id: '7' }])
  })

  it('quarantines a line whose outcome contradicts its score, once', async () => {
    const path = file(
      'm.csv',
      CSV_HEADER,
      `${at('10:00:00')},1,L,A,B,,,,1,2,Match terminé,1`,
      `${at('10:00:00')},2,L,C,D,,,,1,,Match terminé,N`,
    )
    const [report] = await imported(path)
    expect(report?.problems).toEqual([
      { line: 2, reason: 'outcome 1 contradicts the score, which says 2; kept in quarantine' },
      { line: 3, reason: 'outcome N without a score; kept in quarantine' },
    ])
    await imported(path)
    expect(await stored()).toEqual([])
    expect(
      await database.select(sql`select source, reason, "row"->>'team1' as team1 from quarantine order by 3`),
    ).toEqual([
      {
        source: 'import-match-results',
        reason: 'outcome 1 contradicts the score, which says 2',
        team1: 'A',
      },
      { source: 'import-match-results', reason: 'outcome N without a score', team1: 'C' },
    ])
  })
})

describeRecorded('files as people have them', () => {
  const given = (name: string) => fileURLToPath(new URL(`cases/${name}`, SHARED))
  const names = () => database.select(sql`select event_id, league, team1, team2 from matches order by 1`)

  it('stores or reports every line of a file with stray quotes, and keeps each event id', async () => {
    expect(await imported(given('matches_odd.csv'))).toMatchObject([
      {
        read: 8,
        written: 6,
        problems: [
          { line: 5, reason: 'a value begins with a quote that is not closed: remove the quote' },
          { line: 8, reason: 'outcome is not 1, N or 2 (found "X")' },
        ],
      },
    ])
    expect(await names()).toEqual([
      { event_id: '700000011', league: 'Ligue, A', team1: "O'Higgins FC", team2: 'Los "Pumas", B' },
      { event_id: '700000012', league: 'L', team1: '"Tigres" U21', team2: 'B' },
      { event_id: '700000013', league: 'L', team1: 'A "B" C', team2: 'D' },
      { event_id: '700000015', league: 'L', team1: 'E', team2: 'F' },
      { event_id: '700000016', league: 'L', team1: 'G', team2: 'H' },
      { event_id: '700000018', league: 'L', team1: 'K', team2: 'M' },
    ])
  })

  it('reads Windows-1252, and says so', async () => {
    const note = 'not UTF-8; read as Windows-1252: line 2 says "'
    expect(await imported(given('win1252_matches.csv'))).toMatchObject([
      { written: 1, notes: expect.arrayContaining([expect.stringContaining(note)]) as string[] },
    ])
    expect(await names()).toEqual([
      { event_id: '700000031', league: 'Coupe', team1: 'Cœur d’Alène – réserve', team2: 'AS Nœud' },
    ])
    expect(await stored()).toMatchObject([{ status: 'Match terminé', confidence: 'confirmed' }])
  })

  it('refuses an event id that a spreadsheet has rounded', async () => {
    const path = file('m.csv', CSV_HEADER, over.replace('724955365', '7.2E+08'))
    expect(await imported(path)).toMatchObject([
      {
        written: 0,
        problems: [
          { line: 2, reason: 'event_id is not a whole number with all its digits (found "7.2E+08")' },
        ],
      },
    ])
  })

  it('reads odds with a decimal comma and times with the day first', async () => {
    const line = '06/12/2025 10:30;5;L;A;B;1,875;3;21,5;3;1;Terminé;1'
    await imported(file('m.csv', CSV_HEADER.replaceAll(',', ';'), line))
    expect(await database.select(sql`select at::text, odds_1, odds_2 from match_observations`)).toEqual([
      { at: '2025-12-06 10:30:00+00', odds_1: 1.875, odds_2: 21.5 },
    ])
  })
})

describe('a dump of the old table', () => {
  it('reads a dump whatever the order of its columns, and without a league', async () => {
    const columns = TABLE_HEADER.split(',').toReversed().join(',')
    const values = [
      '9',
      at('10:00:00'),
      '5',
      '',
      'A',
      'B',
      '1.5',
      '',
      '',
      '2',
      '0',
      'FT',
      '1',
      '2025-12-07 01:00:00',
      '',
    ]
    await imported(file('table.csv', columns, values.toReversed().join(',')))
    expect(
      await database.select(sql`select event_id, league, confidence, timestamp_utc::text as first, last_seen_at::text as last,
        observed_at::text as observed from matches`),
    ).toEqual([
      {
        event_id: '5',
        league: '',
        confidence: 'confirmed',
        first: '2025-12-06 10:00:00+00',
        last: '2025-12-07 01:00:00+00',
        observed: '2025-12-07 00:00:00+00',
      },
    ])
  })

  it('gives a match without an event id the same negative id at every import', async () => {
    const line = (time: string, id: string, team: string) =>
      `1,${at(time)},${id},L,${team},B,,,,1,0,,1,${at(time)},${at(time)}`
    const path = file(
      'table.csv',
      TABLE_HEADER,
      line('10:00:00', '', 'A'),
      line('10:00:00', '3f0c-uuid', 'C'),
      // A rematch an hour later is another match.
      line('11:00:00', '', 'A'),
    )
    expect(await imported(path)).toMatchObject([{ written: 3 }])
    const ids = (await stored()).map(({ event_id }) => Number(event_id))
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => id < 0 && Number.isSafeInteger(id))).toBe(true)
    const before = await contents()
    expect(await imported(path)).toMatchObject([{ written: 0, unchanged: 3 }])
    expect(await contents()).toEqual(before)
  })

  it('keeps the newest of several lines of one event, in any order of files', async () => {
    const line = (score: string, updated: string) =>
      `1,${at('10:00:00')},5,L,A,B,,,,${score},,,${at('10:00:00')},${at(updated)}`
    const older = file('older.csv', TABLE_HEADER, line('1,0', '10:00:00'), line('2,0', '10:05:00'))
    const newer = file('newer.csv', TABLE_HEADER, line('3,0', '10:09:00'), line('2,1', '10:07:00'))
    await imported(older, newer)
    expect(await stored()).toMatchObject([{ score1: 3, score2: 0 }])
    const before = await contents()
    expect(await imported(older, newer, older)).toMatchObject([
      { written: 0, unchanged: 2 },
      { written: 0, unchanged: 2 },
      { written: 0, unchanged: 2 },
    ])
    expect(await contents()).toEqual(before)
  })

  it('imports many lines in seconds, and none twice', async () => {
    const lines = Array.from({ length: 6_000 }, (_, index) => {
      const time = new Date(Date.UTC(2025, 0, 1) + index * 3_600_000 * 0.6).toISOString()
      return `${index},${time},${index + 1},L,A ${index % 40},B ${index % 37},1.5,3,4,1,0,${index % 3 === 0 ? 'Match terminé' : '5 minutes'},1,${time},${time}`
    })
    const path = file('table.csv', TABLE_HEADER, ...lines)
    expect(await imported(path)).toMatchObject([{ written: 6_000, unchanged: 0 }])
    expect(await imported(path)).toMatchObject([{ written: 0, unchanged: 6_000 }])
    expect(
      await database.select(
        sql`select confidence, count(*)::int as matches from matches group by 1 order by 1`,
      ),
    ).toEqual([
      { confidence: 'confirmed', matches: 2_000 },
      { confidence: 'last-seen', matches: 4_000 },
    ])
  })
})

describe("Almanac's own matches.csv", () => {
  const written = async () => {
    const match = {
      eventId: 11,
      team1: '=1+1',
      team2: 'Ünïcode "x"\nnew line',
      league: '@L',
      leagueId: null,
      startsAt: null,
      firstSeenAt: Date.parse(`${at('09:00:00')}Z`),
      lastSeenAt: 0,
      startedAt: null,
      state: 'settled' as const,
      status: '2ème mi-temps',
      score: [2, 1] as const,
      lastSeenScore: null,
      odds: null,
      openingOdds: null,
      closingOdds: { one: 1.5, x: null, two: 4.25 },
      overAt: null,
      confidence: 'confirmed' as const,
      settledBy: 'results' as const,
    }
    const lastSeen = { ...match, eventId: 12, team1: 'C', confidence: 'last-seen' as const, settledBy: null }
    await writeMatchesCsv(folder, (add) => add([lineOf(match), lineOf(lastSeen)]))
    return matchesFile(folder)
  }

  it('imports names, confidence and the odds before the start of our own matches.csv', async () => {
    expect(await imported(await written())).toMatchObject([{ kind: 'matches with confidence', written: 2 }])
    expect(
      await database.select(sql`select event_id, league, team1, team2, score1, score2, state, confidence, settled_by,
        outcome, odds_1, odds_x, odds_2, last_seen_score1 from matches order by 1`),
    ).toEqual([
      {
        event_id: '11',
        league: '@L',
        team1: '=1+1',
        team2: 'Ünïcode "x"\nnew line',
        score1: 2,
        score2: 1,
        state: 'settled',
        confidence: 'confirmed',
        settled_by: 'results',
        outcome: '1',
        odds_1: 1.5,
        odds_x: null,
        odds_2: 4.25,
        last_seen_score1: null,
      },
      {
        event_id: '12',
        league: '@L',
        team1: 'C',
        team2: 'Ünïcode "x"\nnew line',
        score1: 2,
        score2: 1,
        state: 'vanished',
        confidence: 'last-seen',
        settled_by: null,
        outcome: null,
        odds_1: 1.5,
        odds_x: null,
        odds_2: 4.25,
        last_seen_score1: 2,
      },
    ])
    const before = await contents()
    await imported(await written())
    expect(await contents()).toEqual(before)
  })

  it('refuses an unknown confidence', async () => {
    const path = file('m.csv', `${CSV_HEADER},confidence`, `${over},sure`)
    const [report] = await imported(path)
    expect(report?.problems).toEqual([
      { line: 2, reason: 'confidence is neither confirmed nor last-seen (found "sure")' },
    ])
  })
})

describe('a match that was collected here', () => {
  const sighting: Sighting = {
    eventId: 724955365,
    team1: 'Lyon',
    team2: 'Nice',
    league: 'FIFA',
    leagueId: 1,
    startsAt: null,
    phase: 'live',
    status: '5 minutes',
    elapsedS: 300,
    score: [0, 0],
    odds: { one: 2, x: 3, two: 4 },
  }
  async function collect(
    time: string,
    told: Sighting[] | MatchResult[],
    kind: 'feed' | 'results' = 'feed',
  ): Promise<void> {
    const polledAt = new Date(time)
    const row = { feed: 'old-feed', kind, collectedFor: polledAt, polledAt, truncated: false, told }
    await writeRows(database.db, { feed_polls: [row] }, { observedAt: polledAt, runId: 'live', retryBudget })
    const { signal } = retryBudget
    await followStored(database.db, { feed: 'old-feed', runId: 'live', signal, clock: () => polledAt })
  }

  it('a collected match leaves imported ones alone: unchanged, or renewed by a newer line', async () => {
    const others = [
      `${at('10:31:00')},2,L,A,B,,,,3,1,3 minutes,`,
      `${at('10:32:00')},3,L,C,D,,,,1,1,Terminé,N`,
    ]
    await imported(file('m.csv', CSV_HEADER, ...others))
    await collect('2025-12-07T08:00:00Z', [sighting])
    expect(await imported(file('m.csv', CSV_HEADER, ...others))).toMatchObject([
      { unchanged: 2, skipped: {} },
    ])
    const newer = `1,${at('10:31:00')},2,L,A,B,,,,4,1,Terminé,,${at('10:31:00')},${at('10:40:00')}`
    expect(await imported(file('m.csv', TABLE_HEADER, newer))).toMatchObject([{ written: 1, skipped: {} }])
  })

  it('a collected match stays unchanged, though the imported line is newer', async () => {
    await collect('2025-12-01T08:00:00Z', [sighting])
    const before = await contents()
    expect(await imported(file('m.csv', CSV_HEADER, over))).toMatchObject([
      { written: 0, unchanged: 0, skipped: { 'the match was collected here and is kept': 1 } },
    ])
    expect(await contents()).toEqual(before)
  })

  it('a collected match outranks an earlier import, and stays so', async () => {
    const path = file('m.csv', CSV_HEADER, over)
    await imported(path)
    await collect('2025-12-06T11:00:00Z', [{ ...sighting, score: [4, 1] }])
    expect(await stored()).toMatchObject([{ score1: 4, state: 'live', confidence: null, run_id: 'live' }])
    const before = await contents()
    await imported(path)
    expect(await contents()).toEqual(before)
  })

  it('a collected match leaves imported ones alone when it is followed again after a late poll', async () => {
    await imported(file('m.csv', CSV_HEADER, over))
    const other = { ...sighting, eventId: 8, team1: 'X', team2: 'Y' }
    const before = await stored()
    await collect('2025-12-06T11:00:00Z', [other])
    await collect('2025-12-06T09:00:00Z', [other])
    expect((await stored()).filter(({ event_id }) => event_id !== '8')).toEqual(before)
  })

  it('an imported last-seen score becomes a result if the results service states it', async () => {
    const path = file('m.csv', CSV_HEADER, over.replace('Match terminé', '5 minutes'))
    await imported(path)
    const { team1, team2, league, leagueId } = sighting
    const result = { gameId: sighting.eventId, leagueId, league, team1, team2, startsAt: null }
    await collect('2025-12-06T11:00:00Z', [{ ...result, score: [3, 2] }], 'results')
    expect(await stored()).toMatchObject([
      {
        score1: 3,
        score2: 2,
        state: 'settled',
        confidence: 'confirmed',
        settled_by: 'results',
        outcome: '1',
      },
    ])
    const before = await contents()
    expect(await imported(path)).toMatchObject([{ written: 0 }])
    expect(await contents()).toEqual(before)
  })
})

describe('files that are not taken', () => {
  it.each([
    [
      'ORACXPRED-ONE invented',
      'unique_match_id,jeu,equipe_domicile,equipe_exterieur,score_domicile',
      'its collector invents teams and scores',
    ],
    ['nobody knows', 'a,b', 'the first line is "a,b"; expected one of'],
  ])('a file that %s exits with 2 before anything is written', async (_, header, sentence) => {
    const good = file('good.csv', CSV_HEADER, over)
    const { code, stderr } = await almanac(good, file('bad.csv', header, '1,2'))
    expect(code).toBe(2)
    expect(stderr).toContain(sentence)
    expect(await stored()).toEqual([])
  })

  it('refuses an option of another pipeline', async () => {
    const { code, stderr } = await almanac(file('good.csv', CSV_HEADER, over), '--date', '2025-12-06')
    expect(code).toBe(2)
    expect(stderr).toContain(
      '--date <day> belongs to mod-stats and library-context; match-results does not take it',
    )
  })
})
