/** Result, clients and context of the activities of match-results. */
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { OneXBet } from '../../upstreams/onexbet/onexbet.ts'
import type { OneXBetResults } from '../../upstreams/onexbet/onexbet-results.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'
import type { MatchesFile } from './matches-file.ts'
import type { MatchFigures } from './match-records.ts'
import type { UnstoredMatches } from './unstored-matches.ts'

/** Result of a poll: the counts of the feed and, if it was asked, of the results service. */
export interface Collected {
  counts: SourceCounts
  results?: SourceCounts
  figures: MatchFigures
}

/** The clients of the activities of match-results. */
export interface MatchResultsClients {
  onexbet: OneXBet
  onexbetResults: OneXBetResults
  /** The feed's time; the simulator's league of the demo plays faster. */
  matchClock: () => Date
}

export type MatchResultsDependencies = DependenciesFor<'match-results', MatchResultsClients>

/**
 * Context of the activities' files: the dependencies, the worker's memory, and the attempt's cancellation and retry
 * budget.
 */
export type ActivityContext = MatchResultsDependencies &
  Attempt & {
    unstoredMatches: UnstoredMatches
    matchesFile: MatchesFile
    /** When this worker last asked the results service, with whatever result. */
    resultsAsked: { atMs: number }
  }
