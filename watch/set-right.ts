/** What the watch remembers, once a clock that was ahead is set right: a time to come would keep it quiet until then. */
import type { Alert } from './alert.ts'
import type { WatchState } from './state.ts'

/** Returns the state with no look, finding or summary later than now; what is due later comes as much sooner. */
export function setRight(state: WatchState, now: number): WatchState {
  if (state.lookedAt === null || state.lookedAt <= now) return state
  const aheadMs = state.lookedAt - now
  const past = (at: number) => Math.min(at, now)
  const pastOrNull = (at: number | null) => (at === null ? null : past(at))
  const alert = (one: Alert): Alert => ({
    ...one,
    firstSeenAt: past(one.firstSeenAt),
    since: past(one.since),
    lastSeenAt: past(one.lastSeenAt),
    heldSince: past(one.heldSince),
    clearSince: pastOrNull(one.clearSince),
    toldAt: pastOrNull(one.toldAt),
    remindAt: one.remindAt === null ? null : one.remindAt - aheadMs,
  })
  return {
    since: past(state.since),
    lookedAt: now,
    alerts: Object.fromEntries(Object.entries(state.alerts).map(([key, one]) => [key, alert(one)])),
    space: Object.fromEntries(
      Object.entries(state.space).map(([disk, samples]) => [disk, samples.filter(({ at }) => at <= now)]),
    ),
    waiting: state.waiting.map((one) => ({ ...one, nextAt: one.nextAt - aheadMs })),
    newsUntil: Object.fromEntries(Object.entries(state.newsUntil).map(([id, at]) => [id, past(at)])),
  }
}
