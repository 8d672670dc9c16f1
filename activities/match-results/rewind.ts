/** A match as it was at an earlier moment, from its observations: for inserting a late poll of the feed. */
import { namesOf, type Match, type Observation } from './match-life.ts'
import { isSwitched, switchedOdds, switchedScore, type Sides } from './sides.ts'

/** When a match was last in the feed, changed or not, and its status text there. */
export interface LastSighting {
  at: number
  status: string | null
}

/** What is known of a match from before a moment. */
export interface Past {
  /** Oldest first. */
  observations: readonly Observation[]
  /** If it may be later than the last observation. */
  sighting?: LastSighting | undefined
}

const NEVER: LastSighting = { at: -Infinity, status: null }

/** Returns the match as it was before a moment; undefined if it had no observation. */
export function matchBefore(now: Match, past: Past, before: number): Match | undefined {
  const observations = onTheirLastSides(past.observations)
  const { sighting = NEVER } = past
  const [first] = observations
  const last = observations.at(-1)
  if (first === undefined || last === undefined) return undefined
  const ofFeed = observations.filter(({ source }) => source === 'feed')
  const lastSight = ofFeed.at(-1) ?? first
  const wasOnShow = now.lastSeenAt >= before
  // What the results service settled takes over no text any more.
  const isTextNewer = last.source !== 'results' && sighting.at > last.at
  const startedAt = ofFeed.find(({ state }) => state !== 'seen')?.at ?? null
  const beforeStart = ofFeed.filter(({ at, odds }) => odds !== null && (startedAt === null || at < startedAt))
  const byResults = last.source === 'results'
  const isOver = last.state === 'ended' || last.state === 'vanished' || last.state === 'settled'
  const isConfirmed = last.state === 'settled' || last.state === 'ended'
  return {
    eventId: now.eventId,
    ...(observations.findLast(({ names }) => names !== undefined)?.names ?? namesOf(now)),
    firstSeenAt: first.at,
    lastSeenAt: wasOnShow ? Math.max(lastSight.at, sighting.at) : now.lastSeenAt,
    startedAt,
    state: last.state,
    status: !wasOnShow ? now.status : isTextNewer ? sighting.status : last.status,
    score: last.score,
    lastSeenScore: lastSight.score,
    odds: ofFeed.findLast(({ odds }) => odds !== null)?.odds ?? null,
    openingOdds: beforeStart[0]?.odds ?? null,
    closingOdds: beforeStart.at(-1)?.odds ?? null,
    confidence: !isOver || last.score === null ? null : isConfirmed ? 'confirmed' : 'last-seen',
    settledBy: isConfirmed ? (byResults ? 'results' : 'status') : null,
    resultId: last.resultId ?? null,
    overAt: isOver ? overSince(observations) : null,
  }
}

/** The observations with odds and scores on the sides that the teams have in the last one. */
function onTheirLastSides(observations: readonly Observation[]): Observation[] {
  let sides: Sides | undefined
  let switches = 0
  const before = observations.map(({ names }) => {
    if (names !== undefined && sides !== undefined && isSwitched(sides, names)) switches += 1
    sides = names ?? sides
    return switches
  })
  return observations.map((one, index) => {
    const isTurned = (switches - (before[index] ?? 0)) % 2 === 1
    return isTurned ? { ...one, odds: switchedOdds(one.odds), score: switchedScore(one.score) } : one
  })
}

/** The time of the first of the last observations in a row that say it is over. */
function overSince(observations: readonly Observation[]): number | null {
  const lastOn = observations.findLastIndex(({ state }) => ['seen', 'live', 'suspended'].includes(state))
  return observations[lastOn + 1]?.at ?? null
}
