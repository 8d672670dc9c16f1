/**
 * Every number about time and attempts of a workflow's steps, named by kind of effect. Each step has two bounds:
 * one attempt (`startToCloseTimeout`) and all attempts together (`scheduleToCloseTimeout`).
 */
import type { ActivityOptions } from '@temporalio/workflow'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/**
 * A worker that died is noticed after this long. Steps beat every second (the worker's interceptor), so four
 * beats may get lost in a busy event loop before a living step is mistaken for a dead one.
 */
export const HEARTBEAT_TIMEOUT_MS = 4 * SECOND_MS

/** The first retry comes at once after a dead worker or a dropped connection; later ones leave the upstream in peace. */
const RETRY = { initialInterval: SECOND_MS, backoffCoefficient: 2 }

/**
 * One source's fetch, validate and write. No limit of attempts: a 429 must not use them up; the run's own bound
 * ends it. One attempt may wait out an absent database (10 min) on top of its requests.
 */
export function upstreamRead(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(30 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 2 * MINUTE_MS },
  }
}

/** Bookkeeping in the database; short, and tried often because the run waits for it. */
export function databaseWork(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(15 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 30 * SECOND_MS },
  }
}

/** Computing on rows that are stored: nothing to wait for but the database, which is asked again soon. */
export function computation(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(10 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 30 * SECOND_MS },
  }
}

/** crypto-forecast: the next run comes after an hour, and must not find this one. */
export const HOURLY_BOUND_MS = 40 * MINUTE_MS

/**
 * How long an hourly run waits for one source before it goes on without it: its forecast of the next hour is due at
 * the full hour, and the other sources have come long before.
 */
export const HOURLY_SOURCE_MS = 12 * MINUTE_MS

/** Of the time left, the sources may use this much: what they brought must still be computed and stored. */
export const SOURCES_SHARE = 0.75

/** A file of five lines: what a minute of attempts cannot write, an hour cannot either. */
export const METRICS_MS = MINUTE_MS

/** The record of a run is closed even when its own time is up: a database restart must not cost it. */
export const CLOSING_MS = HOUR_MS

/**
 * A run hands over to a fresh history (continue-as-new) beyond this many events. A step costs six; replaying a
 * thousand is still quick, and five thousand mods stay well below.
 */
export const HISTORY_EVENTS = 800

/** mod-stats may go on until the UTC day on which it started ends, since its rows carry that day; at least an hour. */
export function untilDayEnds(startedAt: Date): number {
  const midnight = Date.UTC(startedAt.getUTCFullYear(), startedAt.getUTCMonth(), startedAt.getUTCDate() + 1)
  return Math.max(midnight - startedAt.getTime(), HOUR_MS)
}
