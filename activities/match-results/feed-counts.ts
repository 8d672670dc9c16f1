/** What a run says of its look at the feed: counts, and a sentence for everything that was not as it should be. Pure. */
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { idOf } from '../../upstreams/onexbet/onexbet-event.ts'
import type { LiveFeed } from '../../upstreams/onexbet/onexbet.ts'
import type { Poll } from './follow.ts'
import type { Match } from './match-life.ts'

/** Ids of the events that came and could not be read. */
export const unreadIn = ({ rejected }: LiveFeed): number[] => rejected.flatMap(({ row }) => idOf(row) ?? [])

/** How many events came of which not even the id can be read: each may be any match. */
export const namelessIn = (feed: LiveFeed): number => feed.rejected.length - unreadIn(feed).length

/** Counts and sentences of one look. */
export function countsOf(feed: LiveFeed): SourceCounts {
  const { fetched, rejected, truncated, sightings, why } = feed
  const nameless = namelessIn(feed)
  const signs: [boolean, string][] = [
    [
      truncated,
      `truncated: ${fetched} events came and others may be missing: what is not among them is not taken for over`,
    ],
    [rejected.length > 0, `${rejected.length} events refused, see quarantine`],
    [
      nameless > 0,
      `${nameless} of them without a readable id, each of which may be any match: no match is taken for over by this answer`,
    ],
    [fetched === 0, 'the feed is empty: no match is taken for over because of it'],
    [
      fetched > 0 && sightings.length === 0,
      `no match can be read in ${fetched} events: none is taken for over because of it`,
    ],
  ]
  const reasons = [...why, ...signs.flatMap(([isSeen, sign]) => (isSeen ? [sign] : []))]
  const outcome = reasons.length > 0 ? 'partial' : 'complete'
  return { ...NOTHING, outcome, fetched, rejected: rejected.length, why: reasons }
}

/**
 * A sentence where a whole answer left out so many matches that it was not believed (`follow`): they stand as going on,
 * though it did not name them. None where the matches, `all`, were not brought up to it.
 */
export function doubtOf(look: Poll, all: ReadonlyMap<number, Match>): string[] {
  if (look.kind !== 'feed' || look.truncated) return []
  const { told, polledAt } = look
  const isSeen = (eventId: number) => (all.get(eventId)?.lastSeenAt ?? -Infinity) >= polledAt
  if (!told.some(({ eventId }) => isSeen(eventId))) return []
  const unread = new Set(look.unread)
  const going = [...all.values()].filter(({ overAt }) => overAt === null)
  const left = going.filter(({ eventId }) => !isSeen(eventId) && !unread.has(eventId))
  if (left.length === 0) return []
  return [
    `the answer names ${told.length} matches and leaves out ${left.length} that were going on, more than half at once: none of them is taken for over by it yet`,
  ]
}
