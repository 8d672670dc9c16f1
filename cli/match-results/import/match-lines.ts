/**
 * From one line of an old `matches.csv`, a dump of an old table `matches`, or our own `matches.csv` to a match, or to the
 * reason why not. Pure. The old collector stored live scores as final (every status that it did not know was "finished"), so
 * only a status that says "over" by our own rule makes its score a result.
 */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { outcomeOfMatch, type Match, type Score } from '../../../activities/match-results/match-life.ts'
import { phaseOf } from '../../../upstreams/onexbet/onexbet-status.ts'
import type { Odds } from '../../../upstreams/onexbet/onexbet.ts'
import {
  filled,
  orNull,
  parseRecord,
  storable,
  valuesIn,
  whole,
  type Parsed,
} from '../../import/line-values.ts'
import { columnsOf } from '../../import/unused-columns.ts'
import type { Notation } from '../../../system/read-csv/notation.ts'
import { NOTHING, wholeIn } from '../../../system/read-csv/numbers.ts'

/** A match of a file, and what only its observation keeps. */
export interface ImportedMatch {
  match: Match
  /** Odds of the old collector: those at the end of the match, so they must not count as odds before its start. */
  oddsAtEnd: Odds | null
}

/** A line that contradicts itself is kept, so that its wrong value can be found. */
export type ParsedMatch = Parsed<ImportedMatch> | { reason: string; contradiction: Record<string, string> }

/** No sport counts further; a larger number is another column's. */
const MAX_SCORE = 99_999

const OPTIONAL = ['event_id', 'odds_1', 'odds_x', 'odds_2', 'score1', 'score2', 'status', 'outcome'] as const
const MOMENTS = ['created_at', 'updated_at'] as const

/** The parser of lines, for an import at `now`; `isOurs` if the file has a column `confidence`. */
export function matchLines(
  now: Date,
  { isOurs, notation }: { isOurs: boolean; notation: Notation },
): (record: Record<string, string>) => ParsedMatch {
  const schema = lineSchema(now, isOurs, notation)
  return (record) => {
    const line = readable(record)
    const parsed = parseRecord(schema, line)
    if (!('row' in parsed)) return parsed
    const values = parsed.row
    const score = scoreOf(values)
    const wrong = contradiction(values.outcome ?? '', score)
    if (wrong !== undefined) return { reason: wrong, contradiction: line }
    if (!isOurs) return { row: { match: oldMatch(values, score), oddsAtEnd: oddsOf(values) } }
    if (score === null) return { reason: 'is over without a score' }
    return { row: { match: ownMatch(values, score), oddsAtEnd: null } }
  }
}

/** The columns that `matchLines` reads. */
export const matchColumns = (now: Date, notation: Notation): string[] =>
  columnsOf(lineSchema(now, false, notation))

/** A number, exact to its last digit: a rounded one is that of another match. Other texts are no ids of the feed. */
const eventId = storable.refine((id) => wholeIn(id) !== undefined || /[a-df-z]/i.test(id), {
  error: 'is not a whole number with all its digits',
})
/** pandas writes 1.0 for 1 in a column that has empty cells. */
const outcome = z
  .string()
  .transform((text) => String(wholeIn(text) ?? text))
  .pipe(z.enum(['1', 'N', '2'], { error: 'is not 1, N or 2' }))

function lineSchema(now: Date, isOurs: boolean, notation: Notation) {
  const { positive, timestamp } = valuesIn(notation)
  const moment = timestamp.refine((at) => at <= now, { error: 'is in the future' })
  const score = orNull(whole(MAX_SCORE))
  const confidence = z.enum(['confirmed', 'last-seen'], { error: 'is neither confirmed nor last-seen' })
  return z.object({
    timestamp_utc: moment,
    event_id: orNull(eventId),
    league: orNull(storable),
    team1: filled,
    team2: filled,
    odds_1: orNull(positive),
    odds_x: orNull(positive),
    odds_2: orNull(positive),
    score1: score,
    score2: score,
    status: orNull(storable),
    outcome: orNull(outcome),
    created_at: orNull(moment),
    updated_at: orNull(moment),
    confidence: isOurs ? confidence : z.string().optional(),
  })
}

