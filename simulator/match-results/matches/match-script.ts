/** The course of one match, second by second from its announcement until no service shows it. */
import type { Ending } from './endings.ts'
import type { MatchChance } from './match-chance.ts'
import { halvesOf, isPlay, leadOf, stretchesOf, type Stretch, type StretchKind } from './stretches.ts'

/** A goal, at a second of playing time. An annulled one counts until `untilS` of playing time only. */
export interface Goal {
  atS: number
  side: 0 | 1
  untilS?: number
}

/** One match. Its time is seconds since kick-off; the announcement lies before, so below zero. */
export interface MatchScript {
  ends: Ending
  stretches: Stretch[]
  goals: Goal[]
  /** When the feed shows it first, below zero. */
  announcedS: number
  /** When play ended; without play, when the feed showed it last. */
  endsS: number
  /** When the feed stops showing it. */
  leavesS: number
  /** Seconds of play in a match that is played to its end. */
  playS: number
  /** Seconds of play in the first half. */
  firstHalfS: number
  /** `null`: never played, or never finished. */
  score: [number, number] | null
  /** The wrong final score that some matches show for a while. */
  wrongScore: [number, number]
}

/** A match at one second. */
export interface Moment {
  kind: StretchKind
  /** Seconds until kick-off, 0 once it was. */
  untilStartS: number
  /** Seconds played. */
  elapsedS: number
  /** As the feed shows it, correct or not. */
  score: [number, number]
  /** The first half's, once it is over. */
  firstHalf: [number, number] | null
}

/** Beyond the first few, more goals are rare. */
const GOALS = [0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7] as const
/** Seconds before the whistle in which the last goal tends to fall: after the last poll of most collectors. */
const LATE_S = 50
const LATE_SHARE = 0.4
const ANNULLED_SHARE = 0.08
/** How long an annulled goal counts. */
const ANNULLED_S = [30, 90] as const

/** Writes the script of a match; the same chance gives the same script. */
export function scriptOf(ends: Ending, chance: MatchChance): MatchScript {
  const halves = halvesOf(chance)
  const leadS = leadOf(chance)
  const stretches = stretchesOf(ends, { leadS, halves }, chance)
  const playS = halves.first + halves.second
  const goals = goalsOf(chance, playS)
  const played = ends !== 'abandoned' && ends !== 'called-off'
  const score = scoreOf(goals, playS)
  return {
    ends,
    stretches,
    goals,
    announcedS: -leadS,
    ...endOf(stretches, leadS),
    playS,
    firstHalfS: halves.first,
    score: played ? score : null,
    wrongScore: wrongScoreOf(score, goals, chance),
  }
}

/** The match at a second since kick-off; nothing while the feed does not show it. */
export function momentAt(script: MatchScript, sinceStartS: number): Moment | undefined {
  let beginS = script.announcedS
  let elapsedS = 0
  for (const { kind, seconds, hidden, wrong, cleared } of script.stretches) {
    const intoS = sinceStartS - beginS
    if (intoS < 0) return undefined
    const plays = isPlay(kind)
    if (intoS < seconds) {
      if (hidden === true) return undefined
      elapsedS += plays ? Math.floor(intoS) : 0
      const counted = cleared === true ? [] : script.goals
      const score = wrong === true ? script.wrongScore : scoreOf(counted, elapsedS)
      const pastHalf = elapsedS >= script.firstHalfS
      const firstHalf = pastHalf ? scoreOf(counted, script.firstHalfS) : null
      return { kind, untilStartS: Math.max(0, Math.ceil(-sinceStartS)), elapsedS, score, firstHalf }
    }
    beginS += seconds
    elapsedS += plays ? seconds : 0
  }
  return undefined
}

/** Goals of both sides after the given seconds of play. */
export function scoreOf(goals: readonly Goal[], elapsedS: number): [number, number] {
  const counted = goals.filter(({ atS, untilS = Infinity }) => atS <= elapsedS && elapsedS < untilS)
  const ofFirst = counted.filter(({ side }) => side === 0).length
  return [ofFirst, counted.length - ofFirst]
}

/** When play and showing end, in seconds since kick-off. */
function endOf(stretches: readonly Stretch[], leadS: number): { endsS: number; leavesS: number } {
  let atS = -leadS
  let endsS: number | undefined
  let leavesS = atS
  for (const { kind, seconds, hidden } of stretches) {
    atS += seconds
    if (isPlay(kind)) endsS = atS
    if (hidden !== true) leavesS = atS
  }
  return { endsS: endsS ?? leavesS, leavesS }
}

function goalsOf(chance: MatchChance, playS: number): Goal[] {
  const goals: Goal[] = Array.from({ length: chance.pick(GOALS, 'goals') }, (_, at) => ({
    atS: chance.between(5, playS, 'goal-time', at),
    side: chance.fraction('goal-side', at) < 0.3 + 0.4 * chance.fraction('strength') ? 0 : 1,
  }))
  if (chance.fraction('late-goal') < LATE_SHARE) {
    const atS = playS - chance.between(1, LATE_S, 'late-goal', 1)
    goals.push({ atS, side: chance.fraction('late-goal', 2) < 0.5 ? 0 : 1 })
  }
  if (chance.fraction('annulled') < ANNULLED_SHARE) {
    const atS = chance.between(5, playS - ANNULLED_S[1], 'annulled', 1)
    const untilS = atS + chance.between(...ANNULLED_S, 'annulled', 2)
    goals.push({ atS, untilS, side: chance.fraction('annulled', 3) < 0.5 ? 0 : 1 })
  }
  return goals
}

/** Without its last goal, or with one too many. */
function wrongScoreOf(
  [ofFirst, ofSecond]: [number, number],
  goals: readonly Goal[],
  chance: MatchChance,
): [number, number] {
  const last = goals
    .filter(({ untilS }) => untilS === undefined)
    .sort((a, b) => a.atS - b.atS)
    .at(-1)
  if (last === undefined || chance.fraction('correction') < 0.5) return [ofFirst, ofSecond + 1]
  return last.side === 0 ? [ofFirst - 1, ofSecond] : [ofFirst, ofSecond - 1]
}
