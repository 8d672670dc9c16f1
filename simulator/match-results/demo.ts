/** The league of the demo: it begins half an hour ago, and each pass of the demo sees the next minute of it. */
import { MINUTE_MS } from '../../core/durations.ts'
import type { DemoWorld } from '../part.ts'

/** In half an hour of the league a dozen matches end and get their results. */
const PASSES = 30

/**
 * A demo that is started again after some minutes sees those alone: the others are stored. The clock is stopped during a
 * pass, however long that takes, so that the demo shows the same under load. After the last pass it has reached now, and
 * follows the machine's clock.
 */
export function demoLeague(now: () => Date = () => new Date()): DemoWorld<{ matchClock: () => Date }> {
  let atMs = now().getTime() - PASSES * MINUTE_MS
  let passes = PASSES
  let passed = 1
  const clock = () => (passed < passes ? new Date(atMs) : now())
  return {
    options: { matchClock: clock },
    clock,
    get passes() {
      return passes
    },
    resume: (seen) => {
      const seenPasses = Math.floor((seen.getTime() - atMs) / MINUTE_MS) + 1
      const leftOut = Math.min(Math.max(seenPasses, 0), PASSES - 1)
      passes = PASSES - leftOut
      atMs += leftOut * MINUTE_MS
    },
    nextPass: () => {
      passed++
      atMs += MINUTE_MS
    },
  }
}
