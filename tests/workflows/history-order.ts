/** What a workflow's history says about the order of its steps. */
import type { temporal } from '@temporalio/proto'

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent

/** For each step the names, sorted, of those that had ended when it was scheduled; empty for one that never was. */
export function finishedBefore(events: readonly HistoryEvent[]): (step: string) => string[] {
  const names = new Map<string, string>()
  const finished: string[] = []
  const before = new Map<string, string[]>()
  for (const event of events) {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name
    if (name) {
      names.set(String(event.eventId), name)
      before.set(name, finished.toSorted())
    }
    const end =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes
    if (end) finished.push(names.get(String(end.scheduledEventId)) ?? '')
  }
  return (step) => before.get(step) ?? []
}
