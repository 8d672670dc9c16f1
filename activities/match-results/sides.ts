/** Home and away: odds and scores follow their teams when the feed switches the sides of a match. */
import type { Odds } from '../../upstreams/onexbet/onexbet.ts'
import { foldCase } from '../../upstreams/onexbet/onexbet-status.ts'

/** The two teams, the home side first. */
export interface Sides {
  team1: string
  team2: string
}

const isSameTeam = (one: string, other: string): boolean => foldCase(one) === foldCase(other)

export function isSamePair(one: Sides, other: Sides): boolean {
  return (isSameTeam(one.team1, other.team1) && isSameTeam(one.team2, other.team2)) || isSwitched(one, other)
}

/** Whether the same two teams have changed sides. */
export function isSwitched(one: Sides, other: Sides): boolean {
  return (
    !isSameTeam(one.team1, one.team2) &&
    isSameTeam(one.team1, other.team2) &&
    isSameTeam(one.team2, other.team1)
  )
}

export function switchedOdds(odds: Odds | null): Odds | null {
  return odds === null ? null : { ...odds, one: odds.two, two: odds.one }
}

export function switchedScore(score: readonly [number, number] | null): [number, number] | null {
  return score === null ? null : [score[1], score[0]]
}
