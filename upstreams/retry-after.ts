/** When may we ask again? Reads what an answer's headers say about it; pure. */

/** Under a second the next attempt meets the same closed window. */
const MIN_RETRY_MS = 1_000
/** Longer answers are mistakes or bans; an operator should see the next refusal within a quarter of an hour. */
export const MAX_RETRY_MS = 15 * 60_000
/** A larger number in a reset header is an epoch in seconds, not a delay: as a delay it would be three years. */
const EPOCH_FROM_SECONDS = 100_000_000

const RESET_HEADERS = ['ratelimit-reset', 'x-ratelimit-reset'] as const

const clamp = (ms: number): number => Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, Math.ceil(ms)))

/** A header's decimal number, or undefined: `Number('')` would be 0. */
export function headerNumber(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)?.trim()
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** Milliseconds until the rate-limit window resets, clamped to [1 s, 15 min]; undefined when no header says so. */
export function resetMs(headers: Headers, now: Date): number | undefined {
  for (const name of RESET_HEADERS) {
    const seconds = headerNumber(headers, name)
    if (seconds === undefined) continue
    return clamp(seconds >= EPOCH_FROM_SECONDS ? seconds * 1_000 - now.getTime() : seconds * 1_000)
  }
  return undefined
}

/**
 * Milliseconds to wait before the next attempt, clamped to [1 s, 15 min]; undefined when the headers do not say.
 * `Retry-After` (delta seconds or HTTP date, RFC 9110 10.2.3) is authoritative; the reset headers count only where
 * it is absent or unreadable.
 */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const seconds = headerNumber(headers, 'retry-after')
  if (seconds !== undefined) return clamp(seconds * 1_000)
  const text = headers.get('retry-after')
  // Every HTTP date names its month; without the letters test Date.parse would read "12-" as a date.
  const date = text !== null && /[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? resetMs(headers, now) : clamp(date - now.getTime())
}
