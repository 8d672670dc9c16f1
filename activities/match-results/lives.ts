/** Event ids that the feed uses again: each match under one id is a life of its own. */
import type { Sighting } from '../../upstreams/onexbet/onexbet.ts'
import { START_SHAKES_MS, type Match } from './match-life.ts'
import { isSamePair } from './sides.ts'

/** Added to the event id for each further match under it; the feed's own ids have nine digits. */
const NEXT_LIFE = 1_000_000_000_000
/** Lives that are told apart; an id is used again after months, if ever. */
const MAX_LIVES = 5

/** Returns the ids under which matches of an event may be stored, the first match's first. */
export function livesOf(eventId: number): number[] {
  return Array.from({ length: MAX_LIVES }, (_, life) => eventId + life * NEXT_LIFE)
}

/** Returns the feed's own id of a stored match. */
export const feedIdOf = (eventId: number): number => eventId % NEXT_LIFE

/** Returns the id of the match that is seen: that of the newest one under the feed's id, or the next if it is another. */
export function lifeOf(matches: ReadonlyMap<number, Match>, sighting: Sighting): number {
  const lives = livesOf(sighting.eventId)
  const newest = lives.findLastIndex((id) => matches.has(id))
  const known = matches.get(lives[newest] ?? sighting.eventId)
  const next = known !== undefined && isAnother(known, sighting) ? newest + 1 : newest
  return lives[Math.min(Math.max(next, 0), MAX_LIVES - 1)] ?? sighting.eventId
}

/** Whether a sighting is of another match than the known one with its id. A match that is moved or renamed is the same. */
function isAnother(known: Match, sighting: Sighting): boolean {
  const startsAt = sighting.startsAt === null ? null : Date.parse(sighting.startsAt)
  const isSameStart =
    startsAt !== null && known.startsAt !== null && Math.abs(startsAt - known.startsAt) <= START_SHAKES_MS
  if (isSameStart) return false
  if (!isSamePair(known, sighting))
    return known.overAt !== null || (known.startedAt !== null && sighting.phase === 'before')
  // The same teams again: with a start after the known match was last seen in play.
  const isAfter = known.overAt !== null || sighting.phase === 'before'
  return known.startedAt !== null && isAfter && startsAt !== null && startsAt > known.lastSeenAt
}
