/** A match as stretches of time, one after the other, and the effect of each way to end. */
import type { Ending } from './endings.ts'
import type { MatchChance } from './match-chance.ts'

/** State of a match for a while. */
export type StretchKind =
  | 'before'
  | 'first-half'
  | 'half-time'
  | 'second-half'
  | 'suspended'
  | 'over'
  | 'abandoned'
  | 'called-off'

/** A stretch of time in which the state of a match does not change. */
export interface Stretch {
  kind: StretchKind
  seconds: number
  /** Absent from the feed meanwhile. */
  hidden?: boolean
  /** The feed shows a final score that is not the true one. */
  wrong?: boolean
  /** The feed shows an empty score. */
  cleared?: boolean
}

/** Seconds of play in both halves. */
export interface Halves {
  first: number
  second: number
}

/** E-football as recorded: two short halves, 5 to 8 minutes with the pause between them. */
const HALF_S = [145, 205] as const
const PAUSE_S = [30, 60] as const
/** Minutes of announcement before the start, as in the recorded "Début dans 5/25 minutes". */
const LEAD_MINUTES = [5, 30] as const
/** A state (or an absence) that a poll every minute must not miss lasts longer than one. */
const SEEN_S = [61, 100] as const
const OVER_S = [61, 180] as const
const STOP_S = [65, 150] as const
/** Minimum time of the second half before something happens to it. */
const AT_FIRST_S = 20
/** The end of a match that vanishes early, played while not shown. */
const UNSEEN_S = [60, 180] as const
/** Some matches that had trouble vanish at their end, some are shown over. */
const OVER_SHARE = 0.5

/** Seconds between the announcement and kick-off. */
export function leadOf(chance: MatchChance): number {
  return 60 * chance.between(...LEAD_MINUTES, 'lead')
}

/** The lengths of the halves. */
export function halvesOf(chance: MatchChance): Halves {
  return { first: chance.between(...HALF_S, 'first'), second: chance.between(...HALF_S, 'second') }
}

/** Whether the clock of the match runs. */
export function isPlay(kind: StretchKind): boolean {
  return kind === 'first-half' || kind === 'second-half'
}

/** A match from its announcement on. */
export function stretchesOf(
  ends: Ending,
  { leadS, halves }: { leadS: number; halves: Halves },
  chance: MatchChance,
): Stretch[] {
  const briefS = chance.between(...SEEN_S, 'gap')
  const begun = beginning(leadS, halves, chance)
  switch (ends) {
    case 'called-off':
      return [
        { kind: 'before', seconds: leadS - briefS },
        { kind: 'called-off', seconds: briefS },
      ]
    case 'vanishes':
      return [...begun, second(halves.second)]
    case 'vanishes-early':
    case 'comes-back':
    case 'suspended':
    case 'abandoned':
    case 'flaps':
      return [...begun, ...troubled(ends, halves.second, briefS, chance)]
    case 'over-shown':
      return [...begun, second(halves.second), over(chance)]
    case 'cleared':
      return [...begun, second(halves.second), { ...over(chance), cleared: true }]
    case 'corrected-in-feed':
      return [...begun, second(halves.second), { kind: 'over', seconds: briefS, wrong: true }, over(chance)]
    case 'corrected-in-results':
      return [...begun, second(halves.second), { ...over(chance), wrong: true }]
  }
}

function beginning(leadS: number, { first }: Halves, chance: MatchChance): Stretch[] {
  return [
    { kind: 'before', seconds: leadS },
    { kind: 'first-half', seconds: first },
    { kind: 'half-time', seconds: chance.between(...PAUSE_S, 'pause') },
  ]
}

/** The second half, and what follows, of a match that is not shown to its end. */
function troubled(
  ends: 'vanishes-early' | 'comes-back' | 'suspended' | 'abandoned' | 'flaps',
  halfS: number,
  briefS: number,
  chance: MatchChance,
): Stretch[] {
  const cutS = chance.between(AT_FIRST_S, halfS - SEEN_S[0], 'cut')
  const stop: Stretch = { kind: 'suspended', seconds: chance.between(...STOP_S, 'gap', 1) }
  const heads = chance.fraction('shown', 1) < OVER_SHARE
  switch (ends) {
    case 'vanishes-early': {
      const unseenS = Math.min(chance.between(...UNSEEN_S, 'cut', 1), halfS - AT_FIRST_S)
      return [second(halfS - unseenS), second(unseenS, true)]
    }
    case 'comes-back': {
      const vanishedS = Math.min(briefS, halfS - AT_FIRST_S - SEEN_S[0])
      const back = second(halfS - AT_FIRST_S - vanishedS)
      return [second(AT_FIRST_S), second(vanishedS, true), back, ...(heads ? [over(chance)] : [])]
    }
    case 'suspended':
      return [second(cutS), stop, second(halfS - cutS), ...(heads ? [over(chance)] : [])]
    case 'abandoned': {
      const word: Stretch = { kind: 'abandoned', seconds: briefS }
      return [second(cutS), stop, ...(heads ? [word] : [])]
    }
    case 'flaps':
      return [second(cutS), { kind: 'over', seconds: briefS }, second(halfS - cutS), over(chance)]
  }
}

function second(seconds: number, hidden = false): Stretch {
  return { kind: 'second-half', seconds, hidden }
}

function over(chance: MatchChance): Stretch {
  return { kind: 'over', seconds: chance.between(...OVER_S, 'shown') }
}
