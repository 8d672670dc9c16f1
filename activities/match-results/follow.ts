/** Brings the matches up to a look at the feed, or at the results. Pure; the order of looks is that of their times. */
import type { MatchResult } from '../../upstreams/onexbet-results.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import type { Sighting } from '../../upstreams/onexbet.ts'
import {
  isSameScore,
  missed,
  resulted,
  sighted,
  type Match,
  type Observation,
  type Step,
} from './match-life.ts'
import { resultedMatch } from './result-of-match.ts'

/** One good answer, as stored in `feed_polls`. `polledAt` in milliseconds since 1970. */
export type Poll =
  | {
      kind: 'feed'
      polledAt: number
      truncated: boolean
      told: readonly Sighting[]
      /** Events that the answer named and that could not be read. */
      unread?: readonly number[]
    }
  | { kind: 'results'; polledAt: number; truncated: boolean; told: readonly MatchResult[] }

/** A look as its row holds it; what stands there was validated when it was fetched. */
export function lookOf({ kind, polledAt, truncated, told, unread }: LookRow): Poll {
  return { kind, polledAt: polledAt.getTime(), truncated, told, ...(unread && { unread }) } as Poll
}

/** What a row of `feed_polls` says of a look. */
export type LookRow = Pick<WritableRows['feed_polls'], 'kind' | 'polledAt' | 'truncated' | 'told' | 'unread'>

/**
 * A match that an answer at its cap does not name may have been cut off. Six hours later it is over all the same: no
 * match of any sport that the feed has lasts longer.
 */
const CUT_OFF_PATIENCE_MS = 6 * 3_600_000

/** An empty answer is a fault more often than the end of all matches at once; after a quarter of an hour it is believed. */
const EMPTY_PATIENCE_MS = 15 * 60_000

export interface Followed {
  /** Matches that this look told of, changed or not. */
  touched: Set<number>
  /** Of these the ones that are now over, or over with another score, or not over any more. */
  turned: Set<number>
  observations: Observation[]
}

/** Changes `matches` (by event id) in place. */
export function follow(matches: Map<number, Match>, poll: Poll): Followed {
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
    for (const result of poll.told) {
      const match = resultedMatch(matches, result)
      if (match !== undefined) take(resulted(match, result, at))
    }
    return { touched, turned, observations }
  }
  for (const sighting of poll.told) take(sighted(matches.get(sighting.eventId), sighting, at))
  const patienceMs = poll.truncated ? CUT_OFF_PATIENCE_MS : poll.told.length === 0 ? EMPTY_PATIENCE_MS : 0
  const unread = new Set(poll.unread)
  for (const match of [...matches.values()]) {
    if (unread.has(match.eventId) || touched.has(match.eventId)) continue
    if (at - match.lastSeenAt < patienceMs || at < match.lastSeenAt) continue
    const step = missed(match, at)
    if (step.observation !== undefined) take(step)
  }
  return { touched, turned, observations }
}

function isTurned(before: Match | undefined, match: Match): boolean {
  const confidence = before?.confidence ?? null
  return (
    confidence !== match.confidence ||
    (confidence !== null && !isSameScore(before?.score ?? null, match.score))
  )
}
