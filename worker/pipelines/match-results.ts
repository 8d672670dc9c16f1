/** The clients of match-results. */
import { createOneXBet } from '../../upstreams/onexbet/onexbet.ts'
import { createOneXBetResults } from '../../upstreams/onexbet/onexbet-results.ts'
import type { WorkerPart } from './worker-part.ts'

export const matchResultsWorker: WorkerPart<'match-results'> = {
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
