/** Matches in the worker's log: each result once, corrections and withdrawals as such. */
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'

let matches: MatchMinutes
beforeEach(async () => {
  matches = await startMatchMinutes({ section: { results: { every_minutes: 1 } } })
})
afterEach(() => matches.stop())

async function minutes(count: number, how: { away?: boolean } = {}): Promise<void> {
  for (let minute = 0; minute < count; minute++) await matches.minute(how)
}

/** A line for each match that had vanished and that the results service then confirmed. */
async function confirmedLate(): Promise<string[]> {
  const rows = await matches.database.select<{ line: string }>(sql`
    select 'match over ' || event_id as line from (
      select event_id, source, lag(state) over (partition by event_id order by at, source) as before
      from match_observations) life where source = 'results' and before = 'vanished'`)
  return rows.map(({ line }) => line)
}

/** Expected reports from the observations: the last state of each run of a match against the one before. */
async function turnsOfEvidence(): Promise<string[]> {
  const rows = await matches.database.select<{ line: string | null }>(sql`
    with last_words as (
      select distinct on (event_id, run_id) event_id, at, score1, score2,
        case when score1 is null then null when state in ('ended', 'settled') then 'confirmed'
          when state = 'vanished' then 'last-seen' end as sure
      from match_observations order by event_id, run_id, at desc, source desc),
    steps as (
      select *, lag(sure) over life as was, (score1, score2) is distinct from
        (lag(score1) over life, lag(score2) over life) as is_other
      from last_words window life as (partition by event_id order by at))
    select case
        when sure is null and was is not null then 'match resumed '
        when sure is not null and was is distinct from sure then 'match over '
        when sure = 'confirmed' and is_other then 'match corrected '
        when sure = 'last-seen' and is_other then 'match over '
      end || event_id as line
    from steps`)
  return rows.flatMap(({ line }) => line ?? []).sort()
}

const ofMatches = () => matches.reported.filter((line) => line.startsWith('match ')).sort()

it('a run that waits for a recompute reports its start when it has its turn', async () => {
  const starts = () => matches.reported.filter((line) => line === 'collection started').length
  await matches.open('drain')
  expect(starts()).toBe(1)
  for (let waits = 0; waits < 2; waits++)
    expect((await matches.open('schedule')).skipped).toMatchObject({ isDeriving: true })
  expect(starts()).toBe(1)
  await minutes(1)
  expect(starts()).toBe(2)
})

it('reports a result that comes while the feed is down', async () => {
  const down = { kind: 'status', status: 503 } as const
  matches.simulator.faults.set('onexbet-results', down)
  await minutes(25)
  matches.simulator.faults.clear()
  matches.simulator.faults.set('onexbet', down)
  matches.reported.length = 0
  await minutes(5)
  const come = await confirmedLate()
  expect(come.length).toBeGreaterThan(0)
  expect(matches.reported).toEqual(expect.arrayContaining(come))
})

it(
  'two hours report what the observations say, including a correction and a match that came back',
  { tags: 'long' },
  async () => {
    await minutes(120)
    const reported = ofMatches()
    expect(reported).toEqual(await turnsOfEvidence())
    for (const kind of ['over', 'corrected', 'resumed'])
      expect(reported.filter((line) => line.startsWith(`match ${kind} `)).length, kind).toBeGreaterThan(0)
  },
)

it(
  'does not report again what was reported during an outage of the database when its rows are followed',
  { tags: 'long' },
  async () => {
    await minutes(25)
    await minutes(15, { away: true })
    expect(matches.reported.length).toBeGreaterThan(0)
    await matches.drain()
    matches.reported.length = 0
    await matches.derive()
    expect(ofMatches()).toEqual([])
  },
)

it('a worker that starts in the middle reports the news alone', { tags: 'long' }, async () => {
  await minutes(25)
  await minutes(10, { away: true })
  const before = ofMatches()
  matches.restart()
  matches.reported.length = 0
  await minutes(1, { away: true })
  expect(ofMatches().filter((line) => before.includes(line))).toEqual([])
})
