/** The one way upstream clients wait: real time by default, injectable so that tests need none. */
import { setTimeout as timer } from 'node:timers/promises'

/** Waits `ms` milliseconds; an abort of `signal` ends the wait at once and throws the signal's own reason. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

/** `Sleep` on the machine's timers. */
export const sleep: Sleep = async (ms, signal) => {
  try {
    await timer(ms, undefined, { signal })
  } catch (error) {
    // The timer throws its own AbortError; callers are promised the reason that the aborter gave.
    signal.throwIfAborted()
    throw error
  }
}
