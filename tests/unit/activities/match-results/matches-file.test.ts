/** While the tables are unavailable the file is written every `csv_minutes`. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMatchesFile, type FileContext } from '../../../../activities/match-results/matches-file.ts'
import type { Match } from '../../../../activities/match-results/match-life.ts'
import { matchesFile } from '../../../../activities/match-results/matches-csv.ts'
import { openDatabase } from '../../../../db/database.ts'
import { almanacFileSchema } from '../../../../config/almanac-file.ts'
import { freePort } from '../../../../local/taken-port.ts'
import { linesOfFile } from '../../../support/match-results/matches-file.ts'
import { lifeOf, live, minute } from './lives.ts'
import { words } from '../../../support/ending-in-words.ts'

let folder: string
let away: ReturnType<typeof openDatabase>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-csv-'))
  away = openDatabase(`postgres://nobody@127.0.0.1:${await freePort()}/none`, () => undefined)
})
afterEach(async () => {
  await away.close()
  rmSync(folder, { recursive: true })
})

const settingsOf = (minutes: number) =>
  almanacFileSchema.parse({
    'mod-stats': { mods: [{ modrinth: 'any' }] },
    'match-results': { csv_minutes: minutes },
  })['match-results']
const over = (eventId: number): Match => lifeOf(live([eventId, 0], { eventId }), 'absent').match
const back = (eventId: number): Match =>
  lifeOf(live([eventId, 0], { eventId }), 'absent', live([eventId, 0], { eventId })).match

/** A file whose runs come in the given minutes. */
function fileWith({ minutes = 5, dataDir = folder } = {}) {
  const file = createMatchesFile()
  const signal = new AbortController().signal
  return async (at: number, turned: Match[], { areTablesWhole = false, derive = false } = {}) => {
    const clock = () => new Date(minute(at))
    const context: FileContext = {
      db: away.db,
      settings: settingsOf(minutes),
      dataDir,
      signal,
      clock,
      matchClock: clock,
      retryBudget: { ms: 0, signal },
    }
    return words(await file.bringForward(context, { turned, areTablesWhole, derive }))
  }
}

const ids = async () => (await linesOfFile(folder)).map((line) => line['event_id'])

describe('matches.csv while its tables are unavailable', () => {
  it('writes the first change to matches.csv at once, and a later one when its minutes have passed', async () => {
    const run = fileWith()
    await run(0, [over(1)])
    expect(await ids()).toEqual(['1'])
    await run(1, [over(2)])
    await run(4, [over(3)])
    expect(await ids()).toEqual(['1'])
    // Nothing turns in the minute in which it is due.
    await run(5, [])
    expect(await ids()).toEqual(['1', '2', '3'])
  })

  it('writes each change to matches.csv at once if the interval is zero', async () => {
    const run = fileWith({ minutes: 0 })
    for (const id of [1, 2, 3]) {
      await run(id, [over(id)])
      expect(await ids()).toHaveLength(id)
    }
  })

  it('writes the newest state of a match to matches.csv', async () => {
    const run = fileWith()
    await run(0, [over(1), over(2)])
    await run(1, [back(1), over(3)])
    await run(2, [over(1)])
    await run(3, [back(3)])
    await run(5, [back(2)])
    expect(await ids()).toEqual(['1'])
  })

  it('does not write matches.csv while nothing changes', async () => {
    const run = fileWith()
    await run(0, [over(1)])
    const { ino } = statSync(matchesFile(folder))
    for (const at of [5, 10, 60]) {
      await run(at, [])
      expect(statSync(matchesFile(folder)).ino).toBe(ino)
    }
  })

  it('leaves an unwritable matches.csv to the next run, which writes all of it', async () => {
    const place = join(folder, 'place')
    writeFileSync(place, 'a file where a folder should be')
    const dataDir = join(place, 'data')
    const run = fileWith({ dataDir })
    const [why] = await run(0, [over(1)])
    expect(why).toMatch(/^data\/matches\.csv is left to the next run: .*could not be written/)
    rmSync(place)
    expect(await run(1, [over(2)])).toEqual([])
    expect((await linesOfFile(dataDir)).map((line) => line['event_id'])).toEqual(['1', '2'])
  })

  it('keeps the lines of matches.csv if the database fails half-way, and adds the new ones a minute later', async () => {
    const run = fileWith()
    await run(0, [over(1)])
    const [why] = await run(5, [over(2)], { areTablesWhole: true })
    expect(why).toMatch(/^data\/matches\.csv is left to the next run: The database said/)
    expect(await ids()).toEqual(['1'])
    await run(6, [])
    expect(await ids()).toEqual(['1', '2'])
  })
})
