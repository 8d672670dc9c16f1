import type { Ways } from '../way.ts'

export const ways: Ways = {
  runs: [
    { outcome: 'complete', faulty: [] },
    // At its cap of events, and not requested by league.
    {
      outcome: 'partial',
      faulty: [],
      sections: { 'match-results': { feed: { count: 5, split_by_league: false } } },
    },
    { outcome: 'failed', faulty: ['onexbet'] },
    { outcome: 'cancelled', faulty: ['onexbet'], cancel: true },
  ],
}
