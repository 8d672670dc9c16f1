/**
 * `data/matches.csv`: matches that are over, under the document's columns, with the confidence of each. Written from
 * the table; while the database is unavailable, from the file itself and the worker's memory.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileFailure, removeUnfinishedFiles } from '../../system/atomic-file.ts'
import { csvOf } from '../../system/csv.ts'
import { exportedRecords, unreadable } from '../../system/read-csv/exported-file.ts'
import { isoDate, type Notation } from '../../system/read-csv/notation.ts'
import { NOTHING, plainDecimal, wholeIn } from '../../system/read-csv/numbers.ts'
import { outcomeOfMatch, type Match } from './match-life.ts'

const FILE = 'matches.csv'
/** Characters of a wrong cell that a message shows. */
const SHOWN_CHARS = 40
/** Lines rendered at once if they do not arrive in pieces: some hundredths of a second. */
const PIECE_LINES = 1_000

/** The document's columns in its order; `confidence` comes after them. */
export const MATCH_COLUMNS = [
  'timestamp_utc',
  'event_id',
  'league',
  'team1',
  'team2',
  'odds_1',
  'odds_x',
  'odds_2',
  'score1',
  'score2',
  'status',
  'outcome',
  'confidence',
] as const

/** By these a file is known as one of matches. */
const KEY_COLUMNS = ['timestamp_utc', 'event_id'] as const
const ODDS_COLUMNS = ['odds_1', 'odds_x', 'odds_2'] as const
const SCORE_COLUMNS = ['score1', 'score2'] as const

/** One line, as texts under the names of the columns. */
export type MatchLine = Record<string, string>

/** Path of this worker's file. */
export const matchesFile = (dataDir: string): string => join(dataDir, FILE)

/** Takes the next lines; waits until they are written. */
export type AddLines = (lines: readonly MatchLine[]) => Promise<void>

/**
 * Rewrites the file atomically from the lines that `write` adds piece by piece, so that a month is not held in memory.
 * Throws `DiskFull`, `Misconfigured` if it is not writable, and what `write` throws; the old file then stays.
 */
export async function writeMatchesCsv(
  dataDir: string,
  write: (add: AddLines) => Promise<void>,
): Promise<void> {
  const path = matchesFile(dataDir)
  try {
    await mkdir(dataDir, { recursive: true })
    removeUnfinishedFiles(dataDir)
    await replace(path, write)
  } catch (error) {
    throw fileFailure(path, error) ?? error
  }
}

async function replace(path: string, write: (add: AddLines) => Promise<void>): Promise<void> {
  // A unique name: an attempt that was given up may still be writing to another one.
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.appendFile(csvOf([MATCH_COLUMNS]))
      await write((lines) => file.appendFile(csvOf(lines.map(rowOf))))
      // Otherwise a power failure could leave a file that is named and empty.
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Adds matches to the file or updates them; one that goes on again is removed. */
export async function updateMatchesCsv(dataDir: string, matches: Iterable<Match>): Promise<void> {
  const turned = new Map([...matches].map((match) => [match.eventId, match]))
  await writeMatchesCsv(dataDir, async (add) => {
    const unknown = new Map(turned)
    let piece: MatchLine[] = []
    for await (const line of readMatchesCsv(dataDir)) {
      const match = turned.get(wholeIn(line['event_id'] ?? '') ?? Number.NaN)
      if (match === undefined) piece.push(line)
      else if (unknown.delete(match.eventId) && match.confidence !== null)
        piece.push(renewed(line, lineOf(match)))
      if (piece.length < PIECE_LINES) continue
      await add(piece)
      piece = []
    }
    const others = [...unknown.values()].filter(({ confidence }) => confidence !== null)
    await add([...piece, ...others.map(lineOf)])
  })
}

/**
 * Returns the lines of the file, also in the document's older form and as spreadsheets save it, without the marks of
 * formulas; none without a file. Throws `Misconfigured` if something in it cannot be read.
 */
export async function* readMatchesCsv(dataDir: string): AsyncGenerator<MatchLine> {
  const path = matchesFile(dataDir)
  if (!existsSync(path)) return
  for await (const record of exportedRecords(path, KEY_COLUMNS)) {
    const line = { ...record.value }
    for (const { names, read, expected } of CELLS)
      for (const name of names) {
        const cell = line[name] ?? ''
        if (NOTHING.test(cell)) continue
        const plain = read(cell, record.notation)
        if (plain === undefined)
          throw unreadable(
            path,
            `line ${record.line}: ${name} is ${JSON.stringify(cell.slice(0, SHOWN_CHARS))}, not ${expected}`,
          )
        line[name] = plain
      }
    yield line
  }
}

const wholeText = (text: string) => wholeIn(text)?.toString()
const ISO_8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/
function dateText(text: string, notation: Notation): string | undefined {
  const date = isoDate(text, notation)
  return ISO_8601.test(date) ? date : undefined
}

/** The columns whose cells a spreadsheet changes, and how such a cell is read as this file has it. */
const CELLS: readonly {
  names: readonly string[]
  read: (cell: string, notation: Notation) => string | undefined
  expected: string
}[] = [
  { names: ['timestamp_utc'], read: dateText, expected: 'a date like 2026-03-10T12:00:00Z' },
  // Of a rounded id nobody knows whose it is: the match would then be in the file twice.
  { names: ['event_id', ...SCORE_COLUMNS], read: wholeText, expected: 'a whole number with all its digits' },
  { names: ODDS_COLUMNS, read: plainDecimal, expected: 'a decimal number' },
]

const rowOf = (line: MatchLine) => MATCH_COLUMNS.map((name) => line[name] ?? '')

/** The columns of a match. */
export type LineMatch = Pick<
  Match,
  | ('eventId' | 'league' | 'team1' | 'team2' | 'status' | 'score')
  | ('firstSeenAt' | 'closingOdds' | 'confidence')
>

/** The line of a match that is over. */
export function lineOf(match: LineMatch): MatchLine {
  const { closingOdds, score } = match
  return {
    timestamp_utc: new Date(match.firstSeenAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    event_id: String(match.eventId),
    league: match.league,
    team1: match.team1,
    team2: match.team2,
    odds_1: textOf(closingOdds?.one),
    odds_x: textOf(closingOdds?.x),
    odds_2: textOf(closingOdds?.two),
    score1: textOf(score?.[0]),
    score2: textOf(score?.[1]),
    status: match.status ?? '',
    outcome: outcomeOfMatch(match) ?? '',
    confidence: match.confidence ?? '',
  }
}

/**
 * A worker that was started while the database was unavailable saw a match begin later, and no odds from before its
 * start.
 */
function renewed(known: MatchLine, line: MatchLine): MatchLine {
  const early = ['timestamp_utc', ...ODDS_COLUMNS].filter((name) => known[name] !== '')
  return { ...line, ...Object.fromEntries(early.map((name) => [name, known[name] ?? ''])) }
}

const textOf = (value: number | null | undefined): string => (value == null ? '' : String(value))
