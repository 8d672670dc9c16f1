/**
 * What a worker knows of the matches while the database is away: as it last stood there, and what the feed has shown
 * since. It is what the file and the log are written from until then; the tables are derived from the spooled looks.
 */
import { DamagedSegment, unpackSegment } from '../../db/spool/segment.ts'
import { readSegment, segmentNames } from '../../db/spool/folder.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { follow, lookOf, type Poll } from './follow.ts'
import { RESULTS_WITHIN_MS } from './follow-stored.ts'
import type { Match } from './match-life.ts'

export interface UnstoredMatches {
  /** The matches as the tables have them now, all that go on among them: from here on they are followed. */
  remember(matches: ReadonlyMap<number, Match>, now: number): void
  /** Follows a look that was spooled; answers the matches that are over by it, or not over any more. */
  follow(look: Poll): Promise<Match[]>
  /** Matches that are over and wait for their result, and when the results were last asked. */
  waiting(): { matches: Match[]; askedAt: number | undefined }
  /** All of them. */
  all(): ReadonlyMap<number, Match>
}

/** @param spoolFolder where a worker that was started in the middle of an outage finds the looks before it */
export function createUnstoredMatches(feed: string, spoolFolder: string | undefined): UnstoredMatches {
  const matches = new Map<number, Match>()
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
      const looks = isFirst ? await spooledLooks(feed, spoolFolder) : [look]
      const turned = new Set(looks.flatMap((one) => [...take(one)]))
      return [...turned].flatMap((id) => matches.get(id) ?? [])
    },
    waiting: () => ({
      matches: [...matches.values()].filter(
        ({ overAt, settledBy }) => overAt !== null && settledBy !== 'results',
      ),
      askedAt,
    }),
    all: () => matches,
  }
}

/** The looks at this feed that lie in the spool, in the order of their times. */
async function spooledLooks(feed: string, folder: string): Promise<Poll[]> {
  const looks: Poll[] = []
  for (const name of segmentNames(folder)) {
    const rows = await rowsIn(folder, name)
    looks.push(...rows.filter((row) => row.feed === feed).map(lookOf))
  }
  return looks.toSorted((a, b) => a.polledAt - b.polledAt)
}

async function rowsIn(folder: string, name: string): Promise<WritableRows['feed_polls'][]> {
  const bytes = readSegment(folder, name)
  if (bytes === undefined) return []
  try {
    const segment = await unpackSegment(bytes)
    return segment.kind === 'rows' ? (segment.rows.feed_polls ?? []) : []
  } catch (error) {
    // Whoever drains the spool puts it aside and says why.
    if (error instanceof DamagedSegment) return []
    throw error
  }
}
