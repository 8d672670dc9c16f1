/**
 * Milliseconds since any moment, on a clock that nobody sets: what waits until a time of the machine's clock waits for a month
 * once that clock was a month ahead.
 */
export type Elapsed = () => number

/** `Elapsed` since this process began. */
export const elapsed: Elapsed = () => performance.now()

/**
 * Whether `nowMs` lies within `spanMs` after `atMs`, both of a clock that people set. A moment that is still to come was
 * noted while the clock was ahead, and says nothing.
 */
export const isWithin = (atMs: number, nowMs: number, spanMs: number): boolean =>
  atMs <= nowMs && nowMs - atMs < spanMs
