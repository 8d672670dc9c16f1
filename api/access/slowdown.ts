/** Slows down whoever guesses tokens. */
import { reason } from '../../wording/reason.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/durations.ts'
import { RequestProblem } from '../problem.ts'

/** After a first wrong token; each further one doubles it. */
const FIRST_MS = SECOND_MS / 2
/** A person who mistypes waits no longer; a program gets through a thousand and a half tokens a day. */
const LONGEST_MS = MINUTE_MS
/** After this time without a wrong token an address begins anew. */
const FORGOTTEN_MS = 15 * MINUTE_MS
/** Addresses that are remembered, some 100 bytes each; the one that was longest quiet is forgotten first. */
const MOST_ADDRESSES = 10_000

export interface Slowdown {
  /** Throws a problem with status 429 if an address must still wait. */
  check(address: string): void
  /** A wrong token came from an address. */
  wrong(address: string): void
}

export function createSlowdown(now: () => number = Date.now): Slowdown {
  const wrongs = new Map<string, { count: number; atMs: number; untilMs: number }>()
  return {
    check(address) {
      const leftMs = (wrongs.get(address)?.untilMs ?? 0) - now()
      if (leftMs <= 0) return
      const retryAfterSeconds = Math.ceil(leftMs / SECOND_MS)
      throw new RequestProblem(429, reason('tokens-slowed', { seconds: retryAfterSeconds }), {
        retryAfterSeconds,
      })
    },
    wrong(address) {
      const atMs = now()
      const before = wrongs.get(address)
      const count = before === undefined || atMs - before.atMs > FORGOTTEN_MS ? 1 : before.count + 1
      // Removed first: a map keeps its entries in the order in which they were added.
      wrongs.delete(address)
      const [oldest] = wrongs.keys()
      if (wrongs.size >= MOST_ADDRESSES && oldest !== undefined) wrongs.delete(oldest)
      wrongs.set(address, { count, atMs, untilMs: atMs + Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - 1)) })
    },
  }
}
