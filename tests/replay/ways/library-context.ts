import type { Ways } from '../way.ts'

export const ways: Ways = {
  sections: {
    'library-context': {
      // Two libraries, one after the other: what each child workflow does is the same for a hundred.
      chains: 1,
      domains: { astronomy: { description: 'Astronomy', source: 'ascl', keywords: ['astro'], top: 2 } },
    },
  },
  runs: [
    { outcome: 'complete', faulty: [], chain: 'complete' },
    { outcome: 'partial', faulty: ['git'], chain: 'failed' },
    { outcome: 'failed', faulty: ['ascl'] },
    { outcome: 'cancelled', faulty: ['ascl'], cancel: true },
  ],
}
