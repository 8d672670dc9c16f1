/**
 * `data/matches.csv`: matches that are over, under the document's columns, with the confidence of each. Written from
 * the table; while the database is unavailable, from the file itself and the worker's memory.
 */
import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import { fileFailure, removeUnfinishedFiles } from '../../system/atomic-file.ts'
import { csvOf, withoutMark } from '../../system/csv.ts'
import { outcomeOfMatch, type Match } from './match-life.ts'

const FILE = 'matches.csv'
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
      const match = turned.get(Number(line['event_id']))
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
 * Returns the lines of the file, also in the document's older form, without the marks of formulas; none without a file.
 */
export async function* readMatchesCsv(dataDir: string): AsyncGenerator<MatchLine> {
  const path = matchesFile(dataDir)
  if (!existsSync(path)) return
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true })
  // An error on the way ends the loop below.
  pipeline(createReadStream(path), parser, () => undefined)
  for await (const line of parser as AsyncIterable<MatchLine>)
    yield Object.fromEntries(Object.entries(line).map(([name, cell]) => [name, withoutMark(cell)]))
}

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
  const early = ['timestamp_utc', 'odds_1', 'odds_x', 'odds_2'].filter((name) => known[name] !== '')
  return { ...line, ...Object.fromEntries(early.map((name) => [name, known[name] ?? ''])) }
}

const textOf = (value: number | null | undefined): string => (value == null ? '' : String(value))
