/** What is watched of match-results. */
import { MINUTE_MS } from '../core/durations.ts'
import type { WatchPart } from './watch-part.ts'

/** So many polls may be missed: a feed that is away for some minutes loses no match. */
const MISSED_POLLS = 10

export const matchResultsWatch: WatchPart = {
  upstreams: [
    { name: 'Live feed', sources: ['feed'], clients: ['onexbet'], steps: ['collectMatches'] },
    { name: 'Results service', sources: ['results'], clients: ['onexbet-results'], steps: [] },
  ],
  fresh: [
    {
      source: 'feed',
      newest: `select max(polled_at) as at from feed_polls where kind = 'feed'`,
      allowedMs: ({ tracked }) =>
        Math.max(15, MISSED_POLLS * tracked['match-results'].every_minutes) * MINUTE_MS,
    },
  ],
}
