/** What the worker's log tells of results, also in a minute in which the feed fails. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startMatchMinutes, type MatchMinutes } from '../support/match-minutes.ts'

let matches: MatchMinutes
beforeAll(async () => {
  matches = await startMatchMinutes({ section: { results: { every_minutes: 1 } } })
})
afterAll(() => matches.stop())

/** A line for each match that had vanished and that the results service then confirmed. */
async function confirmedLate(): Promise<string[]> {
  const rows = await matches.database.select<{ line: string }>(sql`
    select 'match over ' || event_id as line from (
      select event_id, source, lag(state) over (partition by event_id order by at, source) as before
      from match_observations) life where source = 'results' and before = 'vanished'`)
  return rows.map(({ line }) => line)
}

it('a result that comes while the feed is down is told', async () => {
  for (let minute = 0; minute < 25; minute++) await matches.minute()
  const known = await confirmedLate()
  matches.told.length = 0
  matches.simulator.faults.set('onexbet', { kind: 'status', status: 503 })
  for (let minute = 0; minute < 10; minute++) await matches.minute()
  const come = (await confirmedLate()).filter((line) => !known.includes(line))
  expect(come.length).toBeGreaterThan(0)
  expect(matches.told).toEqual(expect.arrayContaining(come))
})
