/** Waiting for a condition: tests are decided by what is so, and a hang by vitest's own timeout. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Of the first questions: most of what is waited for is there soon. */
const FIRST_INTERVAL_MS = 25
/** Often enough that a state which lasts a second is seen; asked for seldom, since a question is a query or a call. */
const LONGEST_INTERVAL_MS = 250
const GROWTH = 1.25

/** Polls until the result is neither undefined nor false, and returns it. */
export async function until<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let wait = FIRST_INTERVAL_MS; ; wait = Math.min(wait * GROWTH, LONGEST_INTERVAL_MS)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await sleep(wait)
  }
}
