/** `matches.csv` reads back as it was written, harms no spreadsheet, and takes matches over one by one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Match } from '../../../../activities/match-results/match-life.ts'
import {
  lineOf,
  MATCH_COLUMNS,
  matchesFile,
  updateMatchesCsv,
  writeMatchesCsv,
  type MatchLine,
} from '../../../../activities/match-results/matches-csv.ts'
import { linesOfFile } from '../../../support/match-results/matches-file.ts'
import { before, lifeOf, live, over, type Evidence } from './lives.ts'
import { anyText } from '../../../support/any-text.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'
import { runs } from '../../../support/property-runs.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

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
const lines = () => linesOfFile(folder)
const emptyLine = Object.fromEntries(MATCH_COLUMNS.map((name) => [name, '']))
const matchOf = (eventId: number, ...life: Evidence[]): Match => ({
  ...lifeOf(before({ eventId, odds: ODDS }), ...life).match,
})

const ODD_CHARACTERS = [
  '=',
  '+',
  '-',
  '@',
  "'",
  '"',
  '\t',
  '\r',
  '\n',
  ',',
  ';',
  ' ',
  'a',
  '1',
  'é',
  '💙',
  '\uFEFF',
  '\\',
  '＝',
  '＋',
  '－',
  '＠',
]
const cell = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...ODD_CHARACTERS) }))
const whole = fc.nat().map(String)
const odds = fc.double({ min: 1, max: 500, noNaN: true }).map((value) => value.toFixed(3))
const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
/** Cells that are no text: who reads the file reads them as numbers and dates. */
const VALUES: Record<string, fc.Arbitrary<string>> = {
  timestamp_utc: date.map((moment) => moment.toISOString()),
  event_id: whole,
  score1: fc.oneof(whole, fc.constant('')),
  score2: whole,
  odds_1: odds,
  odds_x: fc.oneof(odds, fc.constant('')),
  odds_2: odds,
}
const line: fc.Arbitrary<MatchLine> = fc.record(
  Object.fromEntries(MATCH_COLUMNS.map((name) => [name, VALUES[name] ?? cell])),
)

