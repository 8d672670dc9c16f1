/** A fixed number of requests in a minute: the simplest rate limit. */
import { MINUTE_MS } from '../core/durations.ts'

/** Counts requests of clients. Returns 0 if the request is allowed, else the milliseconds until one is. */
export function createWindow(limit: number): (client: string, nowMs: number) => number {
  const windows = new Map<string, { sinceMs: number; count: number }>()
  return (client, nowMs) => {
    const held = windows.get(client)
    const window =
      held !== undefined && nowMs < held.sinceMs + MINUTE_MS ? held : { sinceMs: nowMs, count: 0 }
    windows.set(client, window)
    if (window.count >= limit) return window.sinceMs + MINUTE_MS - nowMs
    window.count += 1
    return 0
  }
}
