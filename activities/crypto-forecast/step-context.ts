/** What the activities of crypto-forecast take, and what their files get to work with. */
import type { Tracked } from '../../config/almanac-file.ts'
import type { Run } from '../../core/run.ts'
import type { Patience } from '../../db/patience.ts'
import type { ActivityDependencies } from '../dependencies.ts'

/** A time that is over, to be collected; ISO 8601. */
export interface Backfill {
  from: string
  to: string
  onlyMissing: boolean
}

/** What a source's step takes: the run, and the time to collect where it is not the newest hours. */
export interface SourceInput {
  run: Run
  backfill?: Backfill
}

/** What the steps' own files get: the dependencies, what is tracked, and how this attempt waits and ends. */
export interface StepContext extends ActivityDependencies {
  settings: Tracked['crypto-forecast']
  signal: AbortSignal
  patience: Patience
}
