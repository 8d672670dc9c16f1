/** Collecting in batches: one activity a batch, whose cursor survives continue-as-new. */
import { workflowInfo } from '@temporalio/workflow'
import { addCounts, asCounts, type RunCounts, type SourceCounts } from '../core/run-outcome.ts'
import { HISTORY_EVENTS } from './policies.ts'
import { settleSource } from './recorded-run.ts'

/** Result of one batch of a source. */
export interface Batch<Cursor> {
  counts: SourceCounts
  /** Cursor of the next batch; null after the last. */
  next: Cursor | null
}

/** Loops over batches that share one run; `cursors` names each with its first cursor, or the one it resumes at. */
export function batchLoops<Loop extends string, Cursor>(
  counts: RunCounts,
  cursors: Record<Loop, Cursor | null>,
) {
  let isHistoryLong = false
  return {
    /**
     * Collects batch after batch of one loop until it ends or the history is long enough. Its counts go to `source`.
     */
    async collect(
      loop: Loop,
      source: string,
      batch: (after: Cursor) => Promise<Batch<Cursor>>,
    ): Promise<void> {
      while (cursors[loop] !== null && !isHistoryLong) {
        const after = cursors[loop]
        // Stays null if the activity fails for good: a failed source is not contacted again.
        cursors[loop] = null
        counts[source] = await settleSource(counts[source], async () => {
          const { counts: given, next } = await batch(after)
          cursors[loop] = next
          // A batch recorded by an earlier version has its reasons as sentences.
          const more = asCounts(given)
          return counts[source] === undefined ? more : addCounts(counts[source], more)
        })
        isHistoryLong ||= workflowInfo().historyLength > HISTORY_EVENTS
      }
    },
    /** Whether batches are left: the run goes on from `cursors` with a fresh history. */
    isUnfinished: () => Object.values(cursors).some((cursor) => cursor !== null),
  }
}
