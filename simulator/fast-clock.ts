/** A clock that catches up: hours of a world pass in minutes, and never lie in the future. */
import { HOUR_MS } from '../core/durations.ts'
import { Failure } from '../core/failures.ts'

/** Half a day of matches, some 360 of them, is enough for a demo and takes twelve minutes. */
const DEFAULT_BEHIND_MS = 12 * HOUR_MS
/** One simulated minute per second: a collector that runs every minute has a second for each. */
const DEFAULT_SPEED = 60

export interface FastClockOptions {
  /** The true clock; the machine's by default. */
  now?: () => Date
  /** Seconds of the world in one true second, 60 by default. */
  speed?: number
  /** What it shows at first; 12 hours before now by default. */
  startAt?: Date
}

/**
 * Makes a clock that begins in the past when it is made, runs `speed` times as fast as `now`, and equals `now` once it
 * has reached it.
 * @throws Failure `Misconfigured` if the speed is not a number of at least 1, or `startAt` is not a date.
 */
export function fastClock(options: FastClockOptions = {}): () => Date {
  const { now = () => new Date(), speed = DEFAULT_SPEED } = options
  const madeMs = now().getTime()
  const startMs = options.startAt?.getTime() ?? madeMs - DEFAULT_BEHIND_MS
  if (!Number.isFinite(speed) || speed < 1 || !Number.isFinite(startMs))
    throw new Failure('Misconfigured', `A fast clock needs a date and a speed of at least 1, not ${speed}.`)
  return () => {
    const nowMs = now().getTime()
    return new Date(Math.min(nowMs, startMs + (nowMs - madeMs) * speed))
  }
}