type Line = z.infer<ReturnType<typeof lineSchema>>

/** The cells as they were before pandas had them: `nan`. */
function readable(record: Record<string, string>): Record<string, string> {
  const line = { ...record }
  for (const name of [...OPTIONAL, ...MOMENTS]) {
    const cell = line[name]?.trim()
    if (cell !== undefined) line[name] = NOTHING.test(cell) ? '' : cell
  }
  return line
}

/** Both sides, or nothing: the old collector left a side out if it had no number for it. */
function scoreOf({ score1, score2 }: Line): Score | null {
  return score1 === null || score2 === null ? null : [score1, score2]
}

function oddsOf(line: Line): Odds | null {
  const [one, x, two] = [line.odds_1, line.odds_x, line.odds_2]
  return one === null && x === null && two === null ? null : { one, x, two }
}

function contradiction(outcome: string, score: Score | null): string | undefined {
  if (outcome === '') return undefined
  if (score === null) return `outcome ${outcome} without a score`
  const expected = outcomeOfMatch({ score, confidence: 'confirmed' })
  return outcome === expected ? undefined : `outcome ${outcome} contradicts the score, which says ${expected}`
}

/** Confirmed only if its status says that it was over. */
function oldMatch(line: Line, score: Score | null): Match {
  const isOver = score !== null && saysOver(line.status ?? '', score)
  const match = { ...sighting(line, score), openingOdds: null, closingOdds: null }
  if (isOver) return { ...match, state: 'settled', confidence: 'confirmed', settledBy: 'status' }
  const confidence = score === null ? null : 'last-seen'
  return { ...match, state: 'vanished', confidence, settledBy: null }
}

/** A match that Almanac collected elsewhere or once: its odds are those before the start. */
function ownMatch(line: Line, score: Score): Match {
  const match = { ...sighting(line, score), openingOdds: null, closingOdds: oddsOf(line) }
  if (line.confidence !== 'confirmed')
    return { ...match, state: 'vanished', confidence: 'last-seen', settledBy: null }
  const byStatus = saysOver(line.status ?? '', score)
  const settledBy = byStatus ? 'status' : 'results'
  // What the feed showed last is not in the file if the results service had the last word.
  const lastSeenScore = byStatus ? score : null
  return { ...match, state: 'settled', confidence: 'confirmed', settledBy, lastSeenScore }
}

/** The values of a line, of any origin. */
function sighting(line: Line, score: Score | null) {
  const { timestamp_utc: firstSeen, team1, team2 } = line
  const league = line.league ?? ''
  return {
    eventId: eventIdOf(line.event_id ?? '') ?? idOf(firstSeen, team1, team2, league),
    team1,
    team2,
    league,
    score,
    lastSeenScore: score,
    leagueId: null,
    startsAt: null,
    startedAt: null,
    odds: null,
    resultId: null,
    status: line.status,
    firstSeenAt: firstSeen.getTime(),
    lastSeenAt: (line.updated_at ?? line.created_at ?? firstSeen).getTime(),
    overAt: firstSeen.getTime(),
  }
}

function saysOver(status: string, [one, two]: Score): boolean {
  const signs = { countdown: false, clockS: null, notice: '', status, period: '' }
  return phaseOf({ ...signs, scored: true, goals: one + two > 0 }) === 'over'
}

/** An event id that is a number, as the feed has them; one below zero was made by an earlier import. */
function eventIdOf(text: string): number | undefined {
  const id = wholeIn(text)
  return id === 0 ? undefined : id
}

/** Hexadecimal digits of a hash that make a number which JavaScript holds exactly. */
const ID_DIGITS = 13

/** For a match without an event id: below zero, where no feed's ids are, and the same at every import. */
function idOf(firstSeen: Date, ...names: string[]): number {
  const key = JSON.stringify([firstSeen.toISOString(), ...names])
  const digits = createHash('sha256').update(key).digest('hex').slice(0, ID_DIGITS)
  return -1 - Number.parseInt(digits, 16)
}
