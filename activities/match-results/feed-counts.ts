/** A run's report of its poll: counts, and a reason for every fault. Pure. */
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { idOf } from '../../upstreams/onexbet/onexbet-event.ts'
import type { LiveFeed } from '../../upstreams/onexbet/onexbet.ts'
import type { Poll } from './follow.ts'
import { feedIdOf, livesOf } from './lives.ts'
import type { Match } from './match-life.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Returns the ids of events that came and could not be read. */
export const unreadIn = ({ rejected }: LiveFeed): number[] => rejected.flatMap(({ row }) => idOf(row) ?? [])

/** Returns how many events came without a readable id: each may be any match. */
export const namelessIn = (feed: LiveFeed): number => feed.rejected.length - unreadIn(feed).length

/** What a poll keeps of the feed. */
export const shownBy = (feed: LiveFeed) => ({
  // An event without a readable id may be any match.
  truncated: feed.truncated || namelessIn(feed) > 0,
  told: feed.sightings,
  unread: unreadIn(feed),
})

/** Returns counts and reasons of one poll. */
export function countsOf(feed: LiveFeed): SourceCounts {
  const { fetched, rejected, truncated, sightings, why } = feed
  const nameless = namelessIn(feed)
  const reasons = [
    ...why,
    ...(truncated ? [reason('feed-truncated', { events: fetched })] : []),
    ...(rejected.length > 0 ? [reason('events-refused', { events: rejected.length })] : []),
    ...(nameless > 0 ? [reason('events-nameless', { events: nameless })] : []),
    ...(fetched === 0 ? [reason('feed-empty')] : []),
    ...(fetched > 0 && sightings.length === 0 ? [reason('feed-without-matches', { events: fetched })] : []),
  ]
  const outcome = reasons.length > 0 ? 'partial' : 'complete'
  // As of every source: rows that could be read.
  return { ...NOTHING, outcome, fetched: fetched - rejected.length, rejected: rejected.length, why: reasons }
}

/**
 * Returns a reason if a whole response left out so many matches that it was not believed (`follow`): they count as
 * still running although it did not name them. None if the matches, `all`, were not brought up to it.
 */
export function anomaliesOf(poll: Poll, all: ReadonlyMap<number, Match>): Reason[] {
  if (poll.kind !== 'feed' || poll.truncated) return []
  const { told, polledAt } = poll
  const isSeen = (eventId: number) => (all.get(eventId)?.lastSeenAt ?? -Infinity) >= polledAt
  if (!told.some(({ eventId }) => livesOf(eventId).some(isSeen))) return []
  const unread = new Set(poll.unread)
  const going = [...all.values()].filter(({ overAt }) => overAt === null)
  const left = going.filter(({ eventId }) => !isSeen(eventId) && !unread.has(feedIdOf(eventId)))
  if (left.length === 0) return []
  return [reason('half-left-out', { named: told.length, left: left.length })]
}
