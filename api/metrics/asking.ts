/** Asks a server for programs, which wait for seconds and come again: one question at a time, however long it hangs. */
import { pause } from '../../system/pause.ts'
import { orAway } from '../away.ts'

/** Prometheus gives up after ten seconds; a server that works answers within one. */
const ANSWER_MS = 4_000

/** Returns a function that gives what the server says, or undefined if it is away or takes too long. */
export function asking<T>(read: () => Promise<T>): () => Promise<T | undefined> {
  let pending: Promise<T | undefined> | undefined
  return async () => {
    pending ??= orAway([], 'en', read).finally(() => {
      pending = undefined
    })
    const answered = new AbortController()
    const late = pause(ANSWER_MS, answered.signal).then(() => undefined)
    try {
      return await Promise.race([pending, late])
    } finally {
      answered.abort()
    }
  }
}
