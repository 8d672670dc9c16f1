/** The pause between two rounds of a loop. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Returns true after the time, false if the signal came first. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
