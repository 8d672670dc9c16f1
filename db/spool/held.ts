/** What a segment holds, in the words of a reason: all that is known of a damaged one is its head. */
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'
import type { SegmentHead } from './segment.ts'

/** Rows that the head names, including rejected ones. */
export function headRowCount({ tables, rejected }: SegmentHead): number {
  return Object.values(tables).reduce((sum, rows) => sum + rows, rejected)
}

/** Says which rows, of which run, the database lacks while the segment is not loaded. */
export function heldBy(head: SegmentHead): Reason {
  const { kind, runId, observedAt, tables, rejected } = head
  if (kind === 'ending') return reason('segment-of-ending', { runId, endedAt: observedAt })
  const names = [...Object.keys(tables), ...(rejected > 0 ? ['quarantine'] : [])]
  return reason('segment-of-rows', { rows: headRowCount(head), tables: names, observedAt, runId })
}
