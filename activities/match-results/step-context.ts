/** What the activities of match-results take and return, and what their files get to work with. */
import type { Tracked } from '../../config/almanac-file.ts'
import type { Run } from '../../core/run.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Patience } from '../../db/patience.ts'
import type { ActivityDependencies } from '../dependencies.ts'
import type { MatchesFile } from './matches-file.ts'
import type { MatchFigures } from './told.ts'
import type { UnstoredMatches } from './unstored-matches.ts'

/** What a look takes: the run, and whether only what is stored is to be followed. */
export interface CollectInput {
  run: Run
  derive: boolean
}

/** What a look gave: the counts of the feed and, where they were asked for, of the results. */
export interface Collected {
  counts: SourceCounts
  results?: SourceCounts
  figures: MatchFigures
}

/** What the steps' own files get: the dependencies, what is tracked, and how this attempt waits and ends. */
export interface StepContext extends ActivityDependencies {
  settings: Tracked['match-results']
  signal: AbortSignal
  patience: Patience
  unstoredMatches: UnstoredMatches
  matchesFile: MatchesFile
  /** When this worker last asked the results service, whatever came of it. */
  resultsAsked: { atMs: number }
}
