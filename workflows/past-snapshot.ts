/** Snapshots of the past are impossible: a schedule's backfill of such a pipeline is rejected with the reason. */
import { defineSearchAttributeKey } from '@temporalio/common'
import { workflowInfo } from '@temporalio/workflow'
import type { Run, RunInput, Skipped } from '../core/run.ts'
import { reason } from '../wording/reason.ts'

/** The time for which a schedule started this workflow; Temporal sets it. */
const SCHEDULED_FOR = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME')

/** Returns why a run that a schedule started for a time long past must not collect; undefined for every other run. */
export function pastSnapshot(run: Run, { latestMs }: RunInput): Skipped | undefined {
  const scheduledFor = workflowInfo().typedSearchAttributes.get(SCHEDULED_FOR)
  if (scheduledFor === undefined || latestMs === undefined) return undefined
  if (Date.parse(run.startedAt) - scheduledFor.getTime() <= latestMs) return undefined
  const { pipeline } = run
  return { reason: reason('NoBackfill', { pipeline, scheduledFor: scheduledFor.toISOString() }) }
}
