/** What is watched of library-context. */
import { DAY_MS, HOUR_MS } from '../core/durations.ts'
import { libraryNight, type LibraryNight } from '../core/library-context/night-event.ts'
import type { Reason } from '../core/reason.ts'
import { eventsAfter } from '../db/queries/run-events.ts'
import { reason } from '../wording/reason.ts'
import type { WatchPart } from './watch-part.ts'

/** A list is written every night; one night may be missed, and a night takes up to five hours. */
const LISTS_MS = 2 * DAY_MS + 6 * HOUR_MS

export const libraryContextWatch: WatchPart = {
  upstreams: [
    { name: 'ASCL', sources: ['ascl'], clients: ['ascl'], steps: [] },
    {
      name: 'GitHub',
      sources: ['stars', 'search'],
      clients: ['github'],
      steps: ['rankLibraries'],
    },
    { name: 'Git', sources: ['changes'], clients: ['git'], steps: ['findChanges', 'cloneLibrary'] },
  ],
  fresh: [
    {
      source: 'lists',
      newest: `select max(observed_at) as at from library_snapshots where date = (select max(date) from library_snapshots)`,
      allowedMs: ({ tracked }) =>
        Object.keys(tracked['library-context'].domains).length === 0 ? undefined : LISTS_MS,
    },
  ],
  news: async (db, after) => {
    const events = await eventsAfter(db, 'library-night', after)
    return events.flatMap(({ payload, createdAt }) => {
      const night = libraryNight.safeParse(payload).data
      return night === undefined ? [] : [{ at: createdAt.getTime(), ...told(night) }]
    })
  },
}

/** Names of what is new or gone; more are on the page. */
const MOST_NAMES = 5

function told({ lists, made, failed, unchanged }: LibraryNight): { what: Reason; lines: Reason[] } {
  return {
    what: reason('news-night', { made: made.length, failed: failed.length, unchanged }),
    lines: lists.map(({ domain, size, entered, left, moved }) => {
      // Of a first list everybody is new.
      const isNew = entered.length < size ? entered : []
      return reason('news-list', {
        domain,
        size,
        entered: isNew.slice(0, MOST_NAMES),
        moreEntered: Math.max(0, isNew.length - MOST_NAMES),
        left: left.slice(0, MOST_NAMES),
        moreLeft: Math.max(0, left.length - MOST_NAMES),
        moved: moved.length,
      })
    }),
  }
}
