/** The league of the demo: it begins half an hour ago, and each pass of the demo sees the next minute of it. */
import { MINUTE_MS } from '../../core/durations.ts'
import type { DemoWorld } from '../part.ts'

/** In half an hour of the league a dozen matches end and get their results. */
const PASSES = 30

/**
 * The clock is stopped during a pass, however long that takes, so that the demo shows the same under load. After the
 * last pass it has reached now, and follows the machine's clock.
 */
export function demoLeague(now: () => Date = () => new Date()): DemoWorld<{ matchClock: () => Date }> {
  let atMs = now().getTime() - PASSES * MINUTE_MS
  let passed = 1
  const clock = () => (passed < PASSES ? new Date(atMs) : now())
  return {
    options: { matchClock: clock },
    clock,
    passes: PASSES,
    nextPass: () => {
      passed++
      atMs += MINUTE_MS
    },
  }
}
