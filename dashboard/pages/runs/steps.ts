/** What a run's page says first, and when it looks again. */
import type { Step } from './shapes.ts'

/** What a person came for stands first. */
const RANKS: Record<Step['state'], number> = { failed: 0, waiting: 1, running: 2, cancelled: 3, done: 4 }

/** Failed activities first, then those that wait and run; the rest in the order of the run. */
export const failingFirst = <S extends Pick<Step, 'state'>>(steps: readonly S[]): S[] =>
  steps.toSorted((a, b) => RANKS[a.state] - RANKS[b.state])

/** An activity that failed for good, or has failed and is tried again. */
export const isTroubled = ({ state, failure }: Pick<Step, 'state' | 'failure'>): boolean =>
  state === 'failed' || ((state === 'waiting' || state === 'running') && failure !== null)

/** An attempt needs a moment to start; looking sooner would show the old one. */
const AFTER_ATTEMPT_MS = 1_000
const SOONEST_MS = 2_000
const LATEST_MS = 15_000

/**
 * How long until attempts are worth another look, in milliseconds. Temporal tells nobody of an attempt, so no event does:
 * the page looks after the next one is due, and every 15 seconds at the latest.
 */
export function nextLookMs(nextAttempts: readonly (string | null)[], now: number): number {
  const waits = nextAttempts.flatMap((at) => (at === null ? [] : [Date.parse(at) + AFTER_ATTEMPT_MS - now]))
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, Math.min(...waits)))
}
