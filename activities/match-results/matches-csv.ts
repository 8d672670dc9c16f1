/**
 * `data/matches.csv`: matches that are over, under the document's columns, and how sure each is. Written from the table;
 * while the database is away, from the file itself and what the worker has seen since.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { writeFileAtomically } from '../../atomic-file.ts'
import { outcomeOfMatch, type Match } from './match-life.ts'

const FILE = 'matches.csv'

/** The document's columns in its order; `confidence` comes after them. */
export const MATCH_COLUMNS = [
  ...['timestamp_utc', 'event_id', 'league', 'team1', 'team2'],
  ...['odds_1', 'odds_x', 'odds_2', 'score1', 'score2', 'status', 'outcome', 'confidence'],
] as const

/** One line, as texts under the names of the columns. */
export type MatchLine = Record<string, string>

/** Where the file of this worker lies. */
export const matchesFile = (dataDir: string): string => join(dataDir, FILE)

/** Writes the file anew, whole or not at all. */
export function writeMatchesCsv(dataDir: string, lines: readonly MatchLine[]): void {
  const csv = stringify([...lines], { header: true, columns: [...MATCH_COLUMNS], cast: { string: neutral } })
  writeFileAtomically(matchesFile(dataDir), csv)
}

/** Adds matches to the file, or takes their newer state over; one that goes on again is taken out. */
export function updateMatchesCsv(dataDir: string, matches: Iterable<Match>): void {
  const lines = new Map(readMatchesCsv(dataDir).map((line) => [line['event_id'] ?? '', line]))
  for (const match of matches) {
    const id = String(match.eventId)
    const known = lines.get(id)
    if (match.confidence === null) lines.delete(id)
    else lines.set(id, known === undefined ? lineOf(match) : renewed(known, lineOf(match)))
  }
  writeMatchesCsv(dataDir, [...lines.values()])
}

/** The lines of the file as they were before formulas were neutralised; none where there is no file. */
export function readMatchesCsv(dataDir: string): MatchLine[] {
  const path = matchesFile(dataDir)
  return existsSync(path) ? parseMatchesCsv(readFileSync(path, 'utf8')) : []
}

/** Reads such a file, the document's older one too. */
export function parseMatchesCsv(text: string): MatchLine[] {
  const lines: MatchLine[] = parse(text, { columns: true, bom: true, skip_empty_lines: true })
  return lines.map((line) =>
    Object.fromEntries(Object.entries(line).map(([name, cell]) => [name, withoutQuote(cell)])),
  )
}

/** What a spreadsheet calculates, in plain and in wide characters, behind any apostrophes. */
const FORMULA = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** A team named "=1+1" stays a name where a spreadsheet opens the file: an apostrophe says so, one more than the name has. */
const neutral = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

/** A cell of such a file as it was before. */
export const withoutQuote = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell

/** The line of a match that is over. */
export function lineOf(match: Match): MatchLine {
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

/** A worker that was started while the database was away saw a match begin later, and no odds from before its start. */
function renewed(known: MatchLine, line: MatchLine): MatchLine {
  const early = ['timestamp_utc', 'odds_1', 'odds_x', 'odds_2'].filter((name) => known[name] !== '')
  return { ...line, ...Object.fromEntries(early.map((name) => [name, known[name] ?? ''])) }
}

const textOf = (value: number | null | undefined): string => (value == null ? '' : String(value))
