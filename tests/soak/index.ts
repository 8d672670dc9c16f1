/** The soaks by name: one line for each pipeline that has one, and those of shared parts. */
import { disasters } from './disasters/index.ts'
import { matchResults } from './match-results/index.ts'
import { modStats } from './mod-stats/index.ts'
import type { Soak } from './soak-definition.ts'

export const SOAKS: Record<string, Soak> = {
  'mod-stats': modStats,
  'match-results': matchResults,
  disasters,
  spool: {
    options: [
      {
        flags: '--rounds <count>',
        description: 'kills of a writer and of a drainer of the spool',
        default: 500,
      },
    ],
    run: async (option) => (await import('./soak-spool.ts')).soakSpool(option('rounds')),
  },
  tests: {
    options: [
      {
        flags: '--parts <count>',
        description: 'parts of the long tests; one of them is run, by the seed',
        default: 1,
        short: 32,
      },
    ],
    run: async (option) =>
      (await import('./long-tests.ts')).runLongTests({ parts: option('parts'), seed: option('seed') }),
  },
}
