/** What the activities of match-results take and return, and what their files get to work with. */
import type { Run } from '../../core/run.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { OneXBet } from '../../upstreams/onexbet/onexbet.ts'
import type { OneXBetResults } from '../../upstreams/onexbet/onexbet-results.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'
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

/** The clients that the activities of match-results get. */
export interface MatchResultsClients {
  onexbet: OneXBet
  onexbetResults: OneXBetResults
  /** The feed's time; the simulator's league of the demo plays faster. */
  matchClock: () => Date
}

export type MatchResultsDependencies = DependenciesFor<'match-results', MatchResultsClients>

/** What the files of the activities get: the dependencies, what this worker remembers, and how this attempt waits and ends. */
export type ActivityContext = MatchResultsDependencies &
  Attempt & {
    unstoredMatches: UnstoredMatches
    matchesFile: MatchesFile
    /** When this worker last asked the results service, whatever came of it. */
    resultsAsked: { atMs: number }
  }
