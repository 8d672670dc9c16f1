/** What is watched of match-results. */
import { MINUTE_MS } from '../core/durations.ts'
import type { WatchPart } from './watch-part.ts'

/** So many polls may be missed: a feed that is away for some minutes loses no match. */
const MISSED_POLLS = 10

/** Polls that are looked at: more than may be missed, so that the oldest of them is too old. */
const LOOKED_AT_POLLS = 100

/** The newest poll of which something could be read, or that had nothing to read; if there is none, one that is too old. */
const newestPoll = `select coalesce(
    max(polled_at) filter (where told <> '[]' or (not truncated and coalesce(unread, '[]') = '[]')), min(polled_at)
  ) as at from (
    select polled_at, told, truncated, unread from feed_polls where kind = 'feed'
    order by polled_at desc limit ${LOOKED_AT_POLLS}) newest`

export const matchResultsWatch: WatchPart = {
  upstreams: [
    { name: 'Live feed', sources: ['feed'], clients: ['onexbet'], steps: ['collectMatches'] },
    { name: 'Results service', sources: ['results'], clients: ['onexbet-results'], steps: [] },
  ],
  fresh: [
    {
      source: 'feed',
      newest: newestPoll,
      allowedMs: ({ tracked }) =>
        Math.max(15, MISSED_POLLS * tracked['match-results'].every_minutes) * MINUTE_MS,
    },
  ],
}