describe('matches.csv', () => {
  it('matches.csv begins with the documented columns, then the confidence', async () => {
    await writeMatchesCsv(folder, (add) => add([]))
    expect(text()).toBe(`${DOCUMENTED},confidence\n`)
    expect(await lines()).toEqual([])
  })

  it('matches.csv reads back exactly as written, whatever is in a name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (written) => {
        await writeMatchesCsv(folder, (add) => add(written))
        expect(await lines()).toEqual(written.map((one) => ({ ...one })))
      }),
      runs(40),
    )
  })

  it('matches.csv has no cell that a spreadsheet takes for a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (written) => {
        await writeMatchesCsv(folder, (add) => add(written))
        const cells: string[][] = parse(text(), { bom: false })
        for (const one of cells.flat()) expect(one).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
      }),
      runs(40),
    )
  })

  it('matches.csv is the same file when nothing is added, in one piece or in many', async () => {
    // Lines are taken over by a thousand: two pieces and a line, a whole piece, and a line.
    const match = matchOf(1, live([2, 1]), 'absent')
    const many = Array.from({ length: 2_001 }, (_, id) => lineOf({ ...match, eventId: id + 1 }))
    for (const written of [many, many.slice(0, 1_000), many.slice(0, 1)]) {
      await writeMatchesCsv(folder, (add) => add(written))
      const whole = text()
      await updateMatchesCsv(folder, [])
      expect(text()).toBe(whole)
      await writeMatchesCsv(folder, async (add) => {
        for (let at = 0; at < written.length; at += 7) await add(written.slice(at, at + 7))
      })
      expect(text()).toBe(whole)
    }
  })

  it('matches.csv stays unchanged, with nothing beside it, if its lines cannot be read to the end', async () => {
    const row = lineOf(matchOf(7, live([2, 1]), 'absent'))
    await writeMatchesCsv(folder, (add) => add([row]))
    const whole = text()
    const broken = writeMatchesCsv(folder, async (add) => {
      await add([row, row])
      throw new Error('the table is gone')
    })
    await expect(broken).rejects.toThrow('the table is gone')
    expect(text()).toBe(whole)
    expect(readdirSync(folder)).toEqual(['matches.csv'])
  })

  it('removes what a killed process left of matches.csv long ago, and nothing that another is writing', async () => {
    const [left, begun] = [`${matchesFile(folder)}.1.ab.tmp`, `${matchesFile(folder)}.2.cd.tmp`]
    for (const path of [left, begun]) writeFileSync(path, 'half a li')
    utimesSync(left, new Date(0), new Date(0))
    await writeMatchesCsv(folder, (add) => add([]))
    expect(readdirSync(folder).toSorted()).toEqual(['matches.csv', basename(begun)])
  })

  it('names the failure if matches.csv may not be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const data = join(folder, 'file', 'data')
    await expect(writeMatchesCsv(data, (add) => add([]))).rejects.toMatchObject({ type: 'Misconfigured' })
  })

  it('matches.csv has a line of the documented cells for a match that is over', async () => {
    const [first] = [matchOf(7, live([2, 1]), over([2, 1]), 'absent')]
    await writeMatchesCsv(folder, (add) => add([lineOf(first)]))
    expect(text().split('\n')[1]).toBe(
      '2026-03-10T12:00:00Z,7,Ligue des champions,Ajax,Inter,1.8,3.4,4.1,2,1,Match terminé,1,confirmed',
    )
  })

  it('matches.csv has a last-seen score without an outcome', () => {
    expect(lineOf(matchOf(7, live([2, 1]), 'absent'))).toMatchObject({
      score1: '2',
      score2: '1',
      outcome: '',
      confidence: 'last-seen',
    })
  })

  it('matches.csv adds matches, replaces corrected ones, and removes those that go on', async () => {
    await updateMatchesCsv(folder, [matchOf(1, live([1, 0]), 'absent'), matchOf(2, live([0, 0]), 'absent')])
    await updateMatchesCsv(folder, [
      matchOf(1, live([1, 0]), 'absent', { result: [1, 1] }),
      matchOf(2, live([0, 0]), 'absent', live([0, 1])),
      matchOf(3, over([5, 5])),
    ])
    const cells = (await lines()).map(({ event_id, score1, score2, outcome }) => {
      return [event_id, score1, score2, outcome]
    })
    expect(cells).toEqual([
      ['1', '1', '1', 'N'],
      ['3', '5', '5', 'N'],
    ])
  })

  it('matches.csv keeps the odds and the first sighting of a match that a new worker saw later', async () => {
    await updateMatchesCsv(folder, [matchOf(1, live([1, 0]), 'absent')])
    const later = lifeOf(live([1, 0], { eventId: 1 }), 'absent', { result: [2, 0] }).match
    await updateMatchesCsv(folder, [{ ...later, firstSeenAt: later.firstSeenAt + 600_000 }])
    expect((await lines())[0]).toMatchObject({
      timestamp_utc: '2026-03-10T12:00:00Z',
      odds_1: '1.8',
      odds_x: '3.4',
      odds_2: '4.1',
      score1: '2',
      outcome: '1',
    })
  })

  it('reads a matches.csv of the original without confidence, and keeps it when matches are added', async () => {
    const old = '2025-12-06T10:30:45Z,9,"A, ""b""",C,D,1.5,,2.5,3,0,Terminé,1'
    writeFileSync(matchesFile(folder), `\uFEFF${DOCUMENTED}\n${old}\n`)
    await updateMatchesCsv(folder, [matchOf(1, live([1, 0]), 'absent')])
    const [first, second] = await lines()
    expect(first).toEqual({
      ...emptyLine,
      timestamp_utc: '2025-12-06T10:30:45Z',
      event_id: '9',
      league: 'A, "b"',
      team1: 'C',
      team2: 'D',
      odds_1: '1.5',
      odds_2: '2.5',
      score1: '3',
      score2: '0',
      status: 'Terminé',
      outcome: '1',
    })
    expect(second?.['event_id']).toBe('1')
  })
})

