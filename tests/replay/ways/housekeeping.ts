import type { Ways } from '../way.ts'

export const ways: Ways = {
  runs: [
    { outcome: 'complete', faulty: [] },
    { outcome: 'complete', name: 'no-backup', faulty: [], sections: { housekeeping: { backup: false } } },
    {
      outcome: 'partial',
      faulty: [],
      sections: { housekeeping: { backup: false, keep_days: { nowhere: 1 } } },
    },
  ],
}
