/** Odds of a match: open before it, moving and often blocked in play. */
import type { MatchChance } from './match-chance.ts'
import type { MatchScript, Moment } from './match-script.ts'

/** One line as the feed writes it; a handicap of 0 has no `P`, as every zero is left out. */
export interface Line {
  T: number
  P?: number
  C: number
  CV: string
  B?: true
  G: number
}

/** The coefficient of a blocked market, on which no bet is possible. */
const BLOCKED = 1.001
const LOWEST = 1.01
const HIGHEST = 51
/** The margin of the bookmaker. */
const MARGIN = 1.07
/** Share of minutes in which the result's market is blocked: before, at the beginning and at the end of play. */
const BLOCKED_BEFORE = 0.03
const BLOCKED_AT_FIRST = 0.15
const BLOCKED_AT_THE_END = 0.85
/** Share of minutes in which X or 2 is not there, before the start and in play; in the recording, often. */
const ABSENT_BEFORE = 0.12
const ABSENT_IN_PLAY = 0.3

/** `E[]` and `AE[]` of an event. */
export interface Lines {
  main: Line[]
  more: { G: number; ME: Line[] }[]
}

/** The lines of a match in one minute since 1970. Groups: 1 result, 8 double chance, 2 handicap, 17 total, 15 and 62 team totals. */
export function linesOf(script: MatchScript, moment: Moment, chance: MatchChance, minute: number): Lines {
  const progress = moment.elapsedS / script.playS
  const blocked = isBlocked(moment, chance, minute, progress)
  const [one, draw, two] = probabilities(moment, chance, minute, progress)
  const absent = moment.kind === 'before' ? ABSENT_BEFORE : ABSENT_IN_PLAY
  const isThere = (which: number) => chance.fraction('absent', which, minute) >= absent
  const result: Line[] = [
    line(1, 1, one, blocked),
    ...(isThere(2) ? [line(1, 2, draw, blocked)] : []),
    ...(isThere(3) ? [line(1, 3, two, blocked)] : []),
  ]
  const double = [one + draw, one + two, draw + two].map((p, at) => line(8, 4 + at, p, blocked))
  if (moment.kind === 'over') return { main: chance.fraction('odds') < 0.5 ? [] : result, more: [] }
  const goals = moment.score[0] + moment.score[1] + 2.5 * (1 - progress)
  const total = Math.floor(goals) + 0.5
  const main = [...result, ...double, ...pairOf(17, 9, total, 0.5), ...pairOf(15, 11, 1.5, 0.45)]
  if (isThere(4)) main.push(...pairOf(2, 7, 0, one + draw / 2), ...pairOf(62, 13, 2.5, 0.55))
  const more = [
    { G: 17, ME: [...pairOf(17, 9, total + 1, 0.3), ...pairOf(17, 9, total + 2, 0.15)] },
    { G: 2, ME: [...pairOf(2, 7, -1.5, one / 2), ...pairOf(2, 7, -1, one / 1.5)] },
  ]
  return { main: main.sort((a, b) => a.C - b.C), more: moment.kind === 'suspended' ? [] : more }
}

function isBlocked({ kind }: Moment, chance: MatchChance, minute: number, progress: number): boolean {
  const drawn = chance.fraction('blocked', minute)
  if (kind === 'before') return drawn < BLOCKED_BEFORE
  if (kind !== 'first-half' && kind !== 'second-half') return true
  return drawn < BLOCKED_AT_FIRST + (BLOCKED_AT_THE_END - BLOCKED_AT_FIRST) * progress ** 2
}

/** Chances of 1, X and 2, which sum to 1: the stronger side's at first, the leading side's towards the end. */
function probabilities(
  { score }: Moment,
  chance: MatchChance,
  minute: number,
  progress: number,
): [number, number, number] {
  const rest = 1 - progress
  const drift = 0.1 * (chance.fraction('odds', 1, minute) - 0.5)
  const strength = 2 * (chance.fraction('strength') - 0.5) + drift
  const ahead = ((score[0] - score[1]) * 1.6 + strength * rest) / (0.2 + rest)
  const draw = score[0] === score[1] ? 0.22 + 0.6 * progress : 0.22 * rest
  const one = (1 - draw) / (1 + Math.exp(-1.5 * ahead))
  return [one, draw, 1 - draw - one]
}

/** Over and under, or both sides of a handicap. */
function pairOf(group: number, type: number, at: number, probability: number): Line[] {
  const other = group === 2 ? -at : at
  return [line(group, type, probability, false, at), line(group, type + 1, 1 - probability, false, other)]
}

function line(group: number, type: number, probability: number, blocked: boolean, at = 0): Line {
  const fair = 1 / Math.max(probability, 0.001) / MARGIN
  const coefficient = blocked ? BLOCKED : round(Math.min(HIGHEST, Math.max(LOWEST, fair)))
  return {
    T: type,
    ...(at !== 0 && { P: at }),
    C: coefficient,
    CV: String(coefficient),
    ...(blocked && { B: true }),
    G: group,
  }
}

function round(coefficient: number): number {
  return Math.round(coefficient * 1_000) / 1_000
}
