/** Lives of matches for tests: sightings in few words, and a match that is led through them minute by minute. */
import { MINUTE_MS } from '../../../../core/durations.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import {
  missed,
  resulted,
  sighted,
  type Match,
  type Observation,
} from '../../../../activities/match-results/match-life.ts'
const FIRST_MINUTE = Date.parse('2026-03-10T12:00:00Z')

/** The moment of a minute, counted from the first one. */
export const minute = (number: number): number => FIRST_MINUTE + number * MINUTE_MS

const NO_ODDS: Sighting['odds'] = { one: null, x: null, two: null }

const SIGHTING: Sighting = {
  eventId: 700,
  team1: 'Ajax',
  team2: 'Inter',
  league: 'Ligue des champions',
  leagueId: 5,
  startsAt: new Date(minute(10)).toISOString(),
  phase: 'before',
  status: null,
  elapsedS: null,
  score: null,
  odds: NO_ODDS,
}

/** A sighting; by default before the start. */
export const before = (more: Partial<Sighting> = {}): Sighting => ({
  ...SIGHTING,
  status: 'Début dans 5 minutes',
  ...more,
})

export const live = (score: [number, number], more: Partial<Sighting> = {}): Sighting => ({
  ...SIGHTING,
  phase: 'live',
  status: '2ème mi-temps',
  elapsedS: 300,
  score,
  ...more,
})

export const over = (score: [number, number] | null, more: Partial<Sighting> = {}): Sighting => ({
  ...SIGHTING,
  phase: 'over',
  status: 'Match terminé',
  score,
  ...more,
})

export const suspended = (score: [number, number] | null, more: Partial<Sighting> = {}): Sighting => ({
  ...SIGHTING,
  phase: 'suspended',
  status: 'Match interrompu',
  score,
  ...more,
})

/** One minute's piece of evidence: a sighting, none in a whole response, or the result. */
export type Evidence = Sighting | 'absent' | { result: [number, number] }

export interface Life {
  /** After each minute. */
  states: Match[]
  match: Match
  observations: Observation[]
}

/** Leads a match through its minutes, from minute 0 on. The first must be a sighting. */
export function lifeOf(first: Sighting, ...rest: Evidence[]): Life {
  const begun = sighted(undefined, first, minute(0))
  const states = [begun.match]
  const observations = begun.observation === undefined ? [] : [begun.observation]
  let match = begun.match
  for (const [index, evidence] of rest.entries()) {
    const step = stepOf(match, evidence, minute(index + 1))
    match = step.match
    states.push(match)
    if (step.observation !== undefined) observations.push(step.observation)
  }
  return { states, match, observations }
}

function stepOf(match: Match, evidence: Evidence, at: number) {
  if (evidence === 'absent') return missed(match, at)
  return 'result' in evidence
    ? resulted(match, { gameId: match.eventId, score: evidence.result }, at)
    : sighted(match, evidence, at)
}
