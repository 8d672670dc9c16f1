/** The activities and clients of match-results. */
import type { MatchResultsDependencies } from '../../activities/match-results/activity-context.ts'
import { createMatchResultsActivities } from '../../activities/match-results/index.ts'
import { createOneXBet } from '../../upstreams/onexbet/onexbet.ts'
import { createOneXBetResults } from '../../upstreams/onexbet/onexbet-results.ts'
import type { WorkerPart } from './worker-part.ts'

export const matchResultsWorker: WorkerPart<'match-results', MatchResultsDependencies> = {
  createActivities: createMatchResultsActivities,
  createClients: ({ settings: { feed, results }, userAgent, upstreamClock: clock }) => ({
    onexbet: createOneXBet({ feedUrl: feed.url, query: feed, userAgent, clock }),
    onexbetResults: createOneXBetResults({
      baseUrl: results.url,
      language: feed.language,
      ref: results.ref,
      sports: feed.sport,
      userAgent,
    }),
    matchClock: clock,
  }),
}
