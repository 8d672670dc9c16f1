import type { PartFlag } from '../part.ts'

export const matchResultsFlags: readonly PartFlag[] = [
  {
    flags: '--fast-matches',
    help: 'matches begin 12 hours ago and pass a minute a second until they reach now',
  },
]