describe('a matches.csv that a spreadsheet saved', () => {
  /** As a French Excel writes it: semicolons, decimal commas, days first. */
  const FRENCH = [
    `${DOCUMENTED},confidence`.replaceAll(',', ';'),
    '10/03/2026 12:00;1;Élite, Première;Ajax;"L\'""Inter""";1,8;3,4;4,10;1;0;Match terminé;1;confirmed',
    '10/03/2026 12:05;2;Ligue;C;D;;;;0;0;Terminé;;last-seen',
  ].join('\r\n')
  const save = (bytes: string | Buffer) => {
    writeFileSync(matchesFile(folder), bytes)
  }

  it.each([
    ['in Windows-1252', Buffer.from(FRENCH, 'latin1')],
    ['in UTF-8 with a byte order mark', Buffer.from(`\uFEFF${FRENCH}\r\n`)],
    [
      'with tabs, in UTF-16',
      Buffer.from(`\uFEFF${FRENCH.replaceAll(';', '\t').replaceAll('10/03/2026', '2026-03-10')}`, 'utf16le'),
    ],
  ])('keeps every match of it, each once: %s', async (_, bytes) => {
    save(bytes)
    await updateMatchesCsv(folder, [
      matchOf(2, live([0, 0]), 'absent', { result: [0, 1] }),
      matchOf(3, over([5, 5])),
    ])
    const found = await lines()
    expect(found.map((one) => [one['event_id'], one['score2']])).toEqual([
      ['1', '0'],
      ['2', '1'],
      ['3', '5'],
    ])
    expect(found[0]).toMatchObject({
      league: 'Élite, Première',
      team2: `L'"Inter"`,
      status: 'Match terminé',
      confidence: 'confirmed',
    })
    expect(text().startsWith(`${DOCUMENTED},confidence\n`)).toBe(true)
  })

  it('writes its dates and numbers again as this file has them', async () => {
    save(FRENCH.replace(';1;Élite', ';7,00000018E+08;Élite').replace(';1;0;', ';1,0;0;'))
    await updateMatchesCsv(folder, [])
    expect(text().split('\n')[1]).toMatch(/^2026-03-10 12:00:00,700000018,.*,1\.8,3\.4,4\.10,1,0,/)
  })

  it.each([
    [
      'an id that was rounded',
      FRENCH.replace(';1;Élite', ';7E+08;Élite'),
      /line 2: event_id is "7E\+08", not a whole number with all its digits/,
    ],
    [
      'an id with separators',
      FRENCH.replace(';1;Élite', ';700 000 018;Élite'),
      /line 2: event_id is "700 000 018", not/,
    ],
    ['odds that became a date', FRENCH.replace(';1,8;', ';janv.-85;'), /line 2: odds_1 is "janv.-85", not a/],
    [
      'a score that became a date',
      FRENCH.replace(';0;0;', ';0;2-1;'),
      /line 3: score2 is "2-1", not a whole/,
    ],
    [
      'dates that may have the month first',
      FRENCH.replaceAll(';', '\t'),
      /line 2: timestamp_utc is "10\/03\/2026 12:00", not a date like/,
    ],
    ['a line without all values', `${FRENCH}\r\n;x`, /line 4: the number of values/],
    ['lines that became one value', FRENCH.replaceAll(/^.*$/gm, '"$&"'), /first line lacks timestamp_utc/],
    ['another table', 'date;total\r\n2026-03-10;5\r\n', /first line lacks timestamp_utc, event_id/],
    [
      'letters of another alphabet',
      Buffer.from(FRENCH.replace('Ajax', '\xC0\xFF\xEA\xF1'), 'latin1'),
      /not UTF-8/,
    ],
  ])('is refused and left as it is: %s', async (_, bytes, message) => {
    save(bytes)
    const saved = readFileSync(matchesFile(folder))
    await expect(updateMatchesCsv(folder, [matchOf(3, over([5, 5]))])).rejects.toMatchObject({
      type: 'Misconfigured',
      message: expect.stringMatching(message) as unknown,
    })
    expect(readFileSync(matchesFile(folder))).toEqual(saved)
    expect(readdirSync(folder)).toEqual(['matches.csv'])
  })

  it('holds no match if it is empty', async () => {
    save('')
    await updateMatchesCsv(folder, [matchOf(3, over([5, 5]))])
    expect(await lines()).toHaveLength(1)
  })
})
