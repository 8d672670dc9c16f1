/** The bounds of an activity outside of Temporal. */
import type { Info } from '@temporalio/activity'
import { HOUR_MS } from '../../core/durations.ts'

/** Bounds that no test reaches; the mock's own are over before the activity begins. */
export function unbounded(): Partial<Info> {
  const now = Date.now()
  return {
    startToCloseTimeoutMs: HOUR_MS,
    scheduleToCloseTimeoutMs: HOUR_MS,
    scheduledTimestampMs: now,
    currentAttemptScheduledTimestampMs: now,
  }
}
