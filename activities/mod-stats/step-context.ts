/** What the activities of mod-stats take and return, and what their files get to work with. */
import type { Run } from '../../core/run.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { Patience } from '../../db/patience.ts'
import type { ActivityDependencies } from '../dependencies.ts'

/** What a batch step takes: the run, and the cursor that the batch before answered (0 for the first). */
export interface BatchInput {
  run: Run
  after: number
}

/** What the steps' own files get: the dependencies, and how this attempt waits and ends. */
export interface StepContext extends ActivityDependencies {
  signal: AbortSignal
  patience: Patience
}

/** The UTC date that a run's snapshot rows carry: that of its start, also when a retry comes after midnight. */
export function snapshotDate(run: Run): string {
  return run.startedAt.slice(0, 10)
}

/** One batch of a source. */
export interface Batch {
  counts: SourceCounts
  /** Mods or modpacks (pages, while looking for new ones) that this batch did, and that are left for later ones. */
  done: number
  left: number
  /** Cursor of the next batch; null after the last. */
  next: number | null
}
