/** What is watched of housekeeping; a late backup is a finding of its own. */
import { DAY_MS, HOUR_MS } from '../core/durations.ts'
import type { WatchPart } from './watch-part.ts'

/** Every night; one may be missed, and a night takes up to five hours. */
const MEASURED_MS = 2 * DAY_MS + 6 * HOUR_MS

export const housekeepingWatch: WatchPart = {
  upstreams: [],
  fresh: [
    {
      source: 'sizes',
      newest: 'select max(observed_at) as at from table_sizes where day = (select max(day) from table_sizes)',
      allowedMs: () => MEASURED_MS,
    },
  ],
}
