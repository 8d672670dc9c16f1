/** Brings the matches up to a poll of the feed, or of the results. Pure; polls are ordered by time. */
import { doubtOf, type ChangeRule } from '../../core/plausibility.ts'
import type { MatchResult } from '../../upstreams/onexbet/onexbet-results.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import type { Sighting } from '../../upstreams/onexbet/onexbet.ts'
import {
  isSameScore,
  missed,
  resulted,
  sighted,
  type Match,
  type Observation,
  type Step,
} from './match-life.ts'
import { feedIdOf, lifeOf } from './lives.ts'
import type { MatchesById } from './matches-by-id.ts'
import { resultedMatches } from './result-of-match.ts'

/** One good response, as stored in `feed_polls`. `polledAt` in milliseconds since 1970. */
export type Poll =
  | {
      kind: 'feed'
      polledAt: number
      truncated: boolean
      told: readonly Sighting[]
      /** Events that the response named and that could not be read. */
      unread?: readonly number[]
    }
  | { kind: 'results'; polledAt: number; truncated: boolean; told: readonly MatchResult[] }

/** Returns a poll from its row, which was validated when it was fetched. */
export function pollOf({ kind, polledAt, truncated, told, unread }: PollFields): Poll {
  return { kind, polledAt: polledAt.getTime(), truncated, told, ...(unread && { unread }) } as Poll
}

/** The row of a poll in `feed_polls`. */
export type PollFields = Pick<
  WritableRows['feed_polls'],
  'kind' | 'polledAt' | 'truncated' | 'told' | 'unread'
>

/**
 * A match that a response at its cap does not name may have been cut off. Six hours later it is over all the same: no
 * match of any sport in the feed lasts longer.
 */
const CUT_OFF_WAIT_MS = 6 * 3_600_000

/**
 * An empty response, or one that would end most matches at once, is more often a fault than the truth; after a quarter
 * of an hour it is believed.
 */
const IMPLAUSIBLE_WAIT_MS = 15 * 60_000

/** Of fewer matches than eight, more than half may well end within a minute. */
const GOING_ON: ChangeRule = { fall: 0.5, judgedFrom: 8 }

export interface Followed {
  /** Matches in this poll, changed or not. */
  touched: Set<number>
  /** Those of them that are now over, or over with another score, or not over any more. */
  turned: Set<number>
  observations: Observation[]
}

/** Changes `matches` in place. */
export function follow(matches: MatchesById, poll: Poll): Followed {
  const touched = new Set<number>()
  const turned = new Set<number>()
  const observations: Observation[] = []
  const take = ({ match, observation }: Step) => {
    if (isTurned(matches.get(match.eventId), match)) turned.add(match.eventId)
    matches.set(match.eventId, match)
    touched.add(match.eventId)
    if (observation !== undefined) observations.push(observation)
  }
  const at = poll.polledAt
  if (poll.kind === 'results') {
    for (const [result, match] of resultedMatches(matches, poll.told, at)) take(resulted(match, result, at))
    return { touched, turned, observations }
  }
  // If an event occurs twice, the later row counts.
  const sightings = new Map(poll.told.map((sighting) => [sighting.eventId, sighting]))
  const unread = new Set(poll.unread)
  const going = matches.onShow().filter(({ overAt }) => overAt === null)
  const left = going
    .map(({ eventId }) => feedIdOf(eventId))
    .filter((id) => !sightings.has(id) && !unread.has(id)).length
  const isImplausible =
    sightings.size === 0 || doubtOf(GOING_ON, going.length, going.length - left) !== undefined
  const waitMs = poll.truncated ? CUT_OFF_WAIT_MS : isImplausible ? IMPLAUSIBLE_WAIT_MS : 0
  for (const sighting of sightings.values()) {
    const eventId = lifeOf(matches, sighting)
    take(sighted(matches.get(eventId), { ...sighting, eventId }, at))
  }
  for (const match of matches.onShow()) {
    if (unread.has(feedIdOf(match.eventId)) || touched.has(match.eventId)) continue
    if (at - match.lastSeenAt < waitMs || at < match.lastSeenAt) continue
    const step = missed(match, at)
    if (step.observation !== undefined) take(step)
  }
  return { touched, turned, observations }
}

/** Whether a match is now over, or over with another score, or not over any more. */
export function isTurned(before: Match | undefined, match: Match): boolean {
  const confidence = before?.confidence ?? null
  return (
    confidence !== match.confidence ||
    (confidence !== null && !isSameScore(before?.score ?? null, match.score))
  )
}
