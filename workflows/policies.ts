/**
 * Timeouts and retries of the activities of all pipelines, named by kind of work. Each activity has two timeouts: one
 * attempt (`startToCloseTimeout`) and all attempts together (`scheduleToCloseTimeout`). Bounds of a pipeline stand in its
 * workflow.
 */
import type { ActivityOptions } from '@temporalio/workflow'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/durations.ts'

/**
 * A dead worker is noticed after this long. Activities heartbeat every second (the worker's interceptor), so four
 * heartbeats may be lost in a busy event loop before a living activity counts as dead.
 */
export const HEARTBEAT_TIMEOUT_MS = 4 * SECOND_MS

/** The first retry comes at once, after a dead worker or a dropped connection; later ones spare the upstream. */
export const RETRY = { initialInterval: SECOND_MS, backoffCoefficient: 2 }

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
 * Reads or changes the whole database, which takes as long as that is large: one attempt may take all the time. What another
 * attempt does not help fails at once.
 */
export function wholeDatabase(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: totalMs,
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 5 * MINUTE_MS },
  }
}

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
