/** `matches.csv` reads back as it was written, harms no spreadsheet, and takes matches over one by one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Match } from '../../../activities/match-results/match-life.ts'
import {
  lineOf,
  MATCH_COLUMNS,
  matchesFile,
  readMatchesCsv,
  updateMatchesCsv,
  writeMatchesCsv,
  type MatchLine,
} from '../../../activities/match-results/matches-csv.ts'
import { before, lifeOf, live, over, type Evidence } from './lives.ts'

const DOCUMENTED =
  'timestamp_utc,event_id,league,team1,team2,odds_1,odds_x,odds_2,score1,score2,status,outcome'
const ODDS = { one: 1.8, x: 3.4, two: 4.1 }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-csv-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const text = () => readFileSync(matchesFile(folder), 'utf8')
const emptyLine = Object.fromEntries(MATCH_COLUMNS.map((name) => [name, '']))
const matchOf = (eventId: number, ...life: Evidence[]): Match => ({
  ...lifeOf(before({ eventId, odds: ODDS }), ...life).match,
})

const ODD_CHARACTERS = [
  ...['=', '+', '-', '@', "'", '"', '\t', '\r', '\n', ',', ';', ' ', 'a', '1', 'é', '💙', '\uFEFF', '\\'],
  ...['＝', '＋', '－', '＠'],
]
const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...ODD_CHARACTERS) }))
const line: fc.Arbitrary<MatchLine> = fc.record(Object.fromEntries(MATCH_COLUMNS.map((name) => [name, cell])))

describe('matches.csv', () => {
  it('begins with the documented columns, then how sure a match is', () => {
    writeMatchesCsv(folder, [])
    expect(text()).toBe(`${DOCUMENTED},confidence\n`)
    expect(readMatchesCsv(folder)).toEqual([])
  })

  it('reads back exactly as written, whatever is in a name', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        writeMatchesCsv(folder, lines)
        expect(readMatchesCsv(folder).map((read) => ({ ...read }))).toEqual(lines.map((one) => ({ ...one })))
      }),
      { numRuns: 150 },
    )
  })

  it('has no cell that a spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        writeMatchesCsv(folder, lines)
        const cells: string[][] = parse(text(), { bom: false })
        for (const written of cells.flat()) expect(written).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
      }),
      { numRuns: 150 },
    )
  })

  it('has a line of the documented cells for a match that is over', () => {
    const [first] = [matchOf(7, live([2, 1]), over([2, 1]), 'absent')]
    writeMatchesCsv(folder, [lineOf(first)])
    expect(text().split('\n')[1]).toBe(
      '2026-03-10T12:00:00Z,7,Ligue des champions,Ajax,Inter,1.8,3.4,4.1,2,1,Match terminé,1,confirmed',
    )
  })

  it('tells a score that was last seen without an outcome', () => {
    expect(lineOf(matchOf(7, live([2, 1]), 'absent'))).toMatchObject({
      ...{ score1: '2', score2: '1', outcome: '', confidence: 'last-seen' },
    })
  })

  it('takes matches in, their later truth over, and out again what goes on', () => {
    updateMatchesCsv(folder, [matchOf(1, live([1, 0]), 'absent'), matchOf(2, live([0, 0]), 'absent')])
    updateMatchesCsv(folder, [
      matchOf(1, live([1, 0]), 'absent', { result: [1, 1] }),
      matchOf(2, live([0, 0]), 'absent', live([0, 1])),
      matchOf(3, over([5, 5])),
    ])
    const lines = readMatchesCsv(folder).map(({ event_id, score1, score2, outcome }) => {
      return [event_id, score1, score2, outcome]
    })
    expect(lines).toEqual([
      ['1', '1', '1', 'N'],
      ['3', '5', '5', 'N'],
    ])
  })

  it('keeps the odds and the first sighting of a match that a new worker saw later', () => {
    updateMatchesCsv(folder, [matchOf(1, live([1, 0]), 'absent')])
    const later = lifeOf(live([1, 0], { eventId: 1 }), 'absent', { result: [2, 0] }).match
    updateMatchesCsv(folder, [{ ...later, firstSeenAt: later.firstSeenAt + 600_000 }])
    expect(readMatchesCsv(folder)[0]).toMatchObject({
      ...{ timestamp_utc: '2026-03-10T12:00:00Z', odds_1: '1.8', odds_x: '3.4', odds_2: '4.1' },
      ...{ score1: '2', outcome: '1' },
    })
  })

  it('of the original, which has no confidence, is read, and stays when matches are added', () => {
    const old = '2025-12-06T10:30:45Z,9,"A, ""b""",C,D,1.5,,2.5,3,0,Terminé,1'
    writeFileSync(matchesFile(folder), `\uFEFF${DOCUMENTED}\n${old}\n`)
    updateMatchesCsv(folder, [matchOf(1, live([1, 0]), 'absent')])
    const [first, second] = readMatchesCsv(folder)
    expect(first).toEqual({
      ...emptyLine,
      ...{ timestamp_utc: '2025-12-06T10:30:45Z', event_id: '9', league: 'A, "b"', team1: 'C', team2: 'D' },
      ...{ odds_1: '1.5', odds_2: '2.5', score1: '3', score2: '0', status: 'Terminé', outcome: '1' },
    })
    expect(second?.['event_id']).toBe('1')
  })
})
