/** The generic cell rate algorithm, which counts requests without windows. */

export interface LimiterOptions {
  /** Requests that may come at once, and per period in the long run. */
  limit: number
  periodMs: number
}

export interface Verdict {
  allowed: boolean
  /** Requests that would still be allowed now. */
  remaining: number
  /** Time until a request is allowed again; 0 if this one was. */
  retryAfterMs: number
  /** Until the whole limit is free again. */
  resetMs: number
}

/**
 * Counts requests per client. `nowMs` is any clock that only goes forward.
 * The arithmetic is that of a public server in production (labrinth's AsyncRateLimiter): at one instant `limit` + 1 requests pass.
 */
export function createLimiter({
  limit,
  periodMs,
}: LimiterOptions): (client: string, nowMs: number) => Verdict {
  const intervalMs = periodMs / limit
  /** "Theoretical arrival time": when the client's requests so far will have been processed. */
  const arrivals = new Map<string, number>()
  return (client, nowMs) => {
    const arrival = arrivals.get(client) ?? nowMs
    const debtMs = arrival - nowMs
    if (debtMs > periodMs)
      return { allowed: false, remaining: 0, retryAfterMs: debtMs - periodMs, resetMs: debtMs }
    const next = Math.max(arrival + intervalMs, nowMs)
    arrivals.set(client, next)
    const remaining = Math.max(0, Math.floor((periodMs - (next - nowMs)) / intervalMs))
    return { allowed: true, remaining, retryAfterMs: 0, resetMs: next - nowMs }
  }
}
