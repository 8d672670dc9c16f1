/**
 * The limiter of one upstream host and credential: how many requests at once, how far apart, and when none. It reads
 * the upstream's own headers, so that a foreseeable 429 never happens.
 */
import { DAY_MS } from '../core/durations.ts'
import { Failure } from '../core/failures.ts'
import type { Heard } from '../core/upstream-budget.ts'
import { headerNumber, resetMs, retryAfterMs } from './retry-after.ts'
import { elapsed as realElapsed, type Elapsed } from '../core/elapsed.ts'
import { sleep as realSleep, type Sleep } from './sleep.ts'

/** A refusal that names no delay closes the gate this long: the shortest rate-limit window of the known upstreams is a minute. */
export const UNNAMED_DELAY_MS = 10_000
/**
 * A longer wait is returned to the caller as `RateLimited`. Modrinth's window is 60 s: waiting costs less than
 * restarting a half-done collection; an hour (GitHub) must not hold a worker's slot.
 */
const MAX_HOLD_MS = 90_000
const DEFAULT_CONCURRENCY = 4
/** The longest window of a quota that is told as it is; the known ones are an hour at most. */
const LONGEST_WINDOW_MS = 31 * DAY_MS

export interface GateOptions {
  /** Requests of the upstream's window that are left to others with the same address or key. */
  reserve: number
  /** Requests in flight at once. Default: 4. */
  concurrency?: number
  /** Shortest time between the end of a request and the start of the next, in milliseconds. Default: 0. */
  minIntervalMs?: number
  /** Waits longer than this many milliseconds become `RateLimited`. Default: `MAX_HOLD_MS`. */
  maxHoldMs?: number
  /** Only for reading times that an upstream names. */
  clock?: () => Date
  elapsed?: Elapsed
  sleep?: Sleep
  /** How long a refusal without a delay closes the gate, in milliseconds. Default: `UNNAMED_DELAY_MS`. */
  unnamedDelayMs?: number
}

export interface Gate {
  /**
   * Resolves when a request may start, with the function that ends its turn (call it exactly once).
   * Throws the signal's reason on abort, `RateLimited` when the wait would exceed `maxHoldMs`.
   */
  wait: (signal: AbortSignal) => Promise<() => void>
  /** Updates the gate from a response. Call before the turn ends. */
  observe: (headers: Headers, status: number) => void
  /**
   * Closes the gate for so many milliseconds, for what only a client can read; never opens it earlier. `status` is that of the
   * refusal.
   */
  closeFor: (ms: number, status?: number) => void
  /** What the upstream said of its limit; undefined before its first answer. */
  heard: () => Heard | undefined
}

/**
 * True if the response is a temporary refusal: 429, 418 (a ban, Binance's), 503 with Retry-After, 403 with Retry-After
 * or an empty quota.
 */
export function isRateLimited(headers: Headers, status: number): boolean {
  if (status === 429 || status === 418) return true
  if (status === 503) return headers.has('retry-after')
  return (
    status === 403 && (headers.has('retry-after') || headerNumber(headers, 'x-ratelimit-remaining') === 0)
  )
}

