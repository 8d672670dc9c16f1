/** A match and its observations, as the data sets have them, and what its charts draw. */
import type { OpenMatch, Reliability } from '../../../api/match-results/routes.ts'
import type { Line, Point } from '../../chart/series.ts'
import { en } from './words/en.ts'

type MatchKey = keyof typeof en
/** Says a sentence of this page in the reader's language. */
type Say = (key: MatchKey) => string

export const DATA = '/api/data/match-results'

/** A row of the data set `matches`. */
export interface Match {
  timestamp_utc: string
  event_id: number
  feed: string
  league: string
  team1: string
  team2: string
  starts_at: string | null
  odds_1: number | null
  odds_x: number | null
  odds_2: number | null
  score1: number | null
  score2: number | null
  status: string | null
  state: string
  confidence: string | null
  settled_by: string | null
  outcome: string | null
  last_seen_at: string
  over_at: string | null
  result_id: number | null
}

/** A row of the data set `match-observations`. */
export interface Observation {
  at: string
  source: string
  state: string
  status: string | null
  elapsed_s: number | null
  score1: number | null
  score2: number | null
  odds_1: number | null
  odds_x: number | null
  odds_2: number | null
  is_odds_only: boolean | null
}

/** From about thirty on a share says something: of four, one more moves it by a quarter. */
const FEWEST_JUDGED = 30

/** Which part of the last-seen scores that were checked was right, from 0 to 1; undefined if too few were checked. */
export function rightShare({
  last_seen_judged: judged,
  last_seen_right: right,
}: Pick<Reliability, 'last_seen_judged' | 'last_seen_right'>): number | undefined {
  // Rounded down to whole percent: 99.6 % is not every one.
  return judged < FEWEST_JUDGED ? undefined : Math.floor((right / judged) * 100) / 100
}

/** States of a match that the feed shows, what a person follows first. */
const SHOWN_FIRST = ['live', 'suspended', 'ended', 'seen']

/** Matches in play first, those to come last and the next of them first; others keep their order. */
export function inPlayFirst(matches: readonly OpenMatch[]): OpenMatch[] {
  const rank = ({ state }: OpenMatch) => SHOWN_FIRST.indexOf(state)
  const start = ({ state, starts_at }: OpenMatch) => {
    if (state !== 'seen') return 0
    return starts_at === null ? Number.MAX_SAFE_INTEGER : Date.parse(starts_at)
  }
  return matches.toSorted((a, b) => rank(a) - rank(b) || start(a) - start(b))
}

interface Scored {
  score1: number | null
  score2: number | null
}

/** `2–1`, or a dash while no score is known. */
export const scoreOf = ({ score1, score2 }: Scored) =>
  score1 === null || score2 === null ? '–' : `${score1}–${score2}`

export const teamsOf = ({ team1, team2 }: { team1: string; team2: string }) => `${team1} – ${team2}`

/** A moment in the life of a match. */
export type Moment = Pick<
  Observation,
  'at' | 'source' | 'state' | 'status' | 'elapsed_s' | 'score1' | 'score2'
>

/**
 * What a person follows: everything but odds, oldest first, and at last how the newest poll saw a match. Polls in which
 * nothing but the running time of its status or its odds changed are no observations of their own.
 */
export function lifeOf(observations: readonly Observation[], match?: Match): Moment[] {
  const life = observations
    .filter(({ is_odds_only }) => is_odds_only !== true)
    .toSorted((a, b) => a.at.localeCompare(b.at))
  const last = life.at(-1)
  if (match === undefined || last === undefined) return life
  const { last_seen_at: at, state, status, score1, score2 } = match
  const isTold = at <= last.at || state !== last.state || status === last.status
  return isTold ? life : [...life, { at, source: 'newest', state, status, elapsed_s: null, score1, score2 }]
}

/** Odds on both teams and a draw; blocked odds are a gap. Empty if none were ever offered. */
export function oddsLines(
  observations: readonly Observation[],
  names: readonly [string, string, string],
): Line[] {
  // An absence or a result says nothing about odds.
  const offered = observations
    .filter(({ source }) => source === 'feed' || source === 'import')
    .toSorted((a, b) => a.at.localeCompare(b.at))
  const columns = ['odds_1', 'odds_x', 'odds_2'] as const
  const lines = columns.map((column, at) => ({
    name: names[at] ?? column,
    points: offered.map((row): Point => [Date.parse(row.at), row[column]]),
  }))
  return lines.some(({ points }) => points.some(([, value]) => value !== null)) ? lines : []
}

const isKey = (key: string): key is MatchKey => Object.hasOwn(en, key)

/** A code in words; one that this page does not know yet stays as it is. */
const wordOf = (group: string) => (say: Say, code: string) => {
  const key = `${group}.${code}`
  return isKey(key) ? say(key) : code
}
export const stateWord = wordOf('state')
export const sourceWord = wordOf('source')
const knownConfidence = wordOf('confidence')
const knownOutcome = wordOf('outcome')

export const confidenceWord = (say: Say, confidence: string | null) =>
  knownConfidence(say, confidence ?? 'none')
export const outcomeWord = (say: Say, outcome: string | null) =>
  outcome === null ? '–' : knownOutcome(say, outcome)

/** The sentence that says why the score counts, or why it does not. */
export function evidenceKey({ confidence, settled_by }: Pick<Match, 'confidence' | 'settled_by'>): MatchKey {
  if (confidence === 'confirmed') return settled_by === 'results' ? 'evidence.results' : 'evidence.status'
  return confidence === 'last-seen' ? 'evidence.last-seen' : 'evidence.none'
}
