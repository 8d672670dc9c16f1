/** `data/matches.csv` from the tables: whole each time it is written, as seldom as it says, and never left behind. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { matchesFile } from '../../../activities/match-results/matches-csv.ts'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'
import { linesOfFile } from '../../support/match-results/matches-file.ts'

/** Ids of the matches in the file, in its order. */
const inFile = async ({ dataDir }: MatchMinutes) =>
  (await linesOfFile(dataDir)).map((line) => line['event_id'])

/** Ids of the matches in the table that are over, in the order of the file. */
async function inTable(matches: MatchMinutes, days = 7): Promise<string[]> {
  const rows = await matches.database.select<{ event_id: string }>(
    sql`select event_id from matches where confidence is not null
      and over_at >= ${matches.now().toISOString()}::timestamptz - make_interval(days => ${days}) order by timestamp_utc, event_id`,
  )
  return rows.map(({ event_id }) => event_id)
}

/** Which file it is: another than before after each writing. */
const writing = ({ dataDir }: MatchMinutes) => statSync(matchesFile(dataDir), { throwIfNoEntry: false })?.ino

async function drain(matches: MatchMinutes): Promise<void> {
  const { damaged, ended } = await matches.drain()
  expect({ damaged, ended }).toEqual({ damaged: [], ended: undefined })
}

describe('matches.csv, written every five minutes', () => {
  let matches: MatchMinutes
  /** Minutes in which it was written. */
  const written: number[] = []
  beforeAll(async () => {
    matches = await startMatchMinutes({ section: { csv_minutes: 5, results: { enabled: false } } })
    let before: number | undefined
    for (let minute = 1; minute <= 40; minute++) {
      await matches.minute()
      const now = writing(matches)
      if (now === before) continue
      written.push(minute)
      before = now
      expect({ minute, ids: await inFile(matches) }).toEqual({ minute, ids: await inTable(matches) })
    }
  })
  afterAll(() => matches.stop())

  it('writes matches.csv as soon as a match is over, then never sooner than five minutes later', () => {
    expect(written.length).toBeGreaterThan(4)
    for (const [at, minute] of written.slice(1).entries())
      expect(minute - (written[at] ?? 0)).toBeGreaterThanOrEqual(5)
  })

  it('the first run of the next process writes matches.csv early, though no match ends in it', async () => {
    // Until the file lacks a match: the process ends before it is written.
    for (let minute = 0; minute < 20; minute++) {
      await matches.minute()
      if ((await inTable(matches)).length > (await inFile(matches)).length) break
    }
    expect(await inFile(matches)).not.toEqual(await inTable(matches))
    matches.simulator.faults.set('onexbet', { kind: 'status', status: 503 })
    matches.restart()
    await matches.minute()
    matches.simulator.faults.set('onexbet', null)
    expect(await inFile(matches)).toEqual(await inTable(matches))
  })

  it('a recompute run writes matches.csv, whenever the last one was', async () => {
    const before = writing(matches)
    await matches.derive()
    const between = writing(matches)
    expect(between).not.toBe(before)
    await matches.derive()
    expect(writing(matches)).not.toBe(between)
  })

  it('matches.csv has matches that ended before and during an outage of the database', async () => {
    await matches.derive()
    const lacking = () => inTable(matches).then(async (ids) => ids.filter(notIn(await inFile(matches))))
    for (let minute = 0; minute < 4; minute++) await matches.minute()
    const before = await inTable(matches)
    expect(await lacking()).not.toEqual([])
    for (let minute = 0; minute < 6; minute++) await matches.minute({ away: true })
    const during = await inFile(matches)
    expect(before.filter(notIn(during))).toEqual([])
    expect(during.length).toBeGreaterThan(before.length)
    await drain(matches)
    await matches.derive()
    expect(await inFile(matches)).toEqual(await inTable(matches))
  })
})

const notIn = (ids: readonly (string | undefined)[]) => (id: string) => !ids.includes(id)

describe('matches.csv', () => {
  let matches: MatchMinutes
  beforeEach(async () => {
    matches = await startMatchMinutes({ section: { csv_days: 1, results: { enabled: false } } })
  })
  afterEach(() => matches.stop())

  it('matches.csv stays unchanged while no match is known to be over', async () => {
    const old = 'timestamp_utc,event_id\n2025-12-06T10:30:45Z,9\n'
    mkdirSync(matches.dataDir, { recursive: true })
    writeFileSync(matchesFile(matches.dataDir), old)
    matches.simulator.faults.set('onexbet', { kind: 'status', status: 503 })
    await matches.minute()
    expect(await inTable(matches)).toEqual([])
    expect(await inFile(matches)).toEqual(['9'])
  })

  it("matches.csv has its days' matches alone, in the order in which they were first seen", async () => {
    const now = matches.now().toISOString()
    await matches.database.db.execute(sql`insert into matches
      (timestamp_utc, feed, event_id, league, team1, team2, state, confidence, last_seen_at, over_at, observed_at, run_id)
      select t, 'onexbet', 7000000 - n, 'L', 'A', 'B', 'vanished', 'last-seen', t, t, t, 'before'
      from (select n, ${now}::timestamptz - make_interval(secs => (n / 3) * 30) as t from generate_series(0, 4999) n) x`)
    await matches.derive()
    const ids = await inFile(matches)
    expect(ids).toEqual(await inTable(matches, 1))
    expect(ids.length).toBeGreaterThan(5_000 - 10)
    matches.pass(24 * 60)
    await matches.derive()
    expect(await inFile(matches)).toEqual(await inTable(matches, 1))
    expect((await inFile(matches)).length).toBeLessThan(10)
  })

  it('matches.csv grows line by line while rows lie in the spool', async () => {
    for (let minute = 0; minute < 20; minute++) await matches.minute({ away: true })
    const during = (await inFile(matches)).map(String)
    for (let minute = 0; minute < 20; minute++) await matches.minute()
    const [ids, stored] = await Promise.all([inFile(matches), inTable(matches)])
    expect(during.filter(notIn(stored))).not.toEqual([])
    expect(stored.filter(notIn(during))).not.toEqual([])
    expect([...during, ...stored].filter(notIn(ids))).toEqual([])
    await drain(matches)
    await matches.derive()
    expect(await inFile(matches)).toEqual(await inTable(matches))
  })
})
