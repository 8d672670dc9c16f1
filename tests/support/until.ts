/** Waiting for a condition: tests are decided by what is so, and a hang by vitest's own timeout. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Often enough that a state which lasts a second is seen. */
const POLL_INTERVAL_MS = 25

/** Polls until the result is neither undefined nor false, and returns it. */
export async function until<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await sleep(POLL_INTERVAL_MS)
  }
}
