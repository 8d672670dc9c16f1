/** When may we ask again? Reads what an answer's headers say about it; pure. */

/** Under a second the next attempt meets the same closed window. */
const MIN_RETRY_MS = 1_000
/** Longer delays are mistakes or bans; an operator should see the next refusal within a quarter of an hour. */
export const MAX_RETRY_MS = 15 * 60_000
/** A larger number in a reset header is an epoch in seconds, not a delay: as a delay it would be three years. */
const EPOCH_FROM_SECONDS = 100_000_000

/** Binance's ban for asking on after refusals: two minutes at first, up to three days for repeaters (its documentation). */
const BANNED = 418
const MIN_BAN_MS = 2 * 60_000
/** A ban is obeyed in full: every request in its course makes the next one longer. */
export const MAX_BAN_MS = 3 * 24 * 60 * 60_000

const RESET_HEADERS = ['ratelimit-reset', 'x-ratelimit-reset'] as const

const clamp = (ms: number, maxMs = MAX_RETRY_MS): number =>
  Math.min(maxMs, Math.max(MIN_RETRY_MS, Math.ceil(ms)))

/** A header's decimal number, or undefined: `Number('')` would be 0. */
export function headerNumber(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)?.trim()
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/**
 * When it was answered, by the upstream's own clock: the one by which it names times. Ours may be wrong; a cache may have kept
 * the answer, but then what it says of quotas is old as well.
 */
function answeredAt(headers: Headers, now: Date): number {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? now.getTime() : date
}

/**
 * Milliseconds until the rate-limit window resets, clamped to [1 s, `maxMs`]; undefined when no header says so. `now` counts
 * for an answer without a date. `maxMs`: default 15 min.
 */
export function resetMs(headers: Headers, now: Date, maxMs = MAX_RETRY_MS): number | undefined {
  for (const name of RESET_HEADERS) {
    const seconds = headerNumber(headers, name)
    if (seconds === undefined) continue
    const ms = seconds * 1_000
    return clamp(seconds >= EPOCH_FROM_SECONDS ? ms - answeredAt(headers, now) : ms, maxMs)
  }
  return undefined
}

/**
 * Milliseconds to wait before the next attempt after a response of this status, clamped to [1 s, 15 min]; undefined
 * when the headers do not say. `Retry-After` (delta seconds or HTTP date, RFC 9110 10.2.3) is authoritative; the reset
 * headers count only where it is absent or unreadable. A ban (418) is clamped to [1 s, 3 days] and two minutes if
 * nothing names its end.
 */
export function retryAfterMs(headers: Headers, now: Date, status?: number): number | undefined {
  const maxMs = status === BANNED ? MAX_BAN_MS : MAX_RETRY_MS
  const seconds = headerNumber(headers, 'retry-after')
  if (seconds !== undefined) return clamp(seconds * 1_000, maxMs)
  const text = headers.get('retry-after')
  // Every HTTP date names its month; without the letters test Date.parse would read "12-" as a date.
  const date = text !== null && /[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(date)) return clamp(date - answeredAt(headers, now), maxMs)
  return resetMs(headers, now) ?? (status === BANNED ? MIN_BAN_MS : undefined)
}
