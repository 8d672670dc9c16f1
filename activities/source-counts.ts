/** How what a source returned becomes its counts: one place decides what makes a source partial or failed. */
import type { SourceCounts } from '../core/run-outcome.ts'
import { reason } from '../wording/reason.ts'

/** Rows refused or another reason: partial. Nothing fetched besides: failed. Rows in the spool are added by the worker. */
export function sourceCounts(counts: Omit<SourceCounts, 'outcome'>): SourceCounts {
  const { fetched, rejected } = counts
  const why = rejected > 0 ? [...counts.why, reason('rows-refused', { rows: rejected })] : counts.why
  const outcome = why.length === 0 ? 'complete' : fetched === 0 ? 'failed' : 'partial'
  return { ...counts, why, outcome }
}
