import { Failure } from '../../../core/failures.ts'
import type { Ways } from '../way.ts'

/** A disk on which nothing can be kept. */
const full = () => Promise.reject(new Failure('DiskFull', 'The disk is full.'))
/** Whatever reads it fails, and does so again. */
const broken = null as never

export const ways: Ways = {
  runs: [
    { outcome: 'complete', faulty: [] },
    { outcome: 'complete', name: 'no-backup', faulty: [], sections: { housekeeping: { backup: false } } },
    {
      outcome: 'partial',
      faulty: [],
      sections: { housekeeping: { backup: false, keep_days: { nowhere: 1 } } },
    },
    {
      outcome: 'failed',
      faulty: [],
      params: { boundSeconds: 2 },
      worker: {
        dependencies: { backUp: full, archived: broken, folders: broken },
        sections: { housekeeping: { backup: true, keep_days: broken } as never },
      },
    },
    {
      outcome: 'cancelled',
      faulty: [],
      cancel: true,
      worker: {
        dependencies: {
          // Tried again, until the run is cancelled.
          backUp: () => Promise.reject(new Failure('DatabaseUnavailable', 'The database is away.')),
        },
      },
    },
  ],
}
