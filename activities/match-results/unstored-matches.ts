/**
 * A worker's memory of the matches while the database is unavailable: their last stored state, and what the feed has
 * shown since. The file and the log are written from it until then; the tables are derived from the spooled polls.
 */
import { segmentNames } from '../../db/spool/folder.ts'
import { loadGroups } from '../../db/spool/load.ts'
import { follow, pollOf, type Poll } from './follow.ts'
import type { Match } from './match-life.ts'
import { MatchesById } from './matches-by-id.ts'
import { RESULTS_WITHIN_MS } from './result-of-match.ts'

export interface UnstoredMatches {
  /** The matches as in the tables, including all that go on: from here on they are followed. */
  remember(matches: ReadonlyMap<number, Match>, now: number): void
  /** Follows a spooled poll, after those before it in the spool if this worker knows nothing yet. */
  follow(poll: Poll): Promise<FollowedUnstored>
  /** Matches that are over, and when the results were last asked. */
  over(): { matches: Match[]; askedAt: number | undefined }
  /** All of them. */
  all(): ReadonlyMap<number, Match>
}

export interface FollowedUnstored {
  /** Matches that are over by the poll, or by an earlier one, or not over any more. */
  turned: Match[]
  /** All matches as they were before the poll. */
  before: ReadonlyMap<number, Match>
}

/** @param spoolFolder where a worker that was started during an outage finds the earlier polls */
export function createUnstoredMatches(feed: string, spoolFolder: string | undefined): UnstoredMatches {
  const matches = new MatchesById()
  let askedAt: number | undefined
  let isLoaded = false

  const take = (poll: Poll) => {
    if (poll.kind === 'results') askedAt = Math.max(askedAt ?? 0, poll.polledAt)
    return follow(matches, poll).turned
  }
  return {
    remember(stored, now) {
      isLoaded = true
      for (const [id, match] of stored) matches.set(id, match)
      // All running matches are in `stored`: if one is missing, another worker saw its end.
      for (const [id, { overAt }] of matches)
        if (overAt === null ? !stored.has(id) : now - overAt > RESULTS_WITHIN_MS) matches.delete(id)
    },
    async follow(poll) {
      const isFirst = !isLoaded && spoolFolder !== undefined
      isLoaded = true
      const spooled = isFirst ? await spooledPolls(feed, spoolFolder) : []
      const earlier = spooled.filter(({ polledAt }) => polledAt < poll.polledAt)
      const turned = new Set(earlier.flatMap((one) => [...take(one)]))
      const before = new Map(matches)
      for (const id of take(poll)) turned.add(id)
      return { turned: [...turned].flatMap((id) => matches.get(id) ?? []), before }
    },
    over: () => ({ matches: [...matches.values()].filter(({ overAt }) => overAt !== null), askedAt }),
    all: () => matches,
  }
}

/** The polls of this feed in the spool, ordered by time; the drain reports what cannot be read. */
async function spooledPolls(feed: string, folder: string): Promise<Poll[]> {
  const polls: Poll[] = []
  for await (const group of loadGroups(folder, segmentNames(folder))) {
    for (const loaded of group) {
      const rows = loaded.kind === 'whole' && loaded.segment.kind === 'rows' ? loaded.segment.rows : {}
      polls.push(...(rows.feed_polls ?? []).filter((row) => row.feed === feed).map(pollOf))
    }
  }
  return polls.toSorted((a, b) => a.polledAt - b.polledAt)
}
