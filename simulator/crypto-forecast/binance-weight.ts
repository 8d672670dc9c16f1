/** Binance's request weight: counted a minute and a client, refused above a limit, punished when that is not heeded. */
import { MINUTE_MS } from '../../core/durations.ts'

const WEIGHT_PER_MINUTE = 6_000
/** Requests after the first refusal that a client may still send before it is banned. */
const PATIENCE_REQUESTS = 10
/** The shortest of the exchange's bans; the real ones grow to three days. */
const BAN_MS = 120_000

export interface WeightVerdict {
  kind: 'allowed' | 'over' | 'banned'
  /** Weight of this minute, this request included. */
  used: number
  limit: number
  /** Time until a request is allowed again; 0 if this one was. */
  retryAfterMs: number
  /** In milliseconds of the clock that counts; 0 without a ban. */
  bannedUntilMs: number
}

interface Account {
  minute: number
  used: number
  refusals: number
  bannedUntilMs: number
}

/** Counts weight per client. `nowMs` is any clock that only goes forward; its minutes are the windows. */
export function createWeightLimit(): (client: string, weight: number, nowMs: number) => WeightVerdict {
  const accounts = new Map<string, Account>()
  return (client, weight, nowMs) => {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const held = accounts.get(client) ?? { minute, used: 0, refusals: 0, bannedUntilMs: 0 }
    const account = held.minute === minute ? held : { ...held, minute, used: 0, refusals: 0 }
    accounts.set(client, account)
    account.used += weight
    const verdict = { used: account.used, limit: WEIGHT_PER_MINUTE }
    if (account.used > WEIGHT_PER_MINUTE) account.refusals += 1
    if (account.refusals > PATIENCE_REQUESTS && account.bannedUntilMs <= nowMs)
      account.bannedUntilMs = nowMs + BAN_MS
    const { bannedUntilMs } = account
    if (bannedUntilMs > nowMs)
      return { ...verdict, kind: 'banned', retryAfterMs: bannedUntilMs - nowMs, bannedUntilMs }
    if (account.used <= WEIGHT_PER_MINUTE)
      return { ...verdict, kind: 'allowed', retryAfterMs: 0, bannedUntilMs: 0 }
    return { ...verdict, kind: 'over', retryAfterMs: (minute + 1) * MINUTE_MS - nowMs, bannedUntilMs: 0 }
  }
}