/** A gate with its own memory; share one between clients of the same host and credential. */
export function createGate(options: GateOptions): Gate {
  const clock = options.clock ?? (() => new Date())
  const elapsed = options.elapsed ?? realElapsed
  const sleep = options.sleep ?? realSleep
  const maxHoldMs = options.maxHoldMs ?? MAX_HOLD_MS
  const minIntervalMs = options.minIntervalMs ?? 0
  const unnamedDelayMs = options.unnamedDelayMs ?? UNNAMED_DELAY_MS
  const slots = createSlots(options.concurrency ?? DEFAULT_CONCURRENCY)
  /** What the upstream last said is left, less every request whose answer it may not have counted yet. */
  let budget: { left: number; resetAt: number } | undefined
  let inFlight = 0
  /** By `elapsed`, as `resetAt` is. */
  let closedUntil = 0
  let nextStart = 0
  let heard: Heard | undefined

  const closeFor = (ms: number, status?: number): void => {
    const until = elapsed() + ms
    if (until <= closedUntil) return
    closedUntil = until
    const at = clock()
    heard = { ...heard, at, closed: { at, until: new Date(at.getTime() + ms), status } }
  }
  const opensAt = (now: number): number => {
    if (budget !== undefined && budget.resetAt <= now) budget = undefined
    const exhausted = budget !== undefined && budget.left <= options.reserve
    return Math.max(closedUntil, nextStart, exhausted && budget !== undefined ? budget.resetAt : 0)
  }
  const untilOpen = async (signal: AbortSignal): Promise<void> => {
    const enteredAt = elapsed()
    for (;;) {
      signal.throwIfAborted()
      const now = elapsed()
      const opens = opensAt(now)
      if (opens <= now) return
      if (opens - enteredAt > maxHoldMs) throw tooLong(opens - now)
      await sleep(opens - now, signal)
    }
  }
  const start = (leave: () => void): (() => void) => {
    inFlight += 1
    if (budget !== undefined) budget.left -= 1
    nextStart = elapsed() + minIntervalMs
    return () => {
      inFlight -= 1
      nextStart = elapsed() + minIntervalMs
      leave()
    }
  }

  return {
    closeFor,
    heard: () => heard,
    wait: async (signal) => {
      const leave = await slots.enter(signal)
      try {
        await untilOpen(signal)
      } catch (error) {
        leave()
        throw error
      }
      return start(leave)
    },
    observe: (headers, status) => {
      const now = clock()
      heard = { ...heard, at: now, ...budgetIn(headers, now) }
      if (isRateLimited(headers, status)) {
        closeFor(retryAfterMs(headers, now, status) ?? unnamedDelayMs, status)
      }
      const remaining = limitHeader(headers, 'remaining')
      const reset = resetMs(headers, now)
      if (remaining === undefined || reset === undefined) return
      // The request that is being observed is counted by the upstream; the others in flight may not be.
      budget = { left: remaining - Math.max(0, inFlight - 1), resetAt: elapsed() + reset }
    },
  }
}

const limitHeader = (headers: Headers, name: 'limit' | 'remaining'): number | undefined =>
  headerNumber(headers, `x-ratelimit-${name}`) ?? headerNumber(headers, `ratelimit-${name}`)

/** The budget as it is shown: until the true end of its window, and only numbers that can be counts. */
function budgetIn(headers: Headers, now: Date): Pick<Heard, 'budget'> {
  const remaining = limitHeader(headers, 'remaining')
  const limit = limitHeader(headers, 'limit')
  const reset = resetMs(headers, now, LONGEST_WINDOW_MS)
  if (!Number.isSafeInteger(remaining) || remaining === undefined || reset === undefined) return {}
  return {
    budget: {
      limit: Number.isSafeInteger(limit) ? limit : undefined,
      remaining: Math.max(0, remaining),
      resetsAt: new Date(now.getTime() + reset),
    },
  }
}

const tooLong = (waitMs: number): Failure =>
  new Failure(
    'RateLimited',
    `The upstream takes no request from us for another ${Math.ceil(waitMs / 1_000)} s (its quota is used up, or it banned us), longer than a request waits inside an activity: try again then.`,
    { retryAfterMs: waitMs },
  )

/** First come, first served; an aborted waiter leaves the queue. */
function createSlots(count: number): { enter: (signal: AbortSignal) => Promise<() => void> } {
  let free = count
  const queue: (() => void)[] = []
  const leave = (): void => {
    const next = queue.shift()
    if (next === undefined) free += 1
    else next()
  }
  const queued = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const admitted = (): void => {
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        queue.splice(queue.indexOf(admitted), 1)
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the aborter's own reason, whatever it is
        reject(signal.reason)
      }
      queue.push(admitted)
      signal.addEventListener('abort', aborted, { once: true })
    })
  return {
    enter: async (signal) => {
      signal.throwIfAborted()
      if (free > 0) free -= 1
      else await queued(signal)
      return leave
    },
  }
}
