/**
 * Every timeout and retry setting of a workflow's activities, named by kind of work. Each activity has two timeouts:
 * one attempt (`startToCloseTimeout`) and all attempts together (`scheduleToCloseTimeout`).
 */
import type { ActivityOptions } from '@temporalio/workflow'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/durations.ts'

/**
 * A dead worker is noticed after this long. Activities heartbeat every second (the worker's interceptor), so four
 * heartbeats may be lost in a busy event loop before a living activity counts as dead.
 */
export const HEARTBEAT_TIMEOUT_MS = 4 * SECOND_MS

/** The first retry comes at once, after a dead worker or a dropped connection; later ones spare the upstream. */
const RETRY = { initialInterval: SECOND_MS, backoffCoefficient: 2 }

/**
 * One source's fetch, validate and write. No limit of attempts: a 429 must not use them up; the run's own bound ends
 * it. One attempt may wait for an unavailable database (10 min) on top of its requests.
 */
export function upstreamRead(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(30 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 2 * MINUTE_MS },
  }
}

/** Bookkeeping in the database: short, and retried often because the run waits for it. */
export function databaseWork(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(15 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 30 * SECOND_MS },
  }
}

/** Computes from stored rows: waits for nothing but the database, which is soon tried again. */
export function computation(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(10 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 30 * SECOND_MS },
  }
}

/**
 * Work with a program on one host's disk (git, contextmaker). `attemptMs` covers the programs and the database in which
 * their work is stored; the activity ends them itself and reports it, and this timeout is only for one that cannot. A
 * program's failure is the same next time; what may pass (an unavailable server, a dead worker) gets a few attempts, so
 * that one library does not hold its slot all night.
 */
export function hostCommand(totalMs: number, attemptMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(attemptMs + MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    scheduleToStartTimeout: Math.min(HOST_AWAY_MS, totalMs),
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, initialInterval: 5 * SECOND_MS, maximumInterval: MINUTE_MS, maximumAttempts: 5 },
  }
}

/** Removing one clone: seconds even for large ones. The clones of an unavailable host are removed when it is back. */
export function hostCleanup(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(5 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    scheduleToStartTimeout: Math.min(CLEANUP_AWAY_MS, totalMs),
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 10 * SECOND_MS, maximumAttempts: 5 },
  }
}

/**
 * An activity on a host's own queue that no worker takes within this time has lost its host: a running worker takes it
 * at once (there are as many slots as child workflows), and a restart takes less.
 */
export const HOST_AWAY_MS = MINUTE_MS

/**
 * Clean-up has its own slots and takes milliseconds: it stays untaken only if the host is gone, and then a sweep cleans
 * up.
 */
const CLEANUP_AWAY_MS = 15 * SECOND_MS

/**
 * How often a child workflow that lost its host starts in total; a library that kills its hosts must not kill them all.
 */
export const CHAIN_ROUNDS = 3

/** Clean-up continues after a cancellation, but not forever. */
export const CLEANUP_MS = 10 * MINUTE_MS

/** The reason of a failure is recorded even if the time of the child workflows is up; it is one row. */
export const RECORDING_MS = MINUTE_MS

/** library-context starts at night and must be over when people arrive. */
export const NIGHTLY_BOUND_MS = 5 * HOUR_MS

/** Without a token the stars take minutes, and an exhausted hourly quota resets within this time. */
export const STARS_MS = 75 * MINUTE_MS

/** If a catalogue does not answer for this long, last night's is used. */
export const CATALOGUE_MS = 30 * MINUTE_MS

/** Asking git for the newest commits of a batch takes seconds, unless the server is unavailable. */
export const CHANGES_MS = 20 * MINUTE_MS

/** Part of the night that is reserved for publishing and closing after the last child workflow. */
export const PUBLISHING_MS = 10 * MINUTE_MS

/** crypto-forecast: the next run starts after an hour and must not find this one running. */
export const HOURLY_BOUND_MS = 40 * MINUTE_MS

/**
 * How long an hourly run waits for one source before it continues without it: its forecast of the next hour is due at
 * the full hour, and the other sources have answered long before.
 */
export const HOURLY_SOURCE_MS = 12 * MINUTE_MS

/** Share of the remaining time for the sources: what they collected must still be computed and stored. */
export const SOURCES_SHARE = 0.75

/** A file of five lines: what a minute of attempts cannot write, an hour cannot either. */
export const METRICS_MS = MINUTE_MS

/** match-results: the next run starts after a minute and must not find this one running. */
export const MINUTELY_BOUND_MS = 50 * SECOND_MS

/** Share of it for the lock: the database's retry budget, and a Temporal client's one query about the holder. */
export const OPENING_MS = 15 * SECOND_MS

/** Share of it for closing the record, or for spooling it. */
export const CLOSING_SHARE_MS = 10 * SECOND_MS

/** A run's record is closed even if its own time is up: a database restart must not lose it. */
export const CLOSING_MS = HOUR_MS

/**
 * A recompute run takes one second (half a minute after days without a database): another run waits this long for it.
 */
export const RECOMPUTE_WAIT_MS = 2 * SECOND_MS
export const RECOMPUTE_WAITS = 15

/**
 * Beyond this many events a run continues with a fresh history (continue-as-new). An activity costs six; replaying a
 * thousand is still fast, and five thousand mods stay well below.
 */
export const HISTORY_EVENTS = 800

/**
 * mod-stats may run until the end of the UTC day on which it started, since its rows carry that day; at least an hour.
 */
export function untilDayEnds(startedAt: Date): number {
  const midnight = Date.UTC(startedAt.getUTCFullYear(), startedAt.getUTCMonth(), startedAt.getUTCDate() + 1)
  return Math.max(midnight - startedAt.getTime(), HOUR_MS)
}
