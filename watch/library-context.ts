/** What is watched of library-context. */
import { DAY_MS, HOUR_MS } from '../core/durations.ts'
import type { WatchPart } from './watch-part.ts'

/** A list is written every night; one night may be missed, and a night takes up to five hours. */
const LISTS_MS = 2 * DAY_MS + 6 * HOUR_MS

export const libraryContextWatch: WatchPart = {
  fresh: [
    {
      source: 'lists',
      newest: `select max(observed_at) as at from library_snapshots where date = (select max(date) from library_snapshots)`,
      allowedMs: ({ tracked }) =>
        Object.keys(tracked['library-context'].domains).length === 0 ? undefined : LISTS_MS,
    },
  ],
}
