/**
 * What a worker knows of the matches while the database is away: as it last stood there, and what the feed has shown
 * since. It is what the file and the log are written from until then; the tables are derived from the spooled looks.
 */
import { segmentNames } from '../../db/spool/folder.ts'
import { loadGroups } from '../../db/spool/load.ts'
import { follow, lookOf, type Poll } from './follow.ts'
import type { Match } from './match-life.ts'
import { MatchesById } from './matches-by-id.ts'
import { RESULTS_WITHIN_MS } from './result-of-match.ts'

export interface UnstoredMatches {
  /** The matches as the tables have them now, all that go on among them: from here on they are followed. */
  remember(matches: ReadonlyMap<number, Match>, now: number): void
  /** Follows a look that was spooled, after those before it in the spool where this worker knows nothing yet. */
  follow(look: Poll): Promise<FollowedUnstored>
  /** Matches that are over, and when the results were last asked. */
  over(): { matches: Match[]; askedAt: number | undefined }
  /** All of them. */
  all(): ReadonlyMap<number, Match>
}

export interface FollowedUnstored {
  /** Matches that are over by the look, or by one of those before it, or not over any more. */
  turned: Match[]
  /** All matches as they were before the look. */
  before: ReadonlyMap<number, Match>
}

/** @param spoolFolder where a worker that was started in the middle of an outage finds the looks before it */
export function createUnstoredMatches(feed: string, spoolFolder: string | undefined): UnstoredMatches {
  const matches = new MatchesById()
  let askedAt: number | undefined
  let isLoaded = false

  const take = (look: Poll) => {
    if (look.kind === 'results') askedAt = Math.max(askedAt ?? 0, look.polledAt)
    return follow(matches, look).turned
  }
  return {
    remember(stored, now) {
      isLoaded = true
      for (const [id, match] of stored) matches.set(id, match)
      // What goes on is all in `stored`: another worker saw the end of what is not.
      for (const [id, { overAt }] of matches)
        if (overAt === null ? !stored.has(id) : now - overAt > RESULTS_WITHIN_MS) matches.delete(id)
    },
    async follow(look) {
      const isFirst = !isLoaded && spoolFolder !== undefined
      isLoaded = true
      const spooled = isFirst ? await spooledLooks(feed, spoolFolder) : []
      const earlier = spooled.filter(({ polledAt }) => polledAt < look.polledAt)
      const turned = new Set(earlier.flatMap((one) => [...take(one)]))
      const before = new Map(matches)
      for (const id of take(look)) turned.add(id)
      return { turned: [...turned].flatMap((id) => matches.get(id) ?? []), before }
    },
    over: () => ({ matches: [...matches.values()].filter(({ overAt }) => overAt !== null), askedAt }),
    all: () => matches,
  }
}

/** The looks at this feed that lie in the spool, in the order of their times; what cannot be read the drain tells of. */
async function spooledLooks(feed: string, folder: string): Promise<Poll[]> {
  const looks: Poll[] = []
  for await (const group of loadGroups(folder, segmentNames(folder))) {
    for (const loaded of group) {
      const rows = loaded.kind === 'whole' && loaded.segment.kind === 'rows' ? loaded.segment.rows : {}
      looks.push(...(rows.feed_polls ?? []).filter((row) => row.feed === feed).map(lookOf))
    }
  }
  return looks.toSorted((a, b) => a.polledAt - b.polledAt)
}
